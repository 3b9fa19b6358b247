// How much work one file may ask for. The caps are checked before the work they are about.
// A file with 2^31 iterations would block for hours; real ones have 1 to 1,000,000.
// Follows docs/background/pkcs12-and-android.md, sections 5 and 9.

import { corrupt, limitExceeded } from "./errors";

/** A file with a thousand certificates has 2 MB. */
export const maxFileBytes = 16 * 1024 * 1024;
/** One derivation: about four seconds with SHA-1. */
const maxIterations = 10_000_000;
/** All derivations of a file together, so that many parts cannot each take the most. */
const maxTotalIterations = 60_000_000;
/** scrypt's 128 * N * r. */
const maxScryptBytes = 256 * 1024 * 1024;
/** scrypt's N * r * p; the time follows it. */
const maxScryptWork = 64 * 1024 * 1024;

/** @throws Pkcs12Error `limit` above ten million, `corrupt` below one (which would leave the password out). */
export function checkIterations(iterations: number): number {
  if (iterations > maxIterations) throw limitExceeded("an iteration count", iterations, maxIterations);
  if (iterations < 1) throw corrupt("an iteration count is below 1");
  return iterations;
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
  const bytes = 128 * cost * blockSize;
  if (bytes > maxScryptBytes) throw limitExceeded("scrypt's memory in bytes", bytes, maxScryptBytes);
  const work = cost * blockSize * parallelization;
  if (work > maxScryptWork) throw limitExceeded("scrypt's work factor", work, maxScryptWork);
}

/** Counts the iterations spent on one file. */
export class WorkBudget {
  private spent = 0;

  /** To be called before the work. @throws Pkcs12Error `limit` */
  spend(iterations: number): void {
    this.spent += iterations;
    if (this.spent > maxTotalIterations) {
      throw limitExceeded("the number of iterations of all parts together", this.spent, maxTotalIterations);
    }
  }
}
