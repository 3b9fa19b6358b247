// What a file is about, apart from how it was stored: its certificates and private keys. Types only.

import type { Certificate } from "./certificate";
import type { PrivateKey } from "./private-key";

/** Keys and certificates. Doubles are folded; the order is the file's. Holds private keys: never log or store it whole. */
export interface KeyMaterial {
  readonly certificates: readonly Certificate[];
  readonly privateKeys: readonly PrivateKey[];
}
