// Tells by its first parts what a DER or BER structure is: PKCS#12, a certificate, a key, a bundle. Decodes no key.
// Follows RFC 7292, 5280, 2986, 5652, 5208, 5958, 8017, 5915; Bouncy Castle's BCFKS by its sources' outline.

import { type BerElement, Tag, contentOf, readElement, readHeader } from "../asn1/ber";
import { Pkcs12Error } from "../errors";

export type DerKind =
  | "pkcs12"
  | "pkcs7"
  | "certificate"
  | "request"
  | "revocationList"
  | "pkcs8"
  | "encryptedKey"
  | "pkcs1"
  | "sec1"
  | "dsa"
  | "publicKey"
  | "bcfks"
  | "cut"
  | "other";

/** One of the outer structure's first parts; `element` is missing when it is cut off or damaged. */
interface Part {
  readonly tag: number;
  readonly element?: BerElement;
}

/** What the bytes are, which begin with a SEQUENCE; "cut" when they end before anything can be told. */
export function derKindOf(bytes: Buffer): DerKind {
  const parts = partsOf(bytes);
  const [first, second, third] = parts;
  if (first === undefined) return "cut";
  if (first.tag === Tag.integer) return numberedKind(parts);
  if (first.tag === Tag.oid) return "pkcs7";
  if (first.tag !== Tag.sequence) return "other";
  if (second === undefined) return "other";
  if (second.tag === Tag.octetString) return "encryptedKey";
  if (second.tag === Tag.bitString) return "publicKey";
  if (third?.tag === Tag.bitString && first.element !== undefined) return signedKind(first.element);
  return second.tag === Tag.sequence && third === undefined && isEncrypted(first.element) ? "bcfks" : "other";
}

/** Keys and PKCS#12 itself begin with a version number. */
function numberedKind([first, second, third]: readonly Part[]): DerKind {
  if (second?.tag === Tag.integer) return isNumber(first, 0) && hasSixParts(first) ? "dsa" : "pkcs1";
  if (second?.tag === Tag.octetString) return "sec1";
  return third?.tag === Tag.octetString ? "pkcs8" : "pkcs12";
}

/** OpenSSL's form of a DSA key has six numbers, an RSA key nine. */
function hasSixParts(first: Part | undefined): boolean {
  return first?.element !== undefined && partsOf(first.element.bytes, 7).length === 6;
}

/** A certificate's body has six parts or more, a request's four (RFC 2986); a list of what is revoked names its time early. */
function signedKind(body: BerElement): DerKind {
  const parts = partsOf(body.bytes.subarray(body.start, body.end), 6);
  if (parts.length <= 4 && isNumber(parts[0], 0)) return "request";
  const isTime = (part: Part | undefined): boolean => part?.tag === Tag.utcTime || part?.tag === Tag.generalizedTime;
  return isTime(parts[2]) || isTime(parts[3]) ? "revocationList" : "certificate";
}

function isNumber(part: Part | undefined, value: number): boolean {
  return part?.tag === Tag.integer && part.element !== undefined && contentOf(part.element).equals(Buffer.of(value));
}

/** An algorithm and bytes. */
function isEncrypted(element: BerElement | undefined): boolean {
  if (element === undefined) return false;
  const [algorithm, content] = partsOf(element.bytes.subarray(element.start, element.end));
  return algorithm?.tag === Tag.sequence && content?.tag === Tag.octetString;
}

function partsOf(bytes: Buffer, most = 4): Part[] {
  const parts: Part[] = [];
  const outer = readHeader(bytes, 0, bytes.length);
  let at = outer?.contentStart ?? bytes.length;
  const end = outer === undefined || outer.length < 0 ? bytes.length : Math.min(bytes.length, at + outer.length);
  while (at < end && parts.length < most) {
    const header = readHeader(bytes, at, end);
    if (header === undefined) break;
    const element = elementAt(bytes, at);
    parts.push({ tag: header.tag, ...(element !== undefined && { element }) });
    at = element?.end ?? end;
  }
  return parts;
}

function elementAt(bytes: Buffer, at: number): BerElement | undefined {
  try {
    return readElement(bytes, at);
  } catch (error) {
    // Cut off: what came before it still tells the format.
    if (error instanceof Pkcs12Error && error.kind === "corrupt") return undefined;
    throw error;
  }
}
