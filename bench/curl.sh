#!/usr/bin/env bash
# What one would write without a provider: post an install for each target, then poll its counts until all is done.
# It keeps no state, knows no failure but HTTP's, and removes nothing. For measuring against the simulator only.
#
#   curl.sh BASE_URL API_KEY ALIAS FILE PASSWORD group|devices ID...
set -euo pipefail

url=$1 key=$2 alias=$3 file=$4 password=$5 kind=$6
shift 6
case $url in http://127.0.0.1:*) ;; *) echo "curl.sh posts to a simulator on 127.0.0.1 only" >&2; exit 1 ;; esac

call() {
  curl --silent --show-error --fail --header "Authorization: Bearer $key" --header "Content-Type: application/json" "$@"
}

content=$(base64 < "$file" | tr -d '\n')
arguments="{\"cert_file_type\":\"pkcs12\",\"cert_data_base64\":\"$content\",\"cert_password\":\"$password\""
arguments+=",\"cert_alias_name\":\"$alias\",\"cert_storage_type\":\"system\"}"

requests=()
for id in "$@"; do
  if [ "$kind" = group ]; then target='"command_type":"GROUP","groups"'; else target='"command_type":"DEVICE","devices"'; fi
  body="{$target:[\"$id\"],\"device_type\":\"all\",\"command\":\"INSTALL_CERTIFICATE\",\"command_args\":$arguments}"
  answer=$(call --data "$body" "$url/commands/v0/commands/")
  requests+=("$(sed -E 's/.*"id":"([^"]+)".*/\1/' <<< "$answer")")
done

# Success is the only state left.
all_done='"status":\[\{"state":"[A-Za-z ]*Success"[^}]*\}\]'
for request in "${requests[@]}"; do
  until call "$url/commands/v0/commands/$request/stats/" | grep --quiet -E "$all_done"; do sleep 1; done
done
