// Every file of the corpus by what index.json says of it.
import { expect } from "chai";
import { Pkcs12Error, digestOf, readPkcs12 } from "../../provider/pkcs12";
import { type Entry, bytesOf, entries, sha256Of } from "./fixtures";

/** What each outcome of index.json allows; "ok" is a file that was read. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  ok: ["ok"],
  "not-p12": ["notPkcs12"],
  corrupt: ["corrupt"],
  unsupported: ["unsupported"],
  reject: ["limit", "corrupt"],
  "wrong-password-inner": ["innerPassword"],
  "ok-or-unsupported": ["ok", "unsupported"],
  "corrupt-or-unsupported": ["corrupt", "unsupported"],
  "corrupt-or-wrongpw": ["corrupt", "wrongPassword"],
  "corrupt-or-wrongpw-or-ok": ["corrupt", "wrongPassword", "ok"],
};

interface Reading {
  readonly outcome: string;
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
  readonly digest: string;
  readonly tookMs: number;
}

async function readEntry({ file, password }: Entry): Promise<Reading> {
  const startAt = performance.now();
  const nothing = { certificates: [], keys: [], digest: "" };
  try {
    const p12 = await readPkcs12(bytesOf(file), password ?? undefined);
    const certificates = p12.certificates.map(({ der }) => sha256Of(der)).sort();
    const keys = p12.privateKeys.map(({ publicKey }) => sha256Of(publicKey)).sort();
    return { outcome: "ok", certificates, keys, digest: digestOf(p12), tookMs: performance.now() - startAt };
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    return { ...nothing, outcome: error.kind, tookMs: performance.now() - startAt };
  }
}

describe("the corpus of PKCS#12 files", function () {
  this.timeout(300_000);
  const readings = new Map<Entry, Reading>();

  before(async () => {
    for (const entry of entries()) readings.set(entry, await readEntry(entry));
  });

  for (const [outcome, kinds] of Object.entries(allowed)) {
    it(`ends as ${kinds.join(" or ")} for every file marked ${outcome}`, () => {
      const marked = [...readings].filter(([entry]) => entry.outcome === outcome);
      const others = marked.filter(([, reading]) => !kinds.includes(reading.outcome));
      expect(marked).not.to.be.empty;
      expect(others.map(([{ file }, reading]) => `${file}: ${reading.outcome}`)).to.deep.equal([]);
    });
  }

  it("has no file whose outcome is not judged here", () => {
    expect(entries().filter(({ outcome }) => !(outcome in allowed))).to.deep.equal([]);
    expect(readings.size).to.equal(221);
  });

  it("is read with exactly the certificates and keys that are in each file", () => {
    for (const [{ file, certs, keys }, reading] of readings) {
      if (reading.outcome !== "ok" || certs.length + keys.length === 0) continue;
      expect(reading.certificates, file).to.deep.equal([...new Set(certs)].sort());
      expect(reading.keys, file).to.deep.equal([...new Set(keys)].sort());
    }
  });

  it("has one digest for each content, in whatever encoding, made as the contract says", () => {
    const digests = new Set<string>();
    for (const [{ file, certs, keys }, reading] of readings) {
      if (reading.outcome !== "ok" || certs.length + keys.length === 0) continue;
      const joined = [...new Set([...certs, ...keys])].sort().join("");
      expect(reading.digest, file).to.equal(sha256Of(Buffer.from(joined, "hex")));
      digests.add(reading.digest);
    }
    expect(digests.size).to.be.greaterThan(20);
  });

  it("hangs nowhere", () => {
    // One second for the slowest file, milliseconds for a hostile one; here is room for a busy machine and for coverage.
    for (const [{ file, outcome }, { tookMs }] of readings) {
      expect(tookMs, file).to.be.lessThan(outcome === "reject" ? 2_000 : 60_000);
    }
  });
});
