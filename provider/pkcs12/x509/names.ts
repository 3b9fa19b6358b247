// Turns an X.509 name (subject, issuer) into one line, and into a key under which equal names meet.
// Follows RFC 4514: the most specific part first, specials escaped. Types without a short name keep their OID.

import { createHash } from "node:crypto";
import { type BerElement, Tag, childrenOf, contentOf, rawOf } from "../asn1/ber";
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

/** A line is for people and for comparing: it ends after this many characters of a part, or parts of a name. */
const maxValueBytes = 1024;
const maxParts = 64;
const maxLength = 1024;

/** One line such as "CN=corp-client,O=Acme,C=DE"; "" for an empty name. A very long one is cut, and ends in its hash. */
export function nameOf(element: BerElement): string {
  const relativeNames = childrenOf(element);
  const parts = relativeNames
    .slice(-maxParts)
    .map((relativeName) => childrenOf(relativeName).slice(0, maxParts).map(attributeOf).join("+"));
  const name = parts.reverse().join(",");
  const isWhole = relativeNames.length <= maxParts && element.end - element.start <= maxValueBytes;
  if (isWhole || (name.length <= maxLength && element.end - element.start <= 4 * maxLength)) return name;
  // Two names that differ in what is cut off stay two names.
  return `${name.slice(0, maxLength)}… (${createHash("sha256").update(rawOf(element)).digest("hex").slice(0, 16)})`;
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

/** The text of any of ASN.1's string types, as far as anybody reads it. */
export function textOf(element: BerElement): string {
  const content = contentOf(element).subarray(0, 2 * maxValueBytes);
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
