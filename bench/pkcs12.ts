// How long one PKCS#12 file takes to read, beside node-forge in the same run.
// Both sides end with every certificate and key decrypted and taken apart. Reads fixtures, writes to the given printer.
// Wanted: never slower where both read the file, at least three times faster at 600,000 iterations.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import forge from "node-forge";
import { type Profile, readPkcs12, writePkcs12 } from "../provider/pkcs12";
import { median } from "./statistics";

const fixtures = join(__dirname, "../test/fixtures/p12/files");
const password = "changeit";

export interface Pkcs12Timing {
  readonly file: string;
  /** Median milliseconds of one read. */
  readonly ownMs: number;
  readonly forgeMs: number;
  /** How many times faster than node-forge. */
  readonly ratio: number;
}

interface Subject {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly iterations: number;
}

/** Measures all files and prints one line for each. Takes about 40 s, nearly all of it node-forge's. */
export async function benchPkcs12(print: (line: string) => void): Promise<Pkcs12Timing[]> {
  print("PKCS#12, median time of one read".padEnd(44) + ["own ms", "forge ms", "times"].map(column).join(""));
  const timings: Pkcs12Timing[] = [];
  for (const subject of await subjects()) {
    const timing = await measure(subject);
    const figures = [timing.ownMs.toFixed(1), timing.forgeMs.toFixed(1), timing.ratio.toFixed(1)];
    print(timing.file.padEnd(44) + figures.map(column).join(""));
    timings.push(timing);
  }
  return timings;
}

async function subjects(): Promise<Subject[]> {
  const made: Subject[] = [];
  for (const iterations of [2048, 600_000]) {
    for (const profile of ["modern", "androidLegacy"] satisfies Profile[]) {
      for (const [key, source] of Object.entries({ RSA: "ossl-modern-rsa2048.p12", EC: "iter-modern-2048.p12" })) {
        const material = await readPkcs12(readFileSync(join(fixtures, source)), password);
        const bytes = await writePkcs12(material, { profile, password, iterations });
        made.push({ file: `${key}, ${profile}, ${iterations.toLocaleString("en")} iterations`, bytes, iterations });
      }
    }
  }
  const large = ["many-100.p12", "many-500.p12"].map((file) => {
    const bytes = readFileSync(join(fixtures, file));
    return { file: `${/\d+/u.exec(file)?.[0] ?? ""} certificates`, bytes, iterations: 2048 };
  });
  return [...made, ...large];
}

async function measure({ file, bytes, iterations }: Subject): Promise<Pkcs12Timing> {
  const slow = iterations > 100_000;
  const own: number[] = [];
  const other: number[] = [];
  // In turns, so that a busy moment of the machine meets both.
  for (let run = 0; run < (slow ? 3 : 21); run++) {
    own.push(await elapsedMs(() => readPkcs12(bytes, password)));
    if (!slow || run === 0) other.push(await elapsedMs(() => readWithForge(bytes)));
  }
  const [ownMs, forgeMs] = [median(own), median(other)];
  return { file, ownMs, forgeMs, ratio: forgeMs / ownMs };
}

function readWithForge(bytes: Uint8Array): unknown {
  const asn1 = forge.asn1.fromDer(Buffer.from(bytes).toString("latin1"));
  return forge.pkcs12.pkcs12FromAsn1(asn1, false, password);
}

async function elapsedMs(work: () => unknown): Promise<number> {
  const startAt = performance.now();
  await work();
  return performance.now() - startAt;
}

function column(text: string): string {
  return text.padStart(12);
}
