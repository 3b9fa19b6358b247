import { expect } from "chai";
import {
  decodeLedger,
  deviceKey,
  encodeLedger,
  type LedgerEntry,
} from "../../../../provider/lifecycle/state/ledger/ledger";

const sentAt = "2026-11-27T10:00:00.000Z";
const request = "01922b24-adae-787f-a08a-778067704f57";

function entry(change: Partial<LedgerEntry> = {}): LedgerEntry {
  const mark = { digest: "0123456789ab", file: "0a1b2c3d4e", endDay: 21_000, leadDays: 30 };
  return { ...mark, isBehind: false, isStale: false, at: sentAt, ...change };
}

describe("the ledger of certificates of devices", () => {
  it("takes 24 bytes a device, which are 32 characters, and 16 bytes more while its command is open", () => {
    const ids = Array.from({ length: 9_999 }, (_, number) => [deviceKey(`device ${number}`), entry()] as const);
    const settled = encodeLedger(new Map(ids));
    expect(settled.rows).to.have.length(32 * 9_999);
    expect(settled.open).to.equal(undefined);
    const open = encodeLedger(new Map(ids.map(([key, one]) => [key, { ...one, openRequest: request }])));
    expect(Buffer.from(open.open ?? "", "base64")).to.have.length(16 * 9_999);
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
