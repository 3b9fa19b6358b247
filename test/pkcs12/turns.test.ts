// Files that are made to cost time, as they are read and written: other work gets its turn many times meanwhile. Turns are
// counted, since times are the machine's too; `npm run bench -- --only hostile` measures how long a block lasts.

import { expect } from "chai";
import { hostileFiles } from "../../bench/hostile-files";
import { openSource } from "../../provider/lifecycle/content/content";
import { writePkcs12 } from "../../provider/pkcs12";
import { refusalOf } from "../client/harness";
import { failureOf, read } from "./fixtures";

/** Of 16 MB, or of 3,000 certificates: a slice is a fraction of that. */
const turnsWanted = 10;

/** How often something else could run while this works. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  return turns;
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
      const turns = await turnsDuring(async () => {
        const opening = openSource({ kind: "file", path: "hostile.p12", password: "a-password" }, surroundings);
        expect((await refusalOf(opening)).message).to.contain("not a PKCS#12 file");
      });
      expect(turns).to.be.at.least(turnsWanted);
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
    const turns = await turnsDuring(() => writtenWith(3_000));
    expect(turns).to.be.at.least(turnsWanted);
  });

  it("is refused, where they have more than 4 MB, before anything is written", async () => {
    const { kind, message } = await failureOf(writtenWith(10_000));
    expect(kind).to.equal("limit");
    expect(message).to.match(
      /^The PKCS#12 file was refused: the length of all certificates to be written, in bytes, is \d+,/,
    );
  });
});
