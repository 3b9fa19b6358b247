// The few public facts about a PKCS#12 file that previews and outputs show as `certificate`.
// Follows docs/design.md, section 2, "Outputs"; nothing in it is secret.

import { type Chain, chainOf } from "./x509/chain";
import { digestOf } from "./digest";
import type { Pkcs12 } from "./read";

export interface CertificateSummary {
  /** RFC 4514, such as "CN=corp-client,O=Acme". */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
  /** ISO 8601 in UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Lower-case hex. */
  readonly sha256Fingerprint: string;
  /** Such as "RSA 2048", "EC P-256" or "Ed25519". */
  readonly keyAlgorithm: string;
  /** The subjects from the leaf's issuer up. */
  readonly chain: readonly string[];
  /** See digestOf. */
  readonly digest: string;
  /** How the file is protected: "PBES2 AES-256, HMAC-SHA-256". */
  readonly encoding: string;
}

/**
 * The summary of the leaf; undefined when the file holds no certificate, which `findings` reports as an error.
 * @param chain of this file, where the caller has it already
 */
export function summarize(p12: Pkcs12, chain: Chain = chainOf(p12)): CertificateSummary | undefined {
  const { leaf, issuers } = chain;
  if (leaf === undefined) return undefined;
  const { subject, issuer, serialNumber, notBefore, notAfter, sha256Fingerprint } = leaf;
  return {
    subject,
    issuer,
    serialNumber,
    notBefore,
    notAfter,
    sha256Fingerprint,
    keyAlgorithm: leaf.keyKind.label,
    chain: issuers.map((certificate) => certificate.subject),
    digest: digestOf(p12),
    encoding: p12.encoding.label,
  };
}
