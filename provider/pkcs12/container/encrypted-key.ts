// Opens a private key that is encrypted by itself: PKCS#8's EncryptedPrivateKeyInfo, and the older PEM with headers.
// Gives the structure inside; what key that is, others find out. Follows RFC 5958 section 3 and RFC 1421 as OpenSSL reads it.

import { createHash } from "node:crypto";
import { Tag, isWholeSequence, octetsOf, readElement } from "../asn1/ber";
import { algorithmOf, readSequence } from "../asn1/sequence-reader";
import { type Cipher, decipher, des3Cbc, desCbc, pbes2Ciphers } from "../crypto/ciphers";
import { passwordForms } from "../crypto/password-forms";
import { Pkcs12Error, corrupt, unsupported } from "../errors";
import type { WorkBudget } from "../limits";
import { Decryptor } from "./decryptor";
import { schemeOf } from "./schemes";
import type { PemBlock } from "./text";

const where = "a private key";

/** @throws Pkcs12Error `wrongPassword`, `passwordRequired`, or why it cannot be opened at all */
export async function openEncryptedKey(
  bytes: Buffer,
  password: string | undefined,
  budget: WorkBudget,
): Promise<Buffer> {
  const fields = readSequence(readElement(bytes), "encrypted private key");
  const scheme = schemeOf(algorithmOf(fields.take(Tag.sequence), `encryption of ${where}`), where);
  const decryptor = new Decryptor(passwordForms(password), budget);
  return await decryptor.open(scheme, octetsOf(fields.take(Tag.octetString)), where);
}

/** By their names in the DEK-Info header. */
const headerCiphers: ReadonlyMap<string, Cipher> = new Map([
  ["DES-CBC", desCbc],
  ["DES-EDE3-CBC", des3Cbc],
  ...["AES-128", "AES-192", "AES-256"].flatMap((name) =>
    Object.values(pbes2Ciphers)
      .filter((cipher) => cipher.name === name)
      .map((cipher): [string, Cipher] => [`${name}-CBC`, cipher]),
  ),
]);

/** Whether a block is encrypted the older way. */
export function hasEncryptionHeaders({ headers }: PemBlock): boolean {
  return headers.get("Proc-Type")?.includes("ENCRYPTED") === true;
}

/** @throws Pkcs12Error as openEncryptedKey does */
export async function openKeyWithHeaders({ bytes, headers }: PemBlock, password: string | undefined): Promise<Buffer> {
  const [name = "", hex = ""] = (headers.get("DEK-Info") ?? "").split(",");
  const cipher = headerCiphers.get(name.trim());
  if (cipher === undefined) throw unsupported("an unknown cipher", where);
  const iv = Buffer.from(hex.trim(), "hex");
  if (iv.length !== cipher.ivLength || bytes.length === 0) throw corrupt(`the encryption of ${where} is not whole`);
  if (password === undefined || password === "") throw new Pkcs12Error({ kind: "passwordRequired" });
  const plain = await decipher(cipher, keyFor(password, iv.subarray(0, 8), cipher.keyLength), iv, bytes, 0);
  if (plain === undefined || !isWholeSequence(plain)) throw new Pkcs12Error({ kind: "wrongPassword" });
  return plain;
}

/** OpenSSL's EVP_BytesToKey with MD5 and one round. */
function keyFor(password: string, salt: Buffer, length: number): Buffer {
  let key = Buffer.alloc(0);
  for (let last = key; key.length < length; key = Buffer.concat([key, last])) {
    last = createHash("md5").update(last).update(password, "utf8").update(salt).digest();
  }
  return key.subarray(0, length);
}
