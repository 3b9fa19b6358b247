// What certificates and requests have in common: a body, how it was signed, and the signature. Node's crypto signs in its
// threads, off the loop. Algorithms follow RFC 4055, 5758 and 8410.

import { type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { bitString, nullValue, objectIdentifier, sequence } from "../../pkcs12/asn1/der";

const signInThread = promisify(sign);

/** How a key signs. */
export interface Signing {
  /** An AlgorithmIdentifier. */
  readonly algorithm: Buffer;
  readonly hash: string | null;
}

/** Each curve with the hash of its strength. */
const curves: Readonly<Record<string, readonly [oid: string, hash: string]>> = {
  prime256v1: ["1.2.840.10045.4.3.2", "sha256"],
  secp384r1: ["1.2.840.10045.4.3.3", "sha384"],
  secp521r1: ["1.2.840.10045.4.3.4", "sha512"],
};

/** With shorter ones nothing can be signed. */
const leastRsaBits = 1024;

/** Undefined for a key of another kind. */
export function signingOf(key: KeyObject): Signing | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa" && (details?.modulusLength ?? 0) >= leastRsaBits) {
    return { algorithm: sequence(objectIdentifier("1.2.840.113549.1.1.11"), nullValue()), hash: "sha256" };
  }
  if (type === "ed25519") return { algorithm: sequence(objectIdentifier("1.3.101.112")), hash: null };
  const curve = type === "ec" ? curves[details?.namedCurve ?? ""] : undefined;
  return curve === undefined ? undefined : { algorithm: sequence(objectIdentifier(curve[0])), hash: curve[1] };
}

/** Body, algorithm and signature in DER. */
export async function signed(body: Buffer, key: KeyObject, { algorithm, hash }: Signing): Promise<Buffer> {
  // Its types leave out that null stands for a key that brings its hash.
  const signature = await signInThread(hash ?? undefined, body, key);
  return sequence(body, algorithm, bitString(signature));
}

/** @param label such as `CERTIFICATE` */
export function pemOf(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .replaceAll(/.{64}(?!$)/gu, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
