// Reads the fields of one X.509 certificate that summaries, chains and findings need.
// Keeps the bytes as they came: a fingerprint is only right when nothing is encoded again.
// Follows RFC 5280 section 4.1. Own parsing because node:crypto's takes some 20 times longer for files of hundreds.

import { createHash } from "node:crypto";
import { type BerElement, Tag, context, contentOf, rawOf, readElement } from "../asn1/ber";
import { corrupt } from "../errors";
import { checkAtMost, maxCertificateBytes } from "../limits";
import { algorithmOf, readSequence } from "../asn1/sequence-reader";
import { nameOf } from "./names";
import { type PublicKeyKind, publicKeyKind } from "./public-key";
import { signatureName } from "./signatures";

export interface Certificate {
  readonly der: Buffer;
  /** RFC 4514, such as "CN=corp-client,O=Acme"; may be "". */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hex without leading zero bytes, as `openssl x509 -serial` prints it; a minus before a negative one. */
  readonly serialNumber: string;
  /** ISO 8601 in UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Lower-case hex of the SHA-256 of `der`. */
  readonly sha256Fingerprint: string;
  /** The SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly keyKind: PublicKeyKind;
  /** Such as "RSA-SHA256", or an OID. */
  readonly signatureAlgorithm: string;
  readonly friendlyName?: string;
  readonly localKeyId?: Buffer;
}

export interface BagNames {
  readonly friendlyName?: string;
  readonly localKeyId?: Buffer;
}

/** @throws Pkcs12Error `corrupt` when the bytes are no certificate. */
export function certificateOf(bytes: Buffer, names: BagNames = {}): Certificate {
  checkAtMost("a certificate's length in bytes", bytes.length, maxCertificateBytes);
  const element = readElement(bytes);
  const outer = readSequence(element, "certificate");
  const body = readSequence(outer.take(Tag.sequence), "certificate");
  const { oid: signatureOid } = algorithmOf(outer.take(Tag.sequence), "certificate's signature algorithm");
  outer.take(Tag.bitString);
  body.maybe(context(0));
  const serialNumber = contentOf(body.take(Tag.integer));
  body.take(Tag.sequence);
  const issuer = body.take(Tag.sequence);
  const validity = readSequence(body.take(Tag.sequence), "certificate's validity");
  const [notBefore, notAfter] = [timeOf(validity.any()), timeOf(validity.any())];
  const subject = body.take(Tag.sequence);
  const publicKey = body.take(Tag.sequence);
  const der = rawOf(element);
  return {
    der,
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    serialNumber: serialNumberOf(serialNumber),
    notBefore,
    notAfter,
    sha256Fingerprint: createHash("sha256").update(der).digest("hex"),
    publicKey: rawOf(publicKey),
    keyKind: publicKeyKind(publicKey),
    signatureAlgorithm: signatureName(signatureOid),
    ...names,
  };
}

/** RFC 5280 ends at 20 bytes; a number far beyond is cut. */
const maxSerialBytes = 64;

function serialNumberOf(content: Buffer): string {
  const isNegative = (content[0] ?? 0) >= 0x80;
  const value = signed(content);
  const digits = (isNegative ? -value : value).toString(16).toUpperCase();
  const whole = digits.length % 2 === 0 ? digits : `0${digits}`;
  return `${isNegative ? "-" : ""}${whole}${content.length > maxSerialBytes ? "…" : ""}`;
}

function signed(content: Buffer): bigint {
  const shown = content.subarray(0, maxSerialBytes);
  return shown.length === 0 ? 0n : BigInt.asIntN(8 * shown.length, BigInt(`0x${shown.toString("hex")}`));
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})?$/u;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})?$/u;

/**
 * UTCTime or GeneralizedTime: in UTC, as RFC 5280 section 4.1.2.5 writes them, and as older programs did: without seconds, or
 * with an offset. A time without a zone is taken for UTC.
 */
function timeOf(element: BerElement | undefined): string {
  const isGeneralized = element?.tag === Tag.generalizedTime;
  const text = element === undefined ? "" : contentOf(element).subarray(0, 64).toString("latin1");
  const match = (isGeneralized ? generalizedTime : utcTime).exec(text);
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "00", zone = "Z"] = match ?? [];
  // RFC 5280: two-digit years from 50 on are those of the twentieth century.
  const century = isGeneralized ? "" : Number(year) < 50 ? "20" : "19";
  const offset = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const instant = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000${offset}`);
  if (Number.isNaN(instant)) throw corrupt("a certificate's validity is not a date");
  return new Date(instant).toISOString();
}
