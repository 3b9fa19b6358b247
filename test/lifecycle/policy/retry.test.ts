import { expect } from "chai";
import { mayRetry, noRetryLeft, roundsUsed } from "../../../provider/lifecycle/policy/retry";
import { digestA, digestB, inputsOf, program, state } from "../given";

interface Row {
  /** What the last run's program said, and the rounds that it had used up. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly used: number;
  readonly now?: Readonly<Record<string, unknown>>;
  readonly mayRetry: boolean;
  readonly roundsUsed: number;
}

const rows: Readonly<Record<string, Row>> = {
  "no round is used up": { used: 0, mayRetry: true, roundsUsed: 0 },
  "one of the three is left": { used: 2, mayRetry: true, roundsUsed: 2 },
  "all three are used up": { used: 3, mayRetry: false, roundsUsed: 3 },
  "all are used up, and retryRounds is raised": {
    ...{ used: 3, now: { retryRounds: 4 } },
    ...{ mayRetry: true, roundsUsed: 0 },
  },
  "all are used up, and retryRounds is lowered": {
    ...{ used: 3, now: { retryRounds: 1 } },
    ...{ mayRetry: false, roundsUsed: 3 },
  },
  "one is used up, and retryRounds is lowered to two": {
    ...{ used: 1, now: { retryRounds: 2 } },
    ...{ mayRetry: true, roundsUsed: 1 },
  },
  "all are used up, and the encoding changes": {
    ...{ used: 3, now: { encoding: "androidLegacy" } },
    ...{ mayRetry: true, roundsUsed: 0 },
  },
  "retryRounds is set to 0": { used: 0, now: { retryRounds: 0 }, mayRetry: false, roundsUsed: 0 },
  "retryRounds was 0, and the encoding changes": {
    ...{ before: { retryRounds: 0 }, used: 0, now: { retryRounds: 0, encoding: "modern" } },
    ...{ mayRetry: false, roundsUsed: 0 },
  },
  "retryRounds was 0, and is raised": {
    ...{ before: { retryRounds: 0 }, used: 0, now: { retryRounds: 1 } },
    ...{ mayRetry: true, roundsUsed: 0 },
  },
};

describe("members that failed are tried again", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(`${row.mayRetry ? "where" : "no more where"} ${title}`, () => {
      const prior = state({ program: row.before ?? {}, record: { roundsUsed: row.used } });
      const settings = inputsOf(program({ ...row.before, ...row.now }));
      expect(mayRetry(prior, settings)).to.equal(row.mayRetry);
      expect(roundsUsed(prior, settings)).to.equal(row.roundsUsed);
    });
  }
});

describe("people are told that no retry is left", () => {
  const told = (failed: number, used: number, now: Readonly<Record<string, unknown>> = {}, digest = digestA) =>
    noRetryLeft(state({ coverage: { failed }, record: { roundsUsed: used } }), digest, inputsOf(program(now)));

  it("while members have failed and all rounds are used up", () => {
    expect(told(3, 3)).to.match(/^3 devices failed, and all 3 retry rounds are used up\. Fix the cause, then raise/);
    expect(told(1, 1, { retryRounds: 1 })).to.match(/^1 device failed, and the one retry round is used up\./);
  });

  it("where retryRounds allows none", () => {
    expect(told(2, 0, { retryRounds: 0 })).to.match(/^2 devices failed, and `retryRounds` is 0\. /);
  });

  it("but not where nothing failed, a round is left, or other content comes", () => {
    expect(told(0, 3)).to.equal(undefined);
    expect(told(3, 2)).to.equal(undefined);
    expect(told(3, 3, {}, digestB)).to.equal(undefined);
  });
});
