// Names in DER: the subject, and alternative names as an extension. Values are text, and nothing in them is read.
// Follows RFC 5280, sections 4.1.2.4, 4.2.1.6 and appendix A, for the type of each string.

import { Tag, context } from "../../pkcs12/asn1/ber";
import { der, objectIdentifier, sequence, setOf } from "../../pkcs12/asn1/der";
import { alternativeKinds, type AlternativeKind, type CertificateNames } from "../template/names";
import { extension } from "./extensions";

/** Country and serialNumber. */
const printableTypes = ["2.5.4.6", "2.5.4.5"];
/** domainComponent and emailAddress. */
const asciiTypes = ["0.9.2342.19200300.100.1.25", "1.2.840.113549.1.9.1"];

/** In the certificate's order, which is the reverse of the text's. */
export function encodedName({ subject }: Pick<CertificateNames, "subject">): Buffer {
  const parts = subject.map(({ oid, value }) =>
    setOf(sequence(objectIdentifier(oid), der(tagFor(oid, value), Buffer.from(value)))),
  );
  return sequence(...parts.reverse());
}

function tagFor(oid: string, value: string): number {
  if (printableTypes.includes(oid) && /^[A-Za-z0-9 '()+,\-./:=?]+$/u.test(value)) return Tag.printableString;
  const isAscii = Buffer.byteLength(value) === value.length;
  return asciiTypes.includes(oid) && isAscii ? Tag.ia5String : Tag.utf8String;
}

/** The choices of GeneralName. */
export const alternativeTags: Readonly<Record<AlternativeKind, number>> = {
  email: context(1),
  dns: context(2),
  uri: context(6),
};

export const alternativeNamesOid = "2.5.29.17";

/** None where no alternative name is asked for. Beside an empty subject it is critical. */
export function alternativeNames(names: CertificateNames): readonly Buffer[] {
  const all = alternativeKinds.flatMap((kind) =>
    names[kind].map((value) => der(alternativeTags[kind], Buffer.from(value))),
  );
  if (all.length === 0) return [];
  return [extension(alternativeNamesOid, sequence(...all), { isCritical: names.subject.length === 0 })];
}
