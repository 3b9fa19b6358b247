import { expect } from "chai";
import { conclude, type Outcome } from "../../../provider/lifecycle/conclude/conclude";
import type { Applied } from "../../../provider/lifecycle/apply/apply";
import type { Final } from "../../../provider/lifecycle/conclude/final-statuses";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { digestA, digestB, keptContent, state, status } from "../given";
import { applied, contentOf, ended, removals, some, type PlanChange, type Progress } from "../given-run";

interface Row {
  /** Where the members stand in the end. */
  readonly members: readonly DeviceStatus[];
  readonly plan?: PlanChange;
  readonly applied?: Partial<Applied>;
  readonly final?: Partial<Final>;
  readonly problems?: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  readonly notes?: readonly RegExp[];
  readonly progress?: Progress;
}

const complete = { wave: 1, waves: 1, state: "complete" } as const;
const failedAtOnce = { wave: 1, waves: 1, state: "stopped" } as const;
const stoppedAtFirst = { wave: 1, waves: 3, state: "stopped" } as const;
const prior = state();
const window = { schedule: { window: { start: "2030-01-01T00:00:00Z", end: "2030-01-02T00:00:00Z" } } };

function rollout(wave: number, progress: "complete" | "paused" | "stopped", heldBack: readonly DeviceStatus[] = []) {
  return { rollout: { wave, waves: 3, state: progress, heldBack: new Set(heldBack.map(({ device }) => device.id)) } };
}

const later = some(10, "missing");

const rows: Readonly<Record<string, Row>> = {
  "everyone has it: nothing to say": { members: some(12, "installed"), progress: complete },
  "one failed, and none may: a partial failure": {
    members: [...some(11, "installed"), ...some(1, "failed")],
    problems: [/^1 device did not take the certificate .* The next `pulumi up` retries only these devices\.$/],
    progress: failedAtOnce,
  },
  "one failed, as many as may: a warning": {
    members: [...some(11, "installed"), ...some(1, "failed")],
    plan: { program: { rollout: { maxFailures: 1 } } },
    warnings: [/^1 device did not take the certificate/],
    progress: complete,
  },
  "some failed and no retry is left: a warning that promises none": {
    members: [...some(10, "installed"), ...some(2, "failed")],
    plan: { prior: state({ record: { roundsUsed: 3 } }), roundsUsed: 3 },
    warnings: [/No retries left\. Fix the cause, then raise `retryRounds`\.$/],
    progress: complete,
  },
  "some failed in the last retry round: a problem that promises no other": {
    members: [...some(10, "installed"), ...some(2, "failed")],
    plan: { prior: state({ record: { roundsUsed: 2 } }), roundsUsed: 3 },
    problems: [/No retries left\./],
    progress: failedAtOnce,
  },
  "some failed in the first run of a program that wants no retries: a problem": {
    members: [...some(10, "installed"), ...some(2, "failed")],
    plan: { program: { retryRounds: 0 } },
    problems: [/No retries left\./],
    progress: failedAtOnce,
  },
  "somebody online is silent: a problem": {
    members: [...some(11, "installed"), ...some(1, "pending")],
    problems: [/^1 device did not answer within 10 minutes: /],
    progress: failedAtOnce,
  },
  "somebody online is silent, which is but a warning": {
    members: [...some(11, "installed"), ...some(1, "pending")],
    plan: { program: { wait: { onTimeout: "warn" } } },
    warnings: [/^1 device did not answer within 10 minutes: /],
    progress: complete,
  },
  "somebody is offline: a warning": {
    members: [...some(11, "installed"), ...some(1, "pending", { device: { online: false } })],
    warnings: [/^1 device is offline; /],
    progress: complete,
  },
  "everyone waits for the schedule, online or not: a note": {
    members: [
      ...some(2, "pending", { state: "Scheduled" }),
      status(7, "pending", { state: "Command Scheduled", device: { online: false } }),
    ],
    plan: { program: window },
    notes: [/^3 devices wait for the schedule; /],
    progress: complete,
  },
  "the target has nobody: a warning": { members: [], warnings: [/^The target has no device/], progress: complete },
  "sending broke off: a problem in its own words": {
    members: [...some(5, "installed"), ...some(7, "missing")],
    applied: { problem: "Esper did not answer." },
    problems: [/^Esper did not answer\.$/],
    progress: failedAtOnce,
  },
  "the answers could not be read: a problem in its own words": {
    members: some(12, "installed"),
    final: { problems: ["Esper did not answer."] },
    problems: [/^Esper did not answer\.$/],
    progress: failedAtOnce,
  },
  "an UNINSTALL failed on one that left, another will hear of it: a problem and a warning": {
    members: some(12, "installed"),
    final: { removals: removals(1, 1) },
    problems: [/^1 device did not remove the certificate/],
    warnings: [/^1 device will lose the certificate when next online/],
    progress: failedAtOnce,
  },
  "a first wave failed: later waves were not started": {
    members: [...some(2, "failed"), ...later],
    applied: rollout(1, "stopped", later),
    problems: [/^Wave 1 of 3 failed; later waves \(10 devices\) were not started\. /, /^2 devices did not take/],
    progress: { wave: 1, waves: 3, state: "stopped" },
  },
  "the last wave failed: there are no later ones": {
    members: [...some(10, "installed"), ...some(2, "failed")],
    applied: rollout(3, "stopped"),
    problems: [/^Wave 3 of 3 failed\. /, /^2 devices did not take/],
    progress: { wave: 3, waves: 3, state: "stopped" },
  },
  "a rollout broke off in its second wave: the cause, then what was not started": {
    members: [...some(2, "installed"), ...later],
    applied: { rollout: { ...rollout(2, "stopped", later).rollout, problem: "Esper did not answer." } },
    problems: [
      /^Esper did not answer\.$/,
      /^The rollout stopped in wave 2 of 3; later waves .* The next `pulumi up` goes on there\.$/,
    ],
    progress: { wave: 2, waves: 3, state: "stopped" },
  },
  "a wave failed again and no retry is left: a warning": {
    members: [...some(2, "failed"), ...later],
    plan: { prior: state({ record: { roundsUsed: 3 }, rest: { progress: stoppedAtFirst } }), roundsUsed: 3 },
    applied: rollout(1, "stopped", later),
    warnings: [/^Wave 1 of 3 failed; /, /No retries left/],
    progress: { wave: 1, waves: 3, state: "stopped" },
  },
  "a rollout paused as asked: nothing is wrong": {
    members: [...some(2, "installed"), ...later],
    applied: rollout(1, "paused", later),
    progress: { wave: 1, waves: 3, state: "paused" },
  },
  "a rollout was through but for those beyond its last wave: a note": {
    members: [...some(2, "installed"), ...later],
    applied: rollout(3, "complete", later),
    notes: [/^10 devices beyond the last wave are left out\.$/],
    progress: { wave: 3, waves: 3, state: "complete" },
  },
  "a late joiner failed after the rollout was through: it stays so": {
    members: [...some(12, "installed"), ...some(1, "failed")],
    plan: { prior: state({ rest: { progress: { wave: 3, waves: 3, state: "complete" } } }) },
    applied: rollout(2, "stopped"),
    problems: [/^Wave 2 of 3 failed\. /, /^1 device did not take/],
    progress: { wave: 3, waves: 3, state: "complete" },
  },
  "the schedule is over: the rollout stands where it stood, failures are but told": {
    members: [...some(2, "failed"), ...later],
    plan: {
      prior: state({ rest: { progress: { wave: 1, waves: 3, state: "paused" } }, record: { heldBack: 10 } }),
      ...{ isOverdue: true, warnings: ["The schedule is over."] },
    },
    warnings: [/^The schedule is over\.$/, /^2 devices did not take/],
    progress: { wave: 1, waves: 3, state: "paused" },
  },
};

function outcomeOf(row: Row): Outcome {
  const end = ended(row.members, row.plan, row.final);
  return conclude(end, contentOf(), applied(row.applied), undefined);
}

function expectSentences(said: readonly string[], expected: readonly RegExp[] = []): void {
  expect(said.length, said.join("\n")).to.equal(expected.length);
  expected.forEach((pattern, index) => expect(said[index]).to.match(pattern));
}

describe("what a run comes to:", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () => {
      const { state: next, problems, warnings, notes } = outcomeOf(row);
      expectSentences(problems, row.problems);
      expectSentences(warnings, row.warnings);
      expectSentences(notes, row.notes);
      expect(next.progress).to.deep.equal(row.progress);
    });
  }
});

describe("what a run keeps for a rollback:", () => {
  const file = { base64: "BBBB", password: "pass-word-2" };
  const kept = (change: PlanChange, progress: Partial<Applied>): readonly string[] | undefined => {
    const end = ended(some(12, "installed"), { content: contentOf(digestB), ...change });
    return conclude(end, contentOf(digestB), applied(progress), file).state.kept?.map(({ digest }) => digest);
  };
  const before = state({ rest: { kept: [keptContent(digestA)] } });

  it("the former content and the candidate, while the rollout goes on", () => {
    expect(kept({ prior: before, startsOver: true }, rollout(1, "paused"))).to.deep.equal([digestA, digestB]);
  });

  it("the present content alone, once the rollout is through", () => {
    expect(kept({ prior: before, startsOver: true }, rollout(3, "complete"))).to.deep.equal([digestB]);
    expect(kept({ prior: before, startsOver: true }, {})).to.deep.equal([digestB]);
  });

  it("the candidate alone, where no former content is known", () => {
    expect(kept({ prior, startsOver: true }, rollout(1, "paused"))).to.deep.equal([digestB]);
  });

  it("nothing, where the program wants no rollback", () => {
    expect(conclude(ended(some(12, "installed")), contentOf(), applied(), undefined).state.kept).to.equal(undefined);
  });
});
