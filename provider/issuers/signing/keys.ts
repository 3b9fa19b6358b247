// A key for one device, made by Node's crypto in its threads, off the loop. It is given to whoever asked, and kept nowhere.

import { type KeyObject, generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import type { KeyType } from "../settings";

export interface DeviceKey {
  /** A SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
  /** Secret: PKCS#8 in DER. */
  readonly pkcs8: Buffer;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

function makePair(type: KeyType): Promise<KeyPair> {
  switch (type) {
    case "ec-p256":
      return generate("ec", { namedCurve: "P-256" });
    case "ec-p384":
      return generate("ec", { namedCurve: "P-384" });
    case "rsa-2048":
      return generate("rsa", { modulusLength: 2048 });
    case "rsa-3072":
      return generate("rsa", { modulusLength: 3072 });
  }
}

export async function makeKey(type: KeyType): Promise<DeviceKey> {
  const { publicKey, privateKey } = await makePair(type);
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    privateKey,
    pkcs8: privateKey.export({ type: "pkcs8", format: "der" }),
  };
}
