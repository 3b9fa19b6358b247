// What of a program's words makes other certificates: the template as it is written, and who issues. A change of it makes every
// device due; where the issuer is reached, how a run is let in, and how fast it goes, change nothing.

import { X509Certificate, createHash } from "node:crypto";
import { IssuerError, type IssuerContext } from "./issuer";
import { readKept } from "./kept";
import type { IssuedSource, IssuerSettings } from "./settings";

/** 16 hexadecimal digits. @throws IssuerError when the authority's certificate cannot be read */
export function templateDigest(
  { template, issuer }: Pick<IssuedSource, "template" | "issuer">,
  context: Pick<IssuerContext, "environment" | "readFile">,
): string {
  const { subject, dns, uri, email, key } = template;
  const text = JSON.stringify([subject, dns, uri, email, key, ...issuerParts(issuer, context)]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function issuerParts(
  issuer: IssuerSettings,
  context: Pick<IssuerContext, "environment" | "readFile">,
): readonly string[] {
  switch (issuer.kind) {
    case "vault":
      return ["vault", issuer.namespace ?? "", issuer.mount, issuer.role];
    case "ca":
      return ["ca", fingerprintOf(readKept(issuer.certificate, "the authority's certificate", context))];
    case "command":
      return ["command", ...issuer.command];
  }
}

function fingerprintOf(certificate: Uint8Array): string {
  try {
    return new X509Certificate(certificate).fingerprint256;
  } catch {
    // OpenSSL's words say nothing to people.
    throw new IssuerError("closed", "cannot sign: the authority's certificate is no certificate in PEM or DER");
  }
}
