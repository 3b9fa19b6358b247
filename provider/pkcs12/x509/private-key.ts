// Makes sure that a PKCS#8 structure is a private key, and finds the public key that belongs to it.
// The key itself stays in `pkcs8` and goes nowhere else. Follows RFC 5208 and RFC 5958.

import { type KeyObject, createPrivateKey, createPublicKey } from "node:crypto";
import { Tag, readElement } from "../asn1/ber";
import { corrupt, unsupported } from "../errors";
import { algorithmOf, readSequence, integerOf } from "../asn1/sequence-reader";
import type { BagNames } from "./certificate";
import { type PublicKeyKind, publicKeyKind } from "./public-key";

export interface PrivateKey {
  /** Secret: the key in PKCS#8 DER, not encrypted. */
  readonly pkcs8: Buffer;
  /** Its SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly keyKind: PublicKeyKind;
  readonly friendlyName?: string;
  readonly localKeyId?: Buffer;
}

/** @throws Pkcs12Error `corrupt`, or `unsupported` with the OID of a key type that node:crypto does not know. */
export function privateKeyOf(pkcs8: Buffer, names: BagNames = {}): PrivateKey {
  const fields = readSequence(readElement(pkcs8), "private key");
  integerOf(fields.take(Tag.integer));
  const { oid } = algorithmOf(fields.take(Tag.sequence), "private key's algorithm");
  const publicKey = publicKeyDer(pkcs8);
  if (publicKey === undefined) {
    if (knownKeyTypes.includes(oid)) throw corrupt("a private key's numbers make no sense");
    throw unsupported("an unknown key type", "a private key", oid);
  }
  return { pkcs8, publicKey, keyKind: publicKeyKind(readElement(publicKey)), ...names };
}

/** The same structure from a key that node:crypto holds, however it was written before. */
export function privateKeyFrom(key: KeyObject): PrivateKey {
  return privateKeyOf(key.export({ type: "pkcs8", format: "der" }));
}

const knownKeyTypes: readonly string[] = [
  "1.2.840.113549.1.1.1",
  "1.2.840.113549.1.1.10",
  "1.2.840.10040.4.1",
  "1.2.840.10045.2.1",
  "1.3.101.112",
  "1.3.101.113",
];

function publicKeyDer(pkcs8: Buffer): Buffer | undefined {
  try {
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    return createPublicKey(key).export({ type: "spki", format: "der" });
  } catch {
    // OpenSSL's own words ("DECODER routines::unsupported") are the same for every reason; the caller finds better ones.
    return undefined;
  }
}
