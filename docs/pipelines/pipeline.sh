#!/usr/bin/env bash
# The steps of a pipeline for a stack of certificates, in the program's folder, with its packages installed:
#   pipeline.sh preview   what a change would do; for pull requests; sends nothing
#   pipeline.sh up        does it; for the main branch
#   pipeline.sh nightly   looks at the devices again; fails when there is drift or a certificate to renew; writes the report
# docs/pipelines.md of pulumi-esper says what to set.
set -euo pipefail

: "${STACK:?set STACK to the name of the stack}"
: "${ESPER_API_KEY:?set ESPER_API_KEY to the key for the Esper API}"
: "${P12_PASSWORD:?set P12_PASSWORD to the password of the PKCS#12 file}"
file=certs/corp-client.p12

# The file is there for the length of the job, readable by its owner alone.
if [ -n "${P12_BASE64:-}" ]; then
  trap 'rm -f "$file"' EXIT
  mkdir -p "$(dirname "$file")"
  (umask 077 && printf '%s' "$P12_BASE64" | base64 --decode >"$file")
fi

case "${1:-}" in
preview)
  pulumi preview --stack "$STACK" --non-interactive --diff
  ;;
up)
  pulumi up --stack "$STACK" --non-interactive --yes --refresh --skip-preview
  ;;
nightly)
  pulumi refresh --stack "$STACK" --non-interactive --yes --skip-preview
  status=0
  pulumi preview --stack "$STACK" --non-interactive --diff --expect-no-changes || status=$?
  npx pulumi-esper report --stack "$STACK" --html report.html --markdown report.md --prometheus report.prom || status=$?
  exit "$status"
  ;;
*)
  echo "usage: pipeline.sh preview | up | nightly" >&2
  exit 64
  ;;
esac
