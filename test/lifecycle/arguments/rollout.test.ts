import { expect } from "chai";
import fc from "fast-check";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { amountOf, defaultRollout, type Amount, type Rollout } from "../../../provider/lifecycle/arguments/rollout";
import { groupB, inputsOf, program, uuid } from "../given";

const accepted: Readonly<Record<string, { readonly rollout: unknown; readonly means: Partial<Rollout> }>> = {
  "one wave, and no failures, when nothing is said": {
    rollout: undefined,
    means: { waves: [], soakMs: 0, maxFailures: { count: 0 }, onFailure: "stop" },
  },
  "the same when it is empty": { rollout: {}, means: defaultRollout },
  "waves as counts and shares": {
    rollout: { waves: [5, "10%", "33.3 %", "100%"] },
    means: { waves: [{ count: 5 }, { percent: 10 }, { percent: 33.3 }, { percent: 100 }] },
  },
  "canary devices": {
    rollout: { canary: { devices: [uuid(1), uuid(1)] } },
    means: { canary: { kind: "set", groups: [], devices: [uuid(1)] } },
  },
  "a canary group": {
    rollout: { canary: { group: groupB } },
    means: { canary: { kind: "set", groups: [groupB], devices: [] } },
  },
  "a canary group and single devices": {
    rollout: { canary: { group: groupB, devices: [uuid(1)] } },
    means: { canary: { kind: "set", groups: [groupB], devices: [uuid(1)] } },
  },
  "half a minute of soaking": { rollout: { soakMinutes: 0.5 }, means: { soakMs: 30_000 } },
  "failures allowed as a count": { rollout: { maxFailures: 3 }, means: { maxFailures: { count: 3 } } },
  "failures allowed as a share": { rollout: { maxFailures: "2.5%" }, means: { maxFailures: { percent: 2.5 } } },
  "no failures allowed, as a share": { rollout: { maxFailures: "0%" }, means: { maxFailures: { percent: 0 } } },
  "a rollback": { rollout: { onFailure: "rollback" }, means: { onFailure: "rollback" } },
  "a pause": { rollout: { pauseAfterWave: 1 }, means: { pauseAfterWave: 1 } },
};

const counts = 'must be a list of counts (from 1) or shares ("1%" to "100%")';
const growing = "are cumulative: each must be larger than the one before it";

const refused: Readonly<Record<string, readonly [rollout: unknown, property: string, reason: string | RegExp]>> = {
  "a rollout that is a number": [3, "", "rollout: must be an object"],
  "an unknown name": [
    { wave: ["10%"] },
    "rollout.wave",
    /^there is no such argument \(did you mean waves\?\); known are waves, canary/,
  ],
  "waves that are no list": [{ waves: "10%" }, "rollout.waves", "must be a list"],
  "no waves": [{ waves: [] }, "rollout.waves", counts],
  "a wave of nobody": [{ waves: [0, "100%"] }, "rollout.waves", counts],
  "a wave of 0 %": [{ waves: ["0%"] }, "rollout.waves", counts],
  "a wave of more than everyone": [{ waves: ["101%"] }, "rollout.waves", counts],
  "half a device": [{ waves: [1.5] }, "rollout.waves", counts],
  "a share without its sign": [{ waves: ["10"] }, "rollout.waves", counts],
  "shares that shrink": [{ waves: ["50%", "10%"] }, "rollout.waves", growing],
  "counts that stand still": [{ waves: [5, 5] }, "rollout.waves", growing],
  "soaking below zero": [{ soakMinutes: -1 }, "rollout.soakMinutes", "must be a number of minutes, 0 or more"],
  "failures below zero": [
    { maxFailures: -1 },
    "rollout.maxFailures",
    'must be a whole number from 0, or a share such as "5%"',
  ],
  "an onFailure that does not exist": [
    { onFailure: "ignore" },
    "rollout.onFailure",
    'must be one of "stop", "rollback"',
  ],
  "a pause before the first wave": [
    { pauseAfterWave: 0 },
    "rollout.pauseAfterWave",
    "must be the number of a wave, from 1",
  ],
  "a canary that is no object": [{ canary: uuid(1) }, "rollout.canary", "must be an object"],
  "an empty canary": [{ canary: {} }, "rollout.canary.devices", /^name at least one/],
  "a canary group by name": [{ canary: { group: "Lab" } }, "rollout.canary.group", /^every entry must be a group's id/],
  "an unknown name in the canary": [
    { canary: { group: groupB, tags: ["lab"] } },
    "rollout.canary.tags",
    /^there is no such argument/,
  ],
};

describe("the rollout", () => {
  for (const [title, { rollout, means }] of Object.entries(accepted)) {
    it(`may be ${title}`, () => {
      expect(inputsOf(program({ rollout })).rollout).to.deep.include(means);
    });
  }

  for (const [title, [rollout, property, reason]] of Object.entries(refused)) {
    it(`is refused: ${title}`, () => {
      const { failures } = readInputs(program({ rollout }));
      expect(failures.map((failure) => failure.property)).to.deep.equal([property]);
      if (reason instanceof RegExp) expect(failures[0]?.reason).to.match(reason);
      else expect(failures[0]?.reason).to.equal(reason);
    });
  }
});

describe("a number of devices, or a share of them", () => {
  const rows: readonly (readonly [title: string, amount: Amount, total: number, means: number])[] = [
    ["a count is that many", { count: 5 }, 100, 5],
    ["a count is never more than there are", { count: 5 }, 3, 3],
    ["a share is rounded up", { percent: 10 }, 101, 11],
    ["the smallest share of anybody is one device", { percent: 0.1 }, 3, 1],
    ["a whole share stays whole", { percent: 7 }, 100, 7],
    ["100 % are all", { percent: 100 }, 9999, 9999],
    ["0 % are none", { percent: 0 }, 9999, 0],
  ];
  for (const [title, amount, total, means] of rows) {
    it(title, () => {
      expect(amountOf(amount, total)).to.equal(means);
    });
  }

  it("is what exact arithmetic says, for every whole percentage", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.nat({ max: 100_000 }), (percent, total) => {
        expect(amountOf({ percent }, total)).to.equal(Number((BigInt(percent) * BigInt(total) + 99n) / 100n));
      }),
    );
  });
});
