// Text that is made to cost time, as a source is read: other work goes on meanwhile. By the processor's time, for a busy
// machine is no fault of the reader's; `npm run bench -- --only hostile` measures all kinds of such files.

import { expect } from "chai";
import { hostileFiles } from "../../bench/hostile-files";
import { openSource } from "../../provider/lifecycle/content/content";
import { writePkcs12 } from "../../provider/pkcs12";
import { refusalOf } from "../client/harness";
import { failureOf, read } from "./fixtures";

/** Wanted are 200; the rest is for a machine that shares its caches. */
const blockMs = 250;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The longest time of the processor in which nothing else could run. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = cpuMs();
  const look = (): void => {
    longest = Math.max(longest, cpuMs() - last);
    last = cpuMs();
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

describe("a text of 16 MB in the place of a file", function () {
  this.timeout(120_000);

  for (const name of [
    "10,000 PEM blocks with indefinite lengths in one another",
    "16 MB of backslashes after PEM",
    "16 MB of backslashes after MI",
    "16 MB of blanks after MI",
  ]) {
    it(`lets other work go on: ${name}`, async () => {
      const bytes = hostileFiles[name]?.() ?? Buffer.alloc(0);
      const surroundings = { readFile: () => bytes, environment: {}, nowMs: () => Date.UTC(2026, 10, 27) };
      const blockedMs = await longestBlockMs(async () => {
        const opening = openSource({ kind: "file", path: "hostile.p12", password: "a-password" }, surroundings);
        expect((await refusalOf(opening)).message).to.contain("not a PKCS#12 file");
      });
      expect(blockedMs).to.be.lessThan(blockMs);
    });
  }
});

describe("a file with more certificates than any device takes", function () {
  this.timeout(120_000);

  async function writtenWith(count: number): Promise<Uint8Array> {
    const { certificates, privateKeys } = await read("iter-modern-1.p12");
    const [leaf] = certificates;
    if (leaf === undefined) throw new Error("The fixture has a certificate.");
    const others = Array.from({ length: count }, () => ({ ...leaf, der: Buffer.concat([leaf.der]) }));
    const material = { certificates: [...certificates, ...others], privateKeys };
    return await writePkcs12(material, { profile: "androidLegacy", password: "a-password", iterations: 10 });
  }

  it("lets other work go on while it is written", async () => {
    const blockedMs = await longestBlockMs(() => writtenWith(3_000));
    expect(blockedMs).to.be.lessThan(blockMs);
  });

  it("is refused, where they have more than 4 MB, before anything is written", async () => {
    const { kind, message } = await failureOf(writtenWith(10_000));
    expect(kind).to.equal("limit");
    expect(message).to.match(
      /^The PKCS#12 file was refused: the length of all certificates to be written, in bytes, is \d+,/,
    );
  });
});
