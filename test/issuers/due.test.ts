import { expect } from "chai";
import fc from "fast-check";
import {
  dayOf,
  dueDay,
  dueReason,
  lifeProblem,
  renewBeforeDaysOf,
  type KnownCertificate,
} from "../../provider/issuers";

const today = 20_000;
const policy = { nowMs: today * 86_400_000 + 5, template: "t1", renewBeforeDays: 30, renewSpreadDays: 0 };
const fine: KnownCertificate = {
  ...{ deviceId: "d-1", endDay: today + 90, template: "t1" },
  ...{ hasFailed: false, isMissing: false, isForced: false },
};

describe("a device is due for a certificate", () => {
  const rows: Readonly<Record<string, readonly [Partial<KnownCertificate>, string | undefined]>> = {
    "not, when it has one of this template that ends late enough": [{}, undefined],
    "when it has none of this resource": [{ endDay: undefined }, "none"],
    "when its last install failed": [{ hasFailed: true }, "failed"],
    "when it is missing there": [{ isMissing: true }, "missing"],
    "when the template is another one": [{ template: "t0" }, "template"],
    "when what its template was is not known": [{ template: undefined }, "template"],
    "not, on the last day before": [{ endDay: today + 31 }, undefined],
    "when it ends within renewBeforeDays": [{ endDay: today + 30 }, "ends"],
    "when it has ended": [{ endDay: today - 1 }, "ends"],
    "when triggers say so": [{ isForced: true }, "forced"],
  };
  for (const [title, [given, reason]] of Object.entries(rows)) {
    it(title, () => {
      expect(dueReason({ ...fine, ...given }, policy)).to.equal(reason);
    });
  }

  it("earlier by up to renewSpreadDays, always the same for a device, and spread over all days", () => {
    const spread = { renewBeforeDays: 30, renewSpreadDays: 9 };
    const days = Array.from({ length: 2000 }, (_, index) => dueDay(`device-${index}`, today, spread));
    const counts = new Map<number, number>();
    for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
    expect([...counts.keys()].sort()).to.deep.equal(Array.from({ length: 10 }, (_, index) => today - 39 + index));
    for (const count of counts.values()) expect(count).to.be.within(140, 260);
    expect(dueDay("device-7", today, spread)).to.equal(days[7]);
  });

  it("on the very day that dueDay names, and not before", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(400),
        fc.nat(60),
        fc.nat(60),
        (deviceId, end, renewBeforeDays, renewSpreadDays) => {
          const known = { ...fine, deviceId, endDay: today + end };
          const days = { renewBeforeDays, renewSpreadDays };
          const first = dueDay(deviceId, known.endDay, days);
          const reasonOn = (day: number) => dueReason(known, { ...policy, ...days, nowMs: day * 86_400_000 });
          expect([reasonOn(first - 1), reasonOn(first)]).to.deep.equal([undefined, "ends"]);
        },
      ),
    );
  });

  it("a third of the life before the end by default, at most 30 days", () => {
    expect([90, 30, 10, 2, 400].map((days) => renewBeforeDaysOf(days, undefined))).to.deep.equal([30, 10, 3, 0, 30]);
    expect(renewBeforeDaysOf(90, 45)).to.equal(45);
  });

  it("never at once, since days that would do that are refused", () => {
    expect(lifeProblem(30, 30, 0)).to.equal(
      "must be more than renewBeforeDays (30), or each certificate would be renewed at once",
    );
    expect(lifeProblem(40, 30, 10)).to.match(/together \(40\)/);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.nat(60),
        fc.nat(60),
        fc.string(),
        (days, before, spread, deviceId) => {
          if (lifeProblem(days, before, spread) !== undefined) return;
          const known = { ...fine, deviceId, endDay: dayOf(policy.nowMs + days * 86_400_000) };
          expect(dueReason(known, { ...policy, renewBeforeDays: before, renewSpreadDays: spread })).to.equal(undefined);
        },
      ),
    );
  });
});
