// 5,000 damaged copies of good files, the same ones every time: each ends in a typed error or a result.
import { expect } from "chai";
import {
  type Pkcs12,
  Pkcs12Error,
  androidSupport,
  digestOf,
  findings,
  readPkcs12,
  summarize,
} from "../../provider/pkcs12";
import { bytesOf, password, seededRandom } from "./fixtures";

// Cheap to read, and unlike one another: DER and BER, with and without MAC, encrypted and not.
const files = [
  "iter-modern-1.p12",
  "iter-legacy3des-1.p12",
  "allnone-mac.p12",
  "keypbe-none.p12",
  "ber-full-100.p12",
  "pyca-none.p12",
  "flipnomac-00-01203.p12",
  "selfsigned.p12",
  "rich-san.p12",
  "double-encrypted-key.p12",
];

function mutate(original: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const bytes = Buffer.from(original);
  const at = below(bytes.length);
  const length = 1 + below(16);
  switch (below(6)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      return bytes;
    case 1:
      bytes[at] = below(256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    default:
      // The outer structure is a few hundredths of the bytes and the most delicate part.
      bytes[below(Math.min(120, bytes.length))] = below(256);
      return bytes;
  }
}

function judge(p12: Pkcs12): void {
  digestOf(p12);
  summarize(p12);
  findings(p12, { nowMs: Date.UTC(2026, 10, 23) });
  androidSupport(p12);
}

describe("5,000 damaged PKCS#12 files", function () {
  this.timeout(180_000);

  it("each end in a typed error or a result", async () => {
    const outcomes = new Map<string, number>();
    for (const [index, file] of files.entries()) {
      const original = bytesOf(file);
      const random = seededRandom(1000 + index);
      for (let count = 0; count < 5000 / files.length; count++) {
        const outcome = await readPkcs12(
          mutate(original, random),
          file === "pyca-none.p12" ? undefined : password,
        ).then(
          (p12) => {
            judge(p12);
            return "ok";
          },
          (error: unknown) => {
            if (error instanceof Pkcs12Error) return error.kind;
            throw new Error(`mutation ${count} of ${file} ends in another exception`, { cause: error });
          },
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    expect([...outcomes.values()].reduce((sum, count) => sum + count)).to.equal(5000);
    // A mutation test in which nothing is damaged, or everything is called the same, tests nothing.
    expect(outcomes.get("corrupt")).to.be.greaterThan(1000);
    expect([...outcomes.keys()]).to.include.members(["ok", "unsupported", "notPkcs12"]);
  });
});
