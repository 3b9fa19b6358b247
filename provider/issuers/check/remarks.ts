// Compares the names and uses of a certificate with those that were asked for. Pure. Another common name is a problem, since
// servers know devices by it; what else differs is a remark, since the issuer's own rules decide it.

import { alternativeKinds, type AlternativeKind, type CertificateNames } from "../template/names";
import { commonNameOid, typeName } from "../template/subject";
import { clientAuthOid } from "../x509/extensions";
import type { CertificateParts } from "../x509/read";

export interface Remarks {
  readonly problem?: string;
  readonly remarks: readonly string[];
}

/** clientAuth, and any use. */
const usesOfClients = [clientAuthOid, "2.5.29.37.0"];

/** Values by their type's identifier. */
type Values = ReadonlyMap<string, readonly string[]>;

export function remarksOn({ subjectValues, alternatives, uses }: CertificateParts, asked: CertificateNames): Remarks {
  const given = valuesIn(subjectValues);
  const wanted = valuesIn(asked.subject);
  if (!isSame(given, wanted, commonNameOid)) {
    return { problem: "gave a certificate with another common name than asked for", remarks: [] };
  }
  const types = [...new Set([...wanted.keys(), ...given.keys()])].filter((type) => !isSame(given, wanted, type));
  const others = types.map((type) => typeName(type)).sort();
  const isForClients = uses?.some((use) => usesOfClients.includes(use)) ?? true;
  return {
    remarks: [
      ...(others.length === 0
        ? []
        : [`the subject's ${others.join(", ")} ${others.length === 1 ? "is" : "are"} not as asked for`]),
      ...alternativeRemarks(alternatives, asked),
      ...(isForClients ? [] : ["the certificate's extended key usage lacks clientAuth"]),
    ],
  };
}

function valuesIn(name: CertificateParts["subjectValues"]): Values {
  const values = new Map<string, readonly string[]>();
  for (const { oid, value } of name) values.set(oid, [...(values.get(oid) ?? []), value]);
  return values;
}

function isSame(one: Values, other: Values, type: string): boolean {
  const sorted = (values: Values): string => JSON.stringify([...(values.get(type) ?? [])].sort());
  return sorted(one) === sorted(other);
}

const kinds: Readonly<Record<AlternativeKind, string>> = { dns: "DNS", uri: "URI", email: "e-mail" };

function alternativeRemarks(given: CertificateParts["alternatives"], asked: CertificateNames): readonly string[] {
  const lacking = alternativeKinds.filter((kind) => {
    const values = given[kind].map((value) => value.toLowerCase());
    return asked[kind].some((value) => !values.includes(value.toLowerCase()));
  });
  if (lacking.length === 0) return [];
  return [`alternative names that were asked for are not there (${lacking.map((kind) => kinds[kind]).join(", ")})`];
}
