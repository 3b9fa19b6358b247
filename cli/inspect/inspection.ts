// What `pulumi-esper inspect` tells of a file, as data. Pure: a file that was read and an instant in, an inspection out.
// Nothing in it is secret.

import {
  type AndroidSupport,
  type Certificate,
  type CertificateSummary,
  type Encoding,
  type Finding,
  type OtherBag,
  type Pkcs12,
  androidSupport,
  chainOf,
  digestOf,
  findings,
  summarize,
  withoutOtherPairs,
} from "../../provider/pkcs12/index";

/** The public fields of one certificate. */
export type ListedCertificate = Omit<Certificate, "der" | "publicKey" | "keyKind" | "localKeyId"> & {
  readonly keyAlgorithm: string;
};

/** Everything `inspect` tells; `--json` prints it. Holds no key. */
export interface Inspection {
  readonly file: string;
  /** It is PEM; the encoding is the one of the PKCS#12 file that is made of it. */
  readonly isMadeOfPem?: true;
  readonly digest: string;
  readonly certificate?: CertificateSummary;
  readonly encoding: Encoding;
  readonly certificates: readonly ListedCertificate[];
  readonly privateKeys: readonly { readonly keyAlgorithm: string; readonly friendlyName?: string }[];
  readonly otherBags: readonly OtherBag[];
  readonly findings: readonly Finding[];
  readonly android: AndroidSupport;
}

/** A file, or the one that is made of PEM. */
export type Inspected = Pkcs12 & { readonly isMade?: true; readonly hasTrimmedPassword?: boolean };

export function inspectionOf(file: string, p12: Inspected, nowMs: number): Inspection {
  const chain = chainOf(p12, { nowMs });
  const certificate = summarize(p12, chain);
  return {
    file,
    ...(p12.isMade === true && { isMadeOfPem: true }),
    digest: digestOf(withoutOtherPairs(p12, chain)),
    ...(certificate !== undefined && { certificate }),
    encoding: p12.encoding,
    certificates: p12.certificates.map(listed),
    privateKeys: p12.privateKeys.map(({ keyKind, friendlyName }) => {
      return { keyAlgorithm: keyKind.label, ...(friendlyName !== undefined && { friendlyName }) };
    }),
    otherBags: p12.otherBags,
    findings: findings(p12, { nowMs }, chain),
    android: androidSupport(p12),
  };
}

function listed(certificate: Certificate): ListedCertificate {
  const { subject, issuer, serialNumber, notBefore, notAfter, sha256Fingerprint, keyKind } = certificate;
  const { signatureAlgorithm, friendlyName } = certificate;
  const keyAlgorithm = keyKind.label;
  const fields = { subject, issuer, serialNumber, notBefore, notAfter, sha256Fingerprint, keyAlgorithm };
  return { ...fields, signatureAlgorithm, ...(friendlyName !== undefined && { friendlyName }) };
}
