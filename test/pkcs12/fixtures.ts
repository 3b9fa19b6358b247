// The PKCS#12 files of test/fixtures/p12 and what index.json says of each: password, outcome, certificates, keys.
// Files that cost more than a moment (600,000 iterations, 500 certificates) can be left out by name.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";
import { type Pkcs12, Pkcs12Error, readPkcs12 } from "../../provider/pkcs12";

const folder = join(__dirname, "../fixtures/p12");

const Entry = t.type({
  file: t.string,
  producer: t.string,
  password: t.union([t.string, t.null]),
  outcome: t.string,
  /** SHA-256 of each certificate's DER. */
  certs: t.array(t.string),
  /** SHA-256 of each private key's SubjectPublicKeyInfo. */
  keys: t.array(t.string),
  tags: t.array(t.string),
});

export type Entry = t.TypeOf<typeof Entry>;

export const password = "changeit";

export function entries(): Entry[] {
  const decoded = t.array(Entry).decode(JSON.parse(readFileSync(join(folder, "index.json"), "utf8")));
  if (isLeft(decoded)) throw new Error("index.json of the PKCS#12 fixtures is not what the tests expect");
  return decoded.right;
}

/** The readable files whose derivations take a moment only. */
export function quickEntries(): Entry[] {
  return entries().filter(({ outcome, file }) => outcome === "ok" && !/00000|many-500|nss|gnutls/u.test(file));
}

export function pathOf(file: string): string {
  return join(folder, "files", file);
}

export function bytesOf(file: string): Buffer {
  return readFileSync(pathOf(file));
}

export function read(file: string, withPassword: string | undefined = password): Promise<Pkcs12> {
  return readPkcs12(bytesOf(file), withPassword);
}

/** The error that reading ends with. */
export async function failureOf(reading: Promise<unknown>): Promise<Pkcs12Error> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof Pkcs12Error) return error;
    throw error;
  }
  throw new Error("it was read");
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
