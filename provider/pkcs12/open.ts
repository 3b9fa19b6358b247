// Opens what people bring as a PKCS#12 file: binary, or as text between lines of PEM, whatever their label says; with a password
// that may have a line break at its end. Pure bytes in, content out; what is no PKCS#12 file at all is named by its reader.

import { setImmediate as nextTurn } from "node:timers/promises";
import { derKindOf } from "./container/der-kind";
import { pemBlocksIn, textOf } from "./container/text";
import { visibleEnds, withoutLineBreak } from "./crypto/password-ends";
import { Pkcs12Error } from "./errors";
import { WorkBudget, checkFileSize } from "./limits";
import { type Pkcs12, readPkcs12 } from "./read";

/** A file that was opened. Holds private keys and the password: never log or store it whole. */
export interface OpenedPkcs12 extends Pkcs12 {
  /** The file in binary form, however it was given. */
  readonly bytes: Uint8Array;
  /** The password that opens it. */
  readonly password: string | undefined;
  /** The password was given with a line break at its end, without which it opens the file. */
  readonly hasTrimmedPassword: boolean;
}

/**
 * @param password undefined where there is none
 * @throws Pkcs12Error with the class of the failure in `kind` and its details in `problem`
 */
export async function openPkcs12(given: Uint8Array, password: string | undefined): Promise<OpenedPkcs12> {
  checkFileSize(given.length);
  const bytes = await binaryOf(Buffer.from(given.buffer, given.byteOffset, given.byteLength));
  const budget = new WorkBudget();
  return await withPassword(password, async (candidate, hasTrimmedPassword) => {
    return { ...(await readPkcs12(bytes, candidate, budget)), bytes, password: candidate, hasTrimmedPassword };
  });
}

/** The PKCS#12 file between lines of PEM; else the bytes as they are. */
async function binaryOf(bytes: Buffer): Promise<Buffer> {
  const text = bytes[0] === 0x30 ? undefined : textOf(bytes);
  // Of a text of megabytes each look takes a while.
  await nextTurn();
  if (text?.includes("-----BEGIN ") !== true) return bytes;
  for (const [index, block] of (await pemBlocksIn(text)).entries()) {
    if (index % 100 === 0) await nextTurn();
    if (derKindOf(block.bytes) === "pkcs12") return block.bytes;
  }
  return bytes;
}

/**
 * Tries a password; where it does not fit, once more without the line break at its end.
 * @throws Pkcs12Error which says what can be seen at the ends of a password that does not fit
 */
export async function withPassword<Result>(
  password: string | undefined,
  attempt: (password: string | undefined, isTrimmed: boolean) => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt(password, false);
  } catch (error) {
    if (!(error instanceof Pkcs12Error) || error.kind !== "wrongPassword") throw error;
    const shorter = withoutLineBreak(password);
    const ends = visibleEnds(password);
    if (shorter === undefined) throw withEnds(error, ends);
    try {
      return await attempt(shorter, true);
    } catch (second) {
      const kinds: readonly string[] = ["wrongPassword", "passwordRequired", "limit"];
      throw second instanceof Pkcs12Error && kinds.includes(second.kind) ? withEnds(error, ends) : second;
    }
  }
}

function withEnds(error: Pkcs12Error, ends: string | undefined): Pkcs12Error {
  return ends === undefined ? error : new Pkcs12Error({ kind: "wrongPassword", ends });
}
