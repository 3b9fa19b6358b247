// Any bytes end in a result or in an error of this package: damaged and spliced files of the corpus, cut ones, made-up DER and
// made-up PEM. A few hundred by default; FUZZ_SEEDS=100000 for a run by hand. The same seed gives the same bytes.

import { expect } from "chai";
import { Pkcs12Error, chainOf, digestOf, findings, fromPem, openPkcs12, summarize } from "../../provider/pkcs12";
import { der } from "../../provider/pkcs12/asn1/der";
import { bytesOf, password, quickEntries, seededRandom } from "./fixtures";

const seeds = Number(process.env["FUZZ_SEEDS"] ?? "300");
const nowMs = Date.UTC(2026, 10, 23);

type Random = () => number;

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

function pick<Item>(random: Random, items: readonly Item[], otherwise: Item): Item {
  return items[below(random, items.length)] ?? otherwise;
}

function damaged(random: Random, original: Buffer): Buffer {
  const bytes = Buffer.from(original);
  for (let count = 1 + below(random, 4); count > 0; count--) bytes[below(random, bytes.length)] = below(random, 256);
  return bytes;
}

function randomDer(random: Random, depth = 0): Buffer {
  const isDeep = depth > 6 || random() < 0.3;
  if (isDeep) {
    const content = Buffer.from(Array.from({ length: below(random, 12) }, () => below(random, 256)));
    return der(pick(random, [0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x1e], 0x04), content);
  }
  const parts = Array.from({ length: below(random, 5) }, () => randomDer(random, depth + 1));
  return der(pick(random, [0x30, 0x31, 0xa0, 0x24], 0x30), ...parts);
}

function randomPem(random: Random, content: Buffer): Buffer {
  const labels = ["CERTIFICATE", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "PKCS7", "PKCS12", "X"];
  const label = pick(random, labels, "X");
  const headers = pick(random, ["", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", "x: y\n\n"], "");
  const lineBreak = pick(random, ["\n", "\r\n", "\\n", " ", ""], "\n");
  const text = `-----BEGIN ${label}-----\n${headers}${content.toString("base64")}\n-----END ${label}-----\n`;
  return Buffer.from(text.replaceAll("\n", lineBreak).repeat(1 + below(random, 2)));
}

function bytesFor(seed: number, corpus: readonly Buffer[]): Buffer {
  const random = seededRandom(seed);
  const nothing = Buffer.alloc(0);
  const one = pick(random, corpus, nothing);
  const other = pick(random, corpus, nothing);
  switch (below(random, 6)) {
    case 0:
      return damaged(random, one);
    case 1:
      return Buffer.concat([one.subarray(0, below(random, one.length)), other.subarray(below(random, other.length))]);
    case 2:
      return one.subarray(0, below(random, one.length));
    case 3:
      return randomDer(random);
    case 4:
      return randomPem(random, random() < 0.5 ? damaged(random, one) : randomDer(random));
    default:
      return Buffer.from(Array.from({ length: below(random, 200) }, () => below(random, 256)));
  }
}

/** What was read of the bytes in both ways, each "ok" or the kind of its error. */
async function outcomesOf(bytes: Buffer): Promise<readonly string[]> {
  const ways = [
    async (): Promise<void> => {
      const p12 = await openPkcs12(bytes, password);
      const chain = chainOf(p12, { nowMs });
      digestOf(p12);
      summarize(p12, chain);
      findings(p12, { nowMs }, chain);
    },
    async (): Promise<void> => {
      await fromPem({ certificate: bytes, privateKey: bytes, privateKeyPassword: password, nowMs });
    },
  ];
  const outcomes: string[] = [];
  for (const way of ways) {
    try {
      await way();
      outcomes.push("ok");
    } catch (error) {
      if (!(error instanceof Pkcs12Error)) throw error;
      outcomes.push(error.kind);
    }
  }
  return outcomes;
}

describe(`${seeds} made-up files`, function () {
  this.timeout(0);

  it("each end in a typed error or a result", async () => {
    const corpus = quickEntries()
      .filter(({ file }) => !/-(10000|2048)\.p12$|many|scrypt/u.test(file))
      .map(({ file }) => bytesOf(file));
    const counts = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const outcomes = await outcomesOf(bytesFor(seed, corpus)).catch((error: unknown) => {
        throw new Error(`seed ${seed} ends in another exception`, { cause: error });
      });
      for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    // Where nothing is damaged, or everything is called the same, nothing was tried.
    expect([...counts.keys()]).to.include.members(["ok", "corrupt", "notPkcs12", "badPem"]);
  });
});
