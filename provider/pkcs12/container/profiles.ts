// The two ways in which files are written: encryption, MAC and iteration counts of each profile.
// Every salt and vector is given; this file makes none up. Follows RFC 7292 appendix C and RFC 8018 section 6.2.

import { createCipheriv, createHmac } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { integer, nullValue, objectIdentifier, octetString, sequence } from "../asn1/der";
import { type Hash, sha1, sha256 } from "../crypto/hashes";
import { Purpose, pbkdf2, pkcs12Kdf } from "../crypto/kdf";
import { wide } from "../crypto/password-forms";
import { oidPbeSha1And3Des, oidPbes2, oidPbkdf2 } from "./schemes";

/** `androidLegacy`: SHA1-3DES and HMAC-SHA-1. `modern`: AES-256 and HMAC-SHA-256. */
export type Profile = "androidLegacy" | "modern";

const oidAes256Cbc = "2.16.840.1.101.3.4.1.42";

/** 2,048 is what every reader of the legacy form takes; the modern one has Java's count. */
export const defaultIterations: Readonly<Record<Profile, number>> = { androidLegacy: 2048, modern: 10_000 };
const macHashes: Readonly<Record<Profile, Hash>> = { androidLegacy: sha1, modern: sha256 };

/** What encryption and MAC of one file have in common. */
export interface Settings {
  readonly profile: Profile;
  readonly password: string;
  readonly iterations: number;
  readonly saltFor: SaltSource;
}

/** Gives `length` bytes, always the same for one purpose and content, and unlike those for any other. */
export type SaltSource = (purpose: "salt" | "vector" | "mac", content: Buffer, length: number) => Buffer;

export interface Encrypted {
  /** The AlgorithmIdentifier in DER. */
  readonly algorithm: Buffer;
  readonly content: Buffer;
}

export async function encrypt(plain: Buffer, settings: Settings): Promise<Encrypted> {
  const { profile, password, iterations, saltFor } = settings;
  if (profile === "androidLegacy") {
    const salt = saltFor("salt", plain, 8);
    const key = await pkcs12Kdf(sha1, Purpose.key, wide(password), salt, iterations, 24);
    const iv = await pkcs12Kdf(sha1, Purpose.iv, wide(password), salt, iterations, 8);
    const parameters = sequence(octetString(salt), integer(iterations));
    const algorithm = sequence(objectIdentifier(oidPbeSha1And3Des), parameters);
    return { algorithm, content: await encipher("des-ede3-cbc", key, iv, plain) };
  }
  const salt = saltFor("salt", plain, 16);
  const iv = saltFor("vector", plain, 16);
  const key = await pbkdf2(sha256, Buffer.from(password, "utf8"), salt, iterations, 32);
  const prf = sequence(objectIdentifier(sha256.hmacOid), nullValue());
  const derivation = sequence(objectIdentifier(oidPbkdf2), sequence(octetString(salt), integer(iterations), prf));
  const cipher = sequence(objectIdentifier(oidAes256Cbc), octetString(iv));
  const algorithm = sequence(objectIdentifier(oidPbes2), sequence(derivation, cipher));
  return { algorithm, content: await encipher("aes-256-cbc", key, iv, plain) };
}

/** The MacData over `content`. */
export async function macData(content: Buffer, settings: Settings): Promise<Buffer> {
  const { profile, password, iterations, saltFor } = settings;
  const hash = macHashes[profile];
  const salt = saltFor("mac", content, profile === "androidLegacy" ? 8 : 16);
  const key = await pkcs12Kdf(hash, Purpose.mac, wide(password), salt, iterations, hash.digestLength);
  const value = createHmac(hash.nodeName, key).update(content).digest();
  const algorithm = sequence(objectIdentifier(hash.oid), nullValue());
  return sequence(sequence(algorithm, octetString(value)), octetString(salt), integer(iterations));
}

/** 3DES takes some 10 ms. */
const bytesPerTurn = 256 * 1024;

async function encipher(engine: string, key: Buffer, iv: Buffer, plain: Buffer): Promise<Buffer> {
  const stream = createCipheriv(engine, key, iv);
  const parts: Buffer[] = [];
  for (let at = 0; at < plain.length; at += bytesPerTurn) {
    parts.push(stream.update(plain.subarray(at, at + bytesPerTurn)));
    await nextTurn();
  }
  return Buffer.concat([...parts, stream.final()]);
}
