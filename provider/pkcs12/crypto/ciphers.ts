// The ciphers found in PKCS#12 files, and decryption with them.
// Knows no passwords and no BER. What OpenSSL 3 moved out of reach (single DES, RC2, RC4) is brought along or built up.
// OIDs: NIST's CSOR (AES), RFC 8018 B.2, RFC 3657 (Camellia), RFC 5794 (ARIA), GM/T 0006 (SM4).

import { createDecipheriv } from "node:crypto";
import { rc2CbcDecrypt } from "./rc2";
import { rc4 } from "./rc4";

export interface Cipher {
  readonly name: string;
  readonly mode: "cbc" | "gcm" | "stream";
  /** The name in node:crypto, or the one of our own. */
  readonly engine: string;
  readonly keyLength: number;
  readonly ivLength: number;
  readonly blockLength: number;
  /** RC2 only. */
  readonly effectiveBits?: number;
}

const aes = "2.16.840.1.101.3.4.1";
const camellia = "1.2.392.200011.61.1.1.1";
const aria = "1.2.410.200046.1.1";

export const desCbc = cbc("DES", "des", 8, 8);
export const des3Cbc = cbc("3DES", "des-ede3-cbc", 24, 8);
export const des2Cbc = cbc("2DES", "des-ede-cbc", 16, 8);

/** The ciphers that PBES2 names by OID alone. RC2 is apart, for its key length stands in the parameters. */
export const pbes2Ciphers: Readonly<Record<string, Cipher>> = {
  [`${aes}.2`]: cbc("AES-128", "aes-128-cbc", 16, 16),
  [`${aes}.22`]: cbc("AES-192", "aes-192-cbc", 24, 16),
  [`${aes}.42`]: cbc("AES-256", "aes-256-cbc", 32, 16),
  [`${aes}.6`]: gcm("AES-128-GCM", "aes-128-gcm", 16),
  [`${aes}.26`]: gcm("AES-192-GCM", "aes-192-gcm", 24),
  [`${aes}.46`]: gcm("AES-256-GCM", "aes-256-gcm", 32),
  "1.2.840.113549.3.7": des3Cbc,
  "1.3.14.3.2.7": desCbc,
  [`${camellia}.2`]: cbc("Camellia-128", "camellia-128-cbc", 16, 16),
  [`${camellia}.3`]: cbc("Camellia-192", "camellia-192-cbc", 24, 16),
  [`${camellia}.4`]: cbc("Camellia-256", "camellia-256-cbc", 32, 16),
  [`${aria}.2`]: cbc("ARIA-128", "aria-128-cbc", 16, 16),
  [`${aria}.7`]: cbc("ARIA-192", "aria-192-cbc", 24, 16),
  [`${aria}.12`]: cbc("ARIA-256", "aria-256-cbc", 32, 16),
  "1.2.156.10197.1.104.2": cbc("SM4", "sm4-cbc", 16, 16),
};
export const rc2CbcOid = "1.2.840.113549.3.2";

export function rc2Cbc(keyLength: number, effectiveBits: number): Cipher {
  return { ...cbc(`RC2-${effectiveBits}`, "rc2", keyLength, 8), effectiveBits };
}

export function rc4Cipher(keyLength: number): Cipher {
  return { name: `RC4-${keyLength * 8}`, mode: "stream", engine: "rc4", keyLength, ivLength: 0, blockLength: 1 };
}

function cbc(name: string, engine: string, keyLength: number, blockLength: number): Cipher {
  return { name, mode: "cbc", engine, keyLength, ivLength: blockLength, blockLength };
}

function gcm(name: string, engine: string, keyLength: number): Cipher {
  return { name, mode: "gcm", engine, keyLength, ivLength: 12, blockLength: 1 };
}

/** The plain bytes; undefined when padding or tag show that key or data are wrong. */
export function decipher(
  cipher: Cipher,
  key: Buffer,
  iv: Buffer,
  input: Buffer,
  tagLength: number,
): Buffer | undefined {
  if (cipher.mode === "gcm") return decipherGcm(cipher, key, iv, input, tagLength);
  if (cipher.engine === "rc4") return rc4(key, input);
  if (input.length === 0 || input.length % cipher.blockLength !== 0) return undefined;
  if (cipher.engine === "rc2") {
    return withoutPadding(rc2CbcDecrypt(key, cipher.effectiveBits ?? 8 * key.length, iv, input), cipher.blockLength);
  }
  // Three times the same key makes triple DES the single DES that OpenSSL 3 no longer offers.
  const engine = cipher.engine === "des" ? des3Cbc.engine : cipher.engine;
  const engineKey = cipher.engine === "des" ? Buffer.concat([key, key, key]) : key;
  const stream = createDecipheriv(engine, engineKey, iv).setAutoPadding(false);
  return withoutPadding(Buffer.concat([stream.update(input), stream.final()]), cipher.blockLength);
}

/** RFC 8018 6.1.1 step 4 backwards. */
function withoutPadding(padded: Buffer, blockLength: number): Buffer | undefined {
  const count = padded.at(-1) ?? 0;
  const end = padded.length - count;
  if (count < 1 || count > blockLength || !padded.subarray(end).every((octet) => octet === count)) return undefined;
  return padded.subarray(0, end);
}

function decipherGcm(cipher: Cipher, key: Buffer, iv: Buffer, input: Buffer, tagLength: number): Buffer | undefined {
  if (input.length < tagLength) return undefined;
  const engine = cipher.engine === "aes-128-gcm" || cipher.engine === "aes-192-gcm" ? cipher.engine : "aes-256-gcm";
  const stream = createDecipheriv(engine, key, iv, { authTagLength: tagLength });
  stream.setAuthTag(input.subarray(input.length - tagLength));
  const plain = stream.update(input.subarray(0, input.length - tagLength));
  try {
    return Buffer.concat([plain, stream.final()]);
  } catch {
    // node:crypto says "wrong tag" by throwing; there is nothing else final() can fail on.
    return undefined;
  }
}
