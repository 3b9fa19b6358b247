import { expect } from "chai";
import { deviceKey, type LedgerEntry } from "../../../../provider/lifecycle/state/ledger/ledger";
import { decodeLedger, encodeLedger } from "../../../../provider/lifecycle/state/ledger/stored-ledger";

const sentAt = "2026-11-27T10:00:00.000Z";
const request = "01922b24-adae-787f-a08a-778067704f57";

function entry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  const mark = { digest: "0123456789ab", file: "0a1b2c3d4e", endDay: 21_000, leadDays: 30 };
  return { ...mark, isBehind: false, isStale: false, at: sentAt, ...change };
}

describe("the ledger of certificates of devices", () => {
  const many = (change: (number: number) => Partial<LedgerEntry>): ReadonlyMap<string, LedgerEntry> =>
    new Map(Array.from({ length: 9_999 }, (_, number) => [deviceKey(`device ${number}`), entry(change(number))]));
  /** As many bytes as asked for, another one for each number. */
  const hexOf = (number: number, bytes: number): string => (number + 1).toString(16).padStart(2 * bytes, "0");
  const secondsLater = (seconds: number): string => new Date(Date.parse(sentAt) + 1000 * seconds).toISOString();

  it("takes at most 24 bytes a device, which are 32 characters, and 16 bytes more while its command is open", () => {
    const own = (number: number): Partial<LedgerEntry> => ({
      ...{ digest: hexOf(number, 6), file: hexOf(number, 5), at: secondsLater(number) },
    });
    const settled = encodeLedger(many(own));
    expect(settled.rows).to.have.length(32 * 9_999);
    expect(settled.open).to.equal(undefined);
    const open = encodeLedger(many((number) => ({ ...own(number), openRequest: request })));
    expect(Buffer.from(open.open ?? "", "base64")).to.have.length(16 * 9_999);
  });

  it("writes once what many devices share: a file of its own leaves 26 characters a device, a template for all 20", () => {
    const files = encodeLedger(many((number) => ({ file: hexOf(number, 5), at: secondsLater(number % 300) })));
    expect(files.rows.length / 9_999).to.be.within(25, 26);
    const template = encodeLedger(many((number) => ({ digest: hexOf(number, 6), at: secondsLater(number % 300) })));
    expect(template.rows.length / 9_999).to.be.within(18, 20);
  });

  it("is read in each form as it was written, also that of earlier releases", () => {
    for (const period of [1, 200, 300, 9_999]) {
      const ledger = many((number) => ({ file: hexOf(number % period, 5), at: secondsLater(number % period) }));
      const sorted = new Map([...ledger].sort(([one], [other]) => (one < other ? -1 : 1)));
      expect(decodeLedger(encodeLedger(ledger))).to.deep.equal(sorted);
    }
    const key = deviceKey("a");
    const row = `${key}0123456789ab0a1b2c3d4e1e5208${(Date.parse(sentAt) / 1000).toString(16)}`;
    const rows = Buffer.from(row, "hex").toString("base64");
    expect(decodeLedger({ rows })).to.deep.equal(new Map([[key, entry()]]));
  });

  it("that was edited by hand is refused, and not guessed at", () => {
    const { rows } = encodeLedger(many((number) => ({ at: secondsLater(number % 300) })));
    const [split = "", parts = "", packed = ""] = rows.split(".");
    const whole = `${split}.${parts}.${packed}`;
    const more = [`${split}.${parts}`, `${split}.${parts}.`, `${whole}.`, whole.slice(1), `${whole}!`, "..", "?"];
    for (const text of [
      ...more,
      `13.${parts}.${packed}`,
      `${split}..${packed}`,
      `${split}.${parts}.${packed.slice(0, -8)}`,
      "a.b.c",
    ])
      expect(() => decodeLedger({ rows: text }), text.slice(0, 20)).to.throw(/^The stored state of these certificates/);
  });

  it("is read as it was written, whatever an entry says", () => {
    const ledger = new Map([
      [deviceKey("settled"), entry()],
      [deviceKey("open"), entry({ openRequest: request, isBehind: true })],
      [deviceKey("stale"), entry({ isStale: true, leadDays: 0, endDay: 65_535 })],
      [deviceKey("nothing"), entry({ digest: "", file: "", endDay: 0, leadDays: 0 })],
      [deviceKey("another open"), entry({ openRequest: request.replace("0192", "0193"), file: "" })],
    ]);
    expect(decodeLedger(encodeLedger(ledger))).to.deep.equal(
      new Map([...ledger].sort(([one], [other]) => (one < other ? -1 : 1))),
    );
  });

  it("keeps ids of another form as they are", () => {
    const ledger = new Map([[deviceKey("a"), entry({ openRequest: "4711" })]]);
    expect(decodeLedger(encodeLedger(ledger)).get(deviceKey("a"))?.openRequest).to.equal("4711");
  });
});
