// Turns an X.509 name (subject, issuer) into one line, and into a key under which equal names meet.
// Follows RFC 4514: the most specific part first, specials escaped. Types without a short name keep their OID.

import { type BerElement, Tag, childrenOf, contentOf } from "../asn1/ber";
import { readSequence, oidOf } from "../asn1/sequence-reader";

// RFC 4514 section 3, RFC 4519, and the two that many certificates carry beside them.
const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "title",
  "2.5.4.42": "GN",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};

/** One line such as "CN=corp-client,O=Acme,C=DE"; "" for an empty name. */
export function nameOf(element: BerElement): string {
  const parts = childrenOf(element).map((relativeName) => childrenOf(relativeName).map(attributeOf).join("+"));
  return parts.reverse().join(",");
}

/** RFC 5280 section 7.1 in short: case and repeated spaces do not count when names are compared. */
export function comparableName(name: string): string {
  return name.toLowerCase().replace(/\s+/gu, " ");
}

function attributeOf(element: BerElement): string {
  const fields = readSequence(element, "name");
  const oid = oidOf(fields.take(Tag.oid));
  const value = fields.any();
  return `${shortNames[oid] ?? oid}=${value === undefined ? "" : escape(textOf(value))}`;
}

/** The text of any of ASN.1's string types. */
export function textOf(element: BerElement): string {
  const content = contentOf(element);
  switch (element.tag) {
    case Tag.bmpString:
      return Buffer.from(content.subarray(0, content.length & ~1))
        .swap16()
        .toString("utf16le");
    case Tag.universalString:
      return String.fromCodePoint(
        ...Array.from({ length: content.length >> 2 }, (_, index) => {
          const point = content.readUInt32BE(4 * index);
          return point > 0x10ffff ? 0xfffd : point;
        }).slice(0, 1000),
      );
    case Tag.teletexString:
      // T.61 by name, Latin-1 in practice.
      return content.toString("latin1");
    default:
      return content.toString("utf8");
  }
}

function escape(text: string): string {
  return text
    .replace(/[\\",+;<>]/gu, "\\$&")
    .replace(/^[ #]| $/gu, "\\$&")
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (char) =>
      [...Buffer.from(char)].map((octet) => `\\${octet.toString(16).padStart(2, "0")}`).join(""),
    );
}
