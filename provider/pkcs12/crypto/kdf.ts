// Turns a password into key material: the derivation of PKCS#12 itself, PBKDF1, PBKDF2 and scrypt.
// Knows neither ciphers nor where the parameters stood. Nothing here blocks the event loop for long.
// Follows RFC 7292 appendix B, RFC 8018 section 5, RFC 7914.

import {
  createHash,
  hash as hashOnce,
  pbkdf2 as pbkdf2WithCallback,
  pbkdf2Sync,
  scrypt as scryptWithCallback,
} from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { type Hash, sha1, sha256 } from "./hashes";
import type { ScryptCost } from "../limits";
import { iterateSha1 } from "./iterate-sha1";
import { iterateSha256 } from "./iterate-sha256";

/** What the derived bytes are for; the diversifier of RFC 7292 B.3. */
export const Purpose = { key: 1, iv: 2, mac: 3 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** About 10 ms of work between two turns of the event loop. */
const iterationsPerTurn = 20_000;

const pbkdf2Async = promisify(pbkdf2WithCallback);
const scryptAsync = promisify<Buffer, Buffer, number, object, Buffer>(scryptWithCallback);

export async function pbkdf2(hash: Hash, password: Buffer, salt: Buffer, iterations: number, length: number) {
  // Usual counts take a millisecond; handing that to another thread and coming back costs a busy process more.
  if (iterations <= iterationsPerTurn) return pbkdf2Sync(password, salt, iterations, length, hash.nodeName);
  return await pbkdf2Async(password, salt, iterations, length, hash.nodeName);
}

export function scrypt(password: Buffer, salt: Buffer, cost: ScryptCost, length: number): Promise<Buffer> {
  // Node refuses at exactly the memory needed, so it is given some room.
  const maxmem = 128 * cost.cost * cost.blockSize + 128 * cost.blockSize * cost.parallelization + 1024 * 1024;
  return scryptAsync(password, salt, length, { ...cost, maxmem });
}

/** RFC 8018 5.1; what PBES1 uses. */
export async function pbkdf1(hash: Hash, password: Buffer, salt: Buffer, iterations: number): Promise<Buffer> {
  const first = createHash(hash.nodeName).update(password).update(salt).digest();
  return await rehash(hash, first, iterations - 1);
}

/** RFC 7292 B.2. `password` is already UTF-16BE with its two zero bytes, or empty where no password was given. */
export async function pkcs12Kdf(
  hash: Hash,
  purpose: Purpose,
  password: Buffer,
  salt: Buffer,
  iterations: number,
  length: number,
): Promise<Buffer> {
  const diversifier = Buffer.alloc(hash.blockLength, purpose);
  const input = Buffer.concat([stretch(salt, hash.blockLength), stretch(password, hash.blockLength)]);
  const output: Buffer[] = [];
  for (let have = 0; have < length; have += hash.digestLength) {
    if (output.length > 0) addToBlocks(input, stretch(output.at(-1) ?? salt, hash.blockLength));
    const first = createHash(hash.nodeName).update(diversifier).update(input).digest();
    output.push(await rehash(hash, first, iterations - 1));
  }
  return Buffer.concat(output).subarray(0, length);
}

/** Repeats `bytes` to fill whole blocks; nothing stays nothing. */
function stretch(bytes: Buffer, blockLength: number): Buffer {
  const length = Math.ceil(bytes.length / blockLength) * blockLength;
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Adds the one block `addend` plus one to every block of `input`, as big-endian numbers, in place. */
function addToBlocks(input: Buffer, addend: Buffer): void {
  for (let block = 0; block < input.length; block += addend.length) {
    let carry = 1;
    for (let at = addend.length - 1; at >= 0; at--) {
      carry += (input[block + at] ?? 0) + (addend[at] ?? 0);
      input[block + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}

/** Hashes the digest `times` times more, with a pause for others now and then. */
async function rehash(hash: Hash, digest: Buffer, times: number): Promise<Buffer> {
  let left = times;
  let current = digest;
  while (left > iterationsPerTurn) {
    current = rehashAtOnce(hash, current, iterationsPerTurn);
    left -= iterationsPerTurn;
    await nextTurn();
  }
  return rehashAtOnce(hash, current, left);
}

function rehashAtOnce(hash: Hash, digest: Buffer, times: number): Buffer {
  if (hash === sha1 || hash === sha256) {
    const inPlace = Buffer.from(digest);
    if (hash === sha1) iterateSha1(inPlace, times);
    else iterateSha256(inPlace, times);
    return inPlace;
  }
  let current = digest;
  for (let count = 0; count < times; count++) current = hashOnce(hash.nodeName, current, "buffer");
  return current;
}
