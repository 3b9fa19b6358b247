// The digest under which the same content is recognized, whatever its password, ciphers, salts or order.
// Made of public data only, so it may be shown, logged and stored. Follows docs/design.md, section 1.

import { createHash } from "node:crypto";
import type { KeyMaterial } from "./x509/key-material";

/**
 * Lower-case hex of SHA-256 over the sorted, joined SHA-256 values of each certificate's DER and of each private key's
 * SubjectPublicKeyInfo; doubles count once.
 */
export function digestOf({ certificates, privateKeys }: KeyMaterial): string {
  const parts = [...certificates.map(({ der }) => der), ...privateKeys.map(({ publicKey }) => publicKey)];
  const hashes = new Set(parts.map((part) => createHash("sha256").update(part).digest("hex")));
  const joined = [...hashes].sort().join("");
  return createHash("sha256").update(Buffer.from(joined, "hex")).digest("hex");
}
