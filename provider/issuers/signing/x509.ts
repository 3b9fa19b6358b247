// The library that encodes requests and certificates, loaded when something is issued for the first time: it takes some
// 60 ms, and most runs issue nothing. Names are given to it as typed values: a text would be parsed.

import type * as X509 from "@peculiar/x509";
import { alternativeKinds, type CertificateNames } from "../template/names";

let library: Promise<typeof X509> | undefined;

export function loadX509(): Promise<typeof X509> {
  // It refuses to load before reflect-metadata, which it does not bring.
  library ??= import("reflect-metadata").then(() => import("@peculiar/x509"));
  return library;
}

const country = "2.5.4.6";
/** IA5String by their definition: domainComponent and emailAddress. */
const ascii = ["0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1"];

/** The name in the certificate's order, each value in the string type that RFC 5280 asks for. */
export function encodedName({ Name }: typeof X509, { subject }: CertificateNames): X509.Name {
  const parts = subject.map(({ oid, value }) => {
    if (oid === country && /^[A-Z]{2}$/u.test(value)) return { [oid]: [{ printableString: value }] };
    return { [oid]: [ascii.includes(oid) && isAscii(value) ? { ia5String: value } : { utf8String: value }] };
  });
  return new Name(parts.reverse());
}

function isAscii(value: string): boolean {
  return Buffer.byteLength(value) === value.length;
}

/** None where no alternative name is asked for. An empty subject makes it critical. */
export function alternativeNames(x509: typeof X509, names: CertificateNames): readonly X509.Extension[] {
  const types = { dns: "dns", uri: "url", email: "email" } as const;
  const all = alternativeKinds.flatMap((kind) => names[kind].map((value) => ({ type: types[kind], value })));
  if (all.length === 0) return [];
  return [new x509.SubjectAlternativeNameExtension(all, names.subject.length === 0)];
}
