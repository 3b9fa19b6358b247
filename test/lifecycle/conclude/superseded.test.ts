import { expect } from "chai";
import { withSuperseded } from "../../../provider/lifecycle/conclude/compaction";
import type { SentRequest } from "../../../provider/lifecycle/state/state";

const sentAt = "2026-11-20T12:00:00.000Z";
const wide: SentRequest = { id: "w", kind: "install", commandType: "GROUP", devices: 12, sentAt, targetWide: true };
const single: SentRequest = { id: "s", kind: "install", commandType: "DEVICE", devices: 1, sentAt };
const removal: SentRequest = {
  id: "u",
  kind: "uninstall",
  commandType: "GROUP",
  devices: 12,
  sentAt,
  targetWide: true,
};

const cases: readonly [string, readonly SentRequest[], readonly SentRequest[], readonly SentRequest[]][] = [
  ["keeps a dropped request to the whole target", [single], [wide, single], [{ ...wide, superseded: true }, single]],
  ["leaves one that is still needed as it is", [wide, single], [wide, single], [wide, single]],
  ["lets a dropped request to single devices go", [], [single], []],
  ["lets a dropped removal go", [], [removal], []],
];

describe("requests that are kept for the day on which the target is gone", () => {
  for (const [title, kept, earlier, wanted] of cases) {
    it(title, () => {
      expect(withSuperseded(kept, earlier)).to.deep.equal(wanted);
    });
  }
});
