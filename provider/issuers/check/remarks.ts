// Compares the names and uses of a certificate with those that were asked for. Pure. Another common name is a problem, since
// servers know devices by it; what else differs is a remark, since the issuer's own rules decide it.

import type * as X509 from "@peculiar/x509";
import { encodedName } from "../signing/x509";
import { alternativeKinds, type AlternativeKind, type CertificateNames } from "../template/names";

export interface Remarks {
  readonly problem?: string;
  readonly remarks: readonly string[];
}

/** clientAuth, and any use. */
const usesOfClients = ["1.3.6.1.5.5.7.3.2", "2.5.29.37.0"];

/** Values by their type's short name, or its identifier. */
type Values = ReadonlyMap<string, readonly string[]>;

export function remarksOn(x509: typeof X509, read: X509.X509Certificate, asked: CertificateNames): Remarks {
  const given = valuesIn(read.subjectName);
  const wanted = valuesIn(encodedName(x509, asked));
  if (!isSame(given, wanted, "CN")) {
    return { problem: "gave a certificate with another common name than asked for", remarks: [] };
  }
  const others = [...new Set([...wanted.keys(), ...given.keys()])].filter((type) => !isSame(given, wanted, type));
  const uses = read.getExtension(x509.ExtendedKeyUsageExtension)?.usages;
  const isForClients = uses?.some((use) => usesOfClients.includes(String(use))) ?? true;
  return {
    remarks: [
      ...(others.length === 0 ? [] : [`the subject's ${others.sort().join(", ")} are not as asked for`]),
      ...alternativeRemarks(x509, read, asked),
      ...(isForClients ? [] : ["the certificate's extended key usage lacks clientAuth"]),
    ],
  };
}

function valuesIn(name: X509.Name): Values {
  const values = new Map<string, readonly string[]>();
  for (const [type, more] of name.toJSON().flatMap((part) => Object.entries(part))) {
    values.set(type, [...(values.get(type) ?? []), ...more.map(String)]);
  }
  return values;
}

function isSame(one: Values, other: Values, type: string): boolean {
  const sorted = (values: Values): string => JSON.stringify([...(values.get(type) ?? [])].sort());
  return sorted(one) === sorted(other);
}

const kinds: Readonly<Record<AlternativeKind, string>> = { dns: "DNS", uri: "URI", email: "e-mail" };

function alternativeRemarks(x509: typeof X509, read: X509.X509Certificate, asked: CertificateNames): readonly string[] {
  const types: Readonly<Record<AlternativeKind, string>> = { dns: "dns", uri: "url", email: "email" };
  const given = read.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  const lacking = alternativeKinds.filter((kind) => {
    const values = given.filter(({ type }) => type === types[kind]).map(({ value }) => value.toLowerCase());
    return asked[kind].some((value) => !values.includes(value.toLowerCase()));
  });
  if (lacking.length === 0) return [];
  return [`alternative names that were asked for are not there (${lacking.map((kind) => kinds[kind]).join(", ")})`];
}
