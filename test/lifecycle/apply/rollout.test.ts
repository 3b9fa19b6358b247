import { expect } from "chai";
import fc from "fast-check";
import type { Device } from "../../../provider/client/client";
import { judgeWave } from "../../../provider/lifecycle/apply/rollout";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { device, inputsOf, program, standing } from "../given";

const start = "2030-01-01T00:00:00Z";
const end = "2030-01-02T00:00:00Z";
const offline = { online: false };

interface Row {
  readonly rollout?: Readonly<Record<string, unknown>>;
  readonly wait?: Readonly<Record<string, unknown>>;
  readonly schedule?: unknown;
  readonly standings: readonly DeviceStatus[];
  readonly verdict: "passed" | "failed";
}

function installed(count: number): readonly DeviceStatus[] {
  return Array.from({ length: count }, (_, index) => standing(index, "installed"));
}

function failed(count: number): readonly DeviceStatus[] {
  return Array.from({ length: count }, (_, index) => standing(10_000 + index, "failed"));
}

const silent = standing(20_000, "pending");
const silentOffline = standing(20_000, "pending", { device: offline });

const rows: Readonly<Record<string, Row>> = {
  "everyone has it": { standings: installed(5), verdict: "passed" },
  "there is nobody in it": { standings: [], verdict: "passed" },
  "one failed, and none may": { standings: [...installed(99), ...failed(1)], verdict: "failed" },
  "as many failed as may": {
    ...{ rollout: { maxFailures: 2 }, standings: [...installed(5), ...failed(2)] },
    verdict: "passed",
  },
  "one more failed than may": {
    ...{ rollout: { maxFailures: 2 }, standings: [...installed(50), ...failed(3)] },
    verdict: "failed",
  },
  "exactly the share failed that may": {
    ...{ rollout: { maxFailures: "5%" }, standings: [...installed(19), ...failed(1)] },
    verdict: "passed",
  },
  "exactly the share failed that may, where binary fractions would say less": {
    ...{ rollout: { maxFailures: "4.6%" }, standings: [...installed(1_431), ...failed(69)] },
    verdict: "passed",
  },
  "a larger share failed than may": {
    ...{ rollout: { maxFailures: "5%" }, standings: [...installed(18), ...failed(1)] },
    verdict: "failed",
  },
  "the only device of a first wave failed, and 5 % may": {
    ...{ rollout: { maxFailures: "5%" }, standings: failed(1) },
    verdict: "failed",
  },
  "nobody of many may fail, and one of a hundred did": {
    ...{ rollout: { maxFailures: "0%" }, standings: [...installed(99), ...failed(1)] },
    verdict: "failed",
  },
  "everybody may fail, and did": { rollout: { maxFailures: "100%" }, standings: failed(3), verdict: "passed" },
  "offline members make no share smaller": {
    rollout: { maxFailures: "10%" },
    standings: [...installed(4), ...failed(1), ...Array.from({ length: 95 }, () => silentOffline)],
    verdict: "failed",
  },
  "offline members are no failures": { standings: [...installed(1), silentOffline], verdict: "passed" },
  "offline members are waited for, and silent": {
    ...{ wait: { for: "all" }, standings: [...installed(1), silentOffline] },
    verdict: "failed",
  },
  "somebody online is silent": { standings: [...installed(5), silent], verdict: "failed" },
  "somebody online is silent, which is but a warning": {
    ...{ wait: { onTimeout: "warn" }, standings: [...installed(5), silent] },
    verdict: "passed",
  },
  "somebody online is silent, whom nobody waits for": {
    ...{ wait: { for: "none" }, standings: [...installed(5), silent] },
    verdict: "passed",
  },
  "it waits for its window": {
    ...{ schedule: { window: { start, end } }, standings: [...installed(5), silent] },
    verdict: "passed",
  },
  "it waits for its window, and all are waited for": {
    ...{ schedule: { window: { start, end } }, wait: { for: "all" }, standings: [...installed(5), silent] },
    verdict: "failed",
  },
  "members without it are none of its business": {
    standings: [...installed(2), standing(30_000, "missing")],
    verdict: "passed",
  },
};

function verdictOn({ rollout, wait, schedule, standings }: Omit<Row, "verdict">): "passed" | "failed" {
  const members = new Map<string, Device>(standings.map((each) => [each.device.id, each.device]));
  const fleet = { members, digest: "", unsupported: 0, unknownDevices: [], unknownGroups: [] };
  return judgeWave(standings, { inputs: inputsOf(program({ rollout, wait, schedule })), fleet });
}

describe("a wave is judged when", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(`${title}: it has ${row.verdict}`, () => {
      expect(verdictOn(row)).to.equal(row.verdict);
    });
  }

  it("any number has failed: more than the share of the answers that may is too many, never mind who is offline", () => {
    const number = fc.nat({ max: 40 });
    fc.assert(
      fc.property(number, number, number, fc.nat({ max: 100 }), (good, bad, away, percent) => {
        const offlines = Array.from({ length: away }, (_, index) => ({
          ...silentOffline,
          device: device(30_000 + index, offline),
        }));
        const standings = [...installed(good), ...failed(bad), ...offlines];
        const isTooMany = bad * 100 > percent * (good + bad);
        const rollout = { maxFailures: `${percent}%` };
        expect(verdictOn({ rollout, standings })).to.equal(isTooMany ? "failed" : "passed");
      }),
    );
  });
});
