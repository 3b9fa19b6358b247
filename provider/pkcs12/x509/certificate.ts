// Reads the fields of one X.509 certificate that summaries, chains and findings need.
// Keeps the bytes as they came: a fingerprint is only right when nothing is encoded again.
// Follows RFC 5280 section 4.1. Own parsing because node:crypto's takes some 20 times longer for files of hundreds.

import { createHash } from "node:crypto";
import { type BerElement, Tag, context, contentOf, rawOf, readElement } from "../asn1/ber";
import { corrupt } from "../errors";
import { algorithmOf, readSequence } from "../asn1/sequence-reader";
import { nameOf } from "./names";
import { type PublicKeyKind, publicKeyKind } from "./public-key";
import { signatureName } from "./signatures";

export interface Certificate {
  readonly der: Buffer;
  /** RFC 4514, such as "CN=corp-client,O=Acme"; may be "". */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hex without leading zero bytes, as `openssl x509 -serial` prints it. */
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
    serialNumber: serialNumber
      .toString("hex")
      .toUpperCase()
      .replace(/^(00)+(?=.)/u, ""),
    notBefore,
    notAfter,
    sha256Fingerprint: createHash("sha256").update(der).digest("hex"),
    publicKey: rawOf(publicKey),
    keyKind: publicKeyKind(publicKey),
    signatureAlgorithm: signatureName(signatureOid),
    ...names,
  };
}

/** UTCTime or GeneralizedTime in UTC, as RFC 5280 section 4.1.2.5 writes them; older forms leave out the seconds. */
function timeOf(element: BerElement | undefined): string {
  const generalized = element?.tag === Tag.generalizedTime;
  const pattern = generalized
    ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?Z$/u
    : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/u;
  const match = pattern.exec(element === undefined ? "" : contentOf(element).toString("latin1"));
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "00"] = match ?? [];
  // RFC 5280: two-digit years from 50 on are those of the twentieth century.
  const century = generalized ? "" : Number(year) < 50 ? "20" : "19";
  const iso = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  if (Number.isNaN(Date.parse(iso))) throw corrupt("a certificate's validity is not a date");
  return iso;
}
