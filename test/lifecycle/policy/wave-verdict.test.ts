import { expect } from "chai";
import fc from "fast-check";
import type { Device } from "../../../provider/client/client";
import { judgeWave } from "../../../provider/lifecycle/policy/wave-verdict";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { device, inputsOf, program, status } from "../given";

const start = "2030-01-01T00:00:00Z";
const end = "2030-01-02T00:00:00Z";
const offline = { online: false };

interface Row {
  readonly rollout?: Readonly<Record<string, unknown>>;
  readonly wait?: Readonly<Record<string, unknown>>;
  readonly schedule?: unknown;
  readonly statuses: readonly DeviceStatus[];
  readonly verdict: "passed" | "failed";
}

function installed(count: number): readonly DeviceStatus[] {
  return Array.from({ length: count }, (_, index) => status(index, "installed"));
}

function failed(count: number): readonly DeviceStatus[] {
  return Array.from({ length: count }, (_, index) => status(10_000 + index, "failed"));
}

const silent = status(20_000, "pending");
const silentOffline = status(20_000, "pending", { device: offline });

const rows: Readonly<Record<string, Row>> = {
  "everyone has it": { statuses: installed(5), verdict: "passed" },
  "there is nobody in it": { statuses: [], verdict: "passed" },
  "one failed, and none may": { statuses: [...installed(99), ...failed(1)], verdict: "failed" },
  "as many failed as may": {
    ...{ rollout: { maxFailures: 2 }, statuses: [...installed(5), ...failed(2)] },
    verdict: "passed",
  },
  "one more failed than may": {
    ...{ rollout: { maxFailures: 2 }, statuses: [...installed(50), ...failed(3)] },
    verdict: "failed",
  },
  "exactly the share failed that may": {
    ...{ rollout: { maxFailures: "5%" }, statuses: [...installed(19), ...failed(1)] },
    verdict: "passed",
  },
  "exactly the share failed that may, where binary fractions would say less": {
    ...{ rollout: { maxFailures: "4.6%" }, statuses: [...installed(1_431), ...failed(69)] },
    verdict: "passed",
  },
  "a larger share failed than may": {
    ...{ rollout: { maxFailures: "5%" }, statuses: [...installed(18), ...failed(1)] },
    verdict: "failed",
  },
  "the only device of a first wave failed, and 5 % may": {
    ...{ rollout: { maxFailures: "5%" }, statuses: failed(1) },
    verdict: "failed",
  },
  "nobody of many may fail, and one of a hundred did": {
    ...{ rollout: { maxFailures: "0%" }, statuses: [...installed(99), ...failed(1)] },
    verdict: "failed",
  },
  "everybody may fail, and did": { rollout: { maxFailures: "100%" }, statuses: failed(3), verdict: "passed" },
  "offline members make no share smaller": {
    rollout: { maxFailures: "10%" },
    statuses: [...installed(4), ...failed(1), ...Array.from({ length: 95 }, () => silentOffline)],
    verdict: "failed",
  },
  "offline members are no failures": { statuses: [...installed(1), silentOffline], verdict: "passed" },
  "offline members are waited for, and silent": {
    ...{ wait: { for: "all" }, statuses: [...installed(1), silentOffline] },
    verdict: "failed",
  },
  "somebody online is silent": { statuses: [...installed(5), silent], verdict: "failed" },
  "somebody online is silent, which is but a warning": {
    ...{ wait: { onTimeout: "warn" }, statuses: [...installed(5), silent] },
    verdict: "passed",
  },
  "somebody online is silent, whom nobody waits for": {
    ...{ wait: { for: "none" }, statuses: [...installed(5), silent] },
    verdict: "passed",
  },
  "it waits for its window": {
    ...{ schedule: { window: { start, end } }, statuses: [...installed(5), silent] },
    verdict: "passed",
  },
  "it waits for its window, and all are waited for": {
    ...{ schedule: { window: { start, end } }, wait: { for: "all" }, statuses: [...installed(5), silent] },
    verdict: "failed",
  },
  "members without it are none of its business": {
    statuses: [...installed(2), status(30_000, "missing")],
    verdict: "passed",
  },
};

function verdictOn({ rollout, wait, schedule, statuses }: Omit<Row, "verdict">): "passed" | "failed" {
  const members = new Map<string, Device>(statuses.map((each) => [each.device.id, each.device]));
  return judgeWave(statuses, inputsOf(program({ rollout, wait, schedule })), members);
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
        const statuses = [...installed(good), ...failed(bad), ...offlines];
        const isTooMany = bad * 100 > percent * (good + bad);
        const rollout = { maxFailures: `${percent}%` };
        expect(verdictOn({ rollout, statuses })).to.equal(isTooMany ? "failed" : "passed");
      }),
    );
  });
});
