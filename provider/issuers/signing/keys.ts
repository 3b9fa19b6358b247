// A key for one device, made by Node's crypto in its threads, off the loop. It is given to whoever asked, and kept nowhere.

import { webcrypto } from "node:crypto";
import type { KeyType } from "../settings";

export interface DeviceKey {
  readonly publicKey: webcrypto.CryptoKey;
  readonly privateKey: webcrypto.CryptoKey;
  /** Secret: PKCS#8 in DER. */
  readonly pkcs8: Buffer;
}

const publicExponent = new Uint8Array([1, 0, 1]);
const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent };

function makePair(type: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const uses = ["sign", "verify"] as const;
  switch (type) {
    case "ec-p256":
      return subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, uses);
    case "ec-p384":
      return subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, uses);
    case "rsa-2048":
      return subtle.generateKey({ ...rsa, modulusLength: 2048 }, true, uses);
    case "rsa-3072":
      return subtle.generateKey({ ...rsa, modulusLength: 3072 }, true, uses);
  }
}

export async function makeKey(type: KeyType): Promise<DeviceKey> {
  const { publicKey, privateKey } = await makePair(type);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey));
  return { publicKey, privateKey, pkcs8 };
}

/** By which hash a key signs, as the field pairs them. */
export function signingAlgorithmOf({
  algorithm,
}: webcrypto.CryptoKey): webcrypto.EcdsaParams | { readonly name: string } {
  if (!("namedCurve" in algorithm) || algorithm.name !== "ECDSA") return { name: algorithm.name };
  const hashes: Readonly<Record<string, string>> = { "P-384": "SHA-384", "P-521": "SHA-512" };
  return { name: "ECDSA", hash: hashes[String(algorithm.namedCurve)] ?? "SHA-256" };
}
