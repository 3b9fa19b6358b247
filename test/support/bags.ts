// PKCS#12 files put together entry by entry, for what no program writes on demand: several certificates of a key, odd serial numbers
// and times, unknown keys. Not encrypted and without a checksum, which readers take. Certificates are signed here, so that any part
// of one can be replaced.

import { type KeyObject, sign } from "node:crypto";
import { childrenOf, octetsOf, rawOf, readElement } from "../../provider/pkcs12/asn1/ber";
import {
  bmpString,
  der,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from "../../provider/pkcs12/asn1/der";

export interface BagNames {
  readonly localKeyId?: string;
  readonly friendlyName?: string;
}

export interface CertificateParts {
  readonly key: KeyObject;
  /** The content of the INTEGER, in hex. */
  readonly serial?: string;
  /** Tag and text of the two times. */
  readonly times?: readonly (readonly [tag: number, text: string])[];
  readonly commonName?: string;
}

export const utcTime = 0x17;
export const generalizedTime = 0x18;
const rsaSha256 = sequence(objectIdentifier("1.2.840.113549.1.1.11"), nullValue());
const usualTimes = [
  [utcTime, "260101000000Z"],
  [utcTime, "360101000000Z"],
] as const;

/** A certificate of an RSA key, signed by itself. */
export function certificateWith(parts: CertificateParts): Buffer {
  const { key, serial = "07", times = usualTimes, commonName = "made.example" } = parts;
  const name = sequence(setOf(sequence(objectIdentifier("2.5.4.3"), der(0x0c, Buffer.from(commonName)))));
  const body = sequence(
    explicit(0, integer(2)),
    der(2, Buffer.from(serial, "hex")),
    ...[rsaSha256, name],
    sequence(...times.map(([tag, text]) => der(tag, Buffer.from(text)))),
    name,
    publicKeyOf(key),
  );
  return sequence(body, rsaSha256, der(3, Buffer.of(0), sign("sha256", body, key)));
}

function publicKeyOf(key: KeyObject): Buffer {
  const { n = "", e = "" } = key.export({ format: "jwk" });
  const unsigned = (text: string): Buffer => der(2, Buffer.of(0), Buffer.from(text, "base64url"));
  const numbers = sequence(unsigned(n), der(2, Buffer.from(e, "base64url")));
  return sequence(sequence(objectIdentifier("1.2.840.113549.1.1.1"), nullValue()), der(3, Buffer.of(0), numbers));
}

/** A private key of any type and parameters, which need not be known to anybody. */
export function pkcs8With(type: string, parameters: Buffer, content: Buffer): Buffer {
  return sequence(integer(0), sequence(objectIdentifier(type), parameters), octetString(content));
}

export function certificateBag(certificate: Buffer, names?: BagNames): Buffer {
  const value = sequence(objectIdentifier("1.2.840.113549.1.9.22.1"), explicit(0, octetString(certificate)));
  return bag("1.2.840.113549.1.12.10.1.3", value, names);
}

export function keyBag(pkcs8: Buffer | KeyObject, names?: BagNames): Buffer {
  const key = Buffer.isBuffer(pkcs8) ? pkcs8 : pkcs8.export({ type: "pkcs8", format: "der" });
  return bag("1.2.840.113549.1.12.10.1.1", key, names);
}

/** An entry that holds something under an object identifier, as Windows keeps a protected password. */
export function secretBag(type: string, content: Buffer): Buffer {
  return bag("1.2.840.113549.1.12.10.1.5", sequence(objectIdentifier(type), explicit(0, octetString(content))));
}

function bag(type: string, value: Buffer, { localKeyId, friendlyName }: BagNames = {}): Buffer {
  const attributes = [
    ...(localKeyId === undefined ? [] : [attribute("1.2.840.113549.1.9.21", octetString(Buffer.from(localKeyId)))]),
    ...(friendlyName === undefined ? [] : [attribute("1.2.840.113549.1.9.20", bmpString(friendlyName))]),
  ];
  return sequence(objectIdentifier(type), explicit(0, value), ...(attributes.length > 0 ? [setOf(...attributes)] : []));
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), setOf(value));
}

export function pfxOf(...bags: readonly Buffer[]): Buffer {
  const safe = dataOf(sequence(...bags));
  return sequence(integer(3), dataOf(sequence(safe)));
}

function dataOf(content: Buffer): Buffer {
  return sequence(objectIdentifier("1.2.840.113549.1.7.1"), explicit(0, octetString(content)));
}

/** The contents of a file with one entry more, and without the checksum, which would no longer be right. */
export function withBag(file: Buffer, added: Buffer): Buffer {
  const [, content] = childrenOf(readElement(file));
  const [, wrapped] = content === undefined ? [] : childrenOf(content);
  const [octets] = wrapped === undefined ? [] : childrenOf(wrapped);
  if (octets === undefined) throw new Error("This is no PKCS#12 file.");
  const safes = childrenOf(readElement(octetsOf(octets))).map(rawOf);
  return sequence(integer(3), dataOf(sequence(...safes, dataOf(sequence(added)))));
}
