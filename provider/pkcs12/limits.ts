// How much work one file may ask for. The caps are checked before the work they are about: a file with 2^31 iterations, a key
// of 40 kB or a list of a million entries would block for minutes. Real files stay far below each.
// Follows docs/background/pkcs12-and-android.md, sections 5 and 9.

import { setImmediate as nextTurn } from "node:timers/promises";
import { corrupt, limitExceeded } from "./errors";

/** A file with a thousand certificates has 2 MB. */
export const maxFileBytes = 16 * 1024 * 1024;
/** One derivation: about four seconds with SHA-1. */
const maxIterations = 10_000_000;
/** All work on a file together, in SHA-1 iterations of some 0.4 µs, so that many parts cannot each take the most. */
const maxWork = 10_000_000;
/** Between two turns of the event loop. */
const workPerTurn = 20_000;
/** scrypt's 128 * N * r. */
const maxScryptBytes = 256 * 1024 * 1024;
/** scrypt's N * r * p; the time follows it. */
const maxScryptWork = 16 * 1024 * 1024;
/** Writers take 8 to 64. */
const maxSaltBytes = 4096;
/** A truststore of all public roots has about 200, one with everything ever trusted 2,000. */
export const maxCertificates = 10_000;
/** A list of names makes some large; OpenSSL takes a certificate apart in some thirty times its size. */
export const maxCertificateBytes = 1024 * 1024;
/** All that one written file holds: some 2,000. Each of its bytes is copied, encrypted, hashed and sent to every device. */
export const maxWrittenCertificateBytes = 4 * 1024 * 1024;
export const maxPrivateKeys = 100;
/** Entries that are passed over. */
export const maxOtherBags = 10_000;
/** Parts of a file that are encrypted each for itself. */
export const maxParts = 200;
/** RSA; larger ones are refused by OpenSSL itself. */
export const maxRsaBits = 16_384;
/** DSA and its kin: OpenSSL computes the public part, whose cost grows with the cube. FIPS 186-4 ends at 3,072. */
export const maxDsaBits = 4096;
/** An EC key's curve and numbers, with explicit parameters. */
export const maxEcBytes = 8192;

/** @throws Pkcs12Error `limit` above ten million, `corrupt` below one (which would leave the password out). */
export function checkIterations(iterations: number): number {
  if (iterations > maxIterations) throw limitExceeded("an iteration count", iterations, maxIterations);
  if (iterations < 1) throw corrupt("an iteration count is below 1");
  return iterations;
}

/** @throws Pkcs12Error `limit` for what is longer than any PKCS#12 file */
export function checkFileSize(bytes: number): void {
  checkAtMost("the file's size in bytes", bytes, maxFileBytes);
}

export function checkSalt(salt: Buffer): Buffer {
  checkAtMost("a salt's length in bytes", salt.length, maxSaltBytes);
  return salt;
}

/** @throws Pkcs12Error `limit` */
export function checkAtMost(what: string, found: number, allowed: number): void {
  if (found > allowed) throw limitExceeded(what, found, allowed);
}

export interface ScryptCost {
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

export function checkScrypt({ cost, blockSize, parallelization }: ScryptCost): void {
  if (cost < 2 || !Number.isInteger(Math.log2(cost)) || blockSize < 1 || parallelization < 1) {
    throw corrupt("the scrypt parameters make no sense");
  }
  checkAtMost("scrypt's memory in bytes", 128 * cost * blockSize, maxScryptBytes);
  checkAtMost("scrypt's work factor", cost * blockSize * parallelization, maxScryptWork);
}

/** Counts the work spent on one file, in SHA-1 iterations. */
export class WorkBudget {
  private spent = 0;
  private spentAtTurn = 0;

  /** To be called before the work: many small pieces in a row let other work go on as well. @throws Pkcs12Error `limit` */
  async spend(iterations: number): Promise<void> {
    this.spent += Math.ceil(iterations);
    checkAtMost("the number of iterations of all parts together", this.spent, maxWork);
    if (this.spent - this.spentAtTurn < workPerTurn) return;
    this.spentAtTurn = this.spent;
    await nextTurn();
  }
}

/** Does something with each item, and lets other work go on after every `itemsPerTurn`. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  itemsPerTurn: number,
  map: (item: Item) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % itemsPerTurn === 0) await nextTurn();
    results.push(await map(item));
  }
  return results;
}
