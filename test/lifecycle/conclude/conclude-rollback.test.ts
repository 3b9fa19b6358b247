import { expect } from "chai";
import { concludeRollback } from "../../../provider/lifecycle/conclude/conclude-rollback";
import type { Outcome } from "../../../provider/lifecycle/conclude/conclude";
import type { Applied } from "../../../provider/lifecycle/apply/apply";
import type { Final } from "../../../provider/lifecycle/conclude/final-statuses";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import type { Step } from "../../../provider/lifecycle/policy/steps";
import type { Holding } from "../../../provider/lifecycle/state/holding";
import type { KeptContent } from "../../../provider/lifecycle/state/state";
import { digestA, digestB, keptContent, state, uuid } from "../given";
import { applied, ended, removals, sentNow, some } from "../given-run";

interface Row {
  readonly members: readonly DeviceStatus[];
  /** What devices are given; null when nothing. */
  readonly stable?: KeptContent | null;
  /** Devices on which the candidate failed in this run; `null` where an earlier run has sent it. */
  readonly failed?: readonly DeviceStatus[] | null;
  readonly retried?: readonly string[];
  readonly isAllOrNothing?: boolean;
  readonly applied?: Partial<Applied>;
  readonly final?: Partial<Final>;
  readonly problems: readonly RegExp[];
  readonly warnings?: readonly RegExp[];
  readonly holding?: Holding;
  readonly heldBack?: number;
}

const prior = state({ record: { holding: { kind: "content", digest: digestA }, roundsUsed: 1 } });
const givenBack = { kind: "rolledBack", rejected: digestB, to: digestA } as const;
const takenOff = { kind: "rolledBack", rejected: digestB } as const;
const told = /^Wave 1 of 3 failed, so the rollout was rolled back: 2 devices got the previous certificate back\. /;

const rows: Readonly<Record<string, Row>> = {
  "everyone has the former content again: the failure of the candidate is the only problem": {
    members: some(12, "installed"),
    failed: some(1, "failed", { reason: "Storage full" }),
    problems: [told, /^1 device did not take the certificate \(Failure, "Storage full"\)/],
  },
  "there was none before: the alias is off, and everyone is held back": {
    members: some(12, "missing"),
    stable: null,
    failed: [],
    problems: [/: 2 devices lost the alias again\. This content is not sent again until/],
    holding: takenOff,
    heldBack: 12,
  },
  "a device did not lose the alias: a problem; another is offline: a warning": {
    members: some(12, "missing"),
    stable: null,
    failed: [],
    final: { removals: removals(1, 1) },
    problems: [/^Wave 1 of 3 failed/, /^1 device did not remove the certificate/],
    warnings: [/^1 device will lose the certificate when next online/],
    holding: takenOff,
    heldBack: 12,
  },
  "sending the former content broke off: the cause as well": {
    members: [...some(11, "installed"), ...some(1, "missing")],
    failed: [],
    applied: { problem: "Esper did not answer." },
    problems: [told, /^Esper did not answer\.$/],
    heldBack: 1,
  },
  "a later run tried again, and one failed again": {
    members: [...some(11, "installed"), ...some(1, "failed")],
    failed: null,
    retried: [uuid(2_000)],
    problems: [/^1 device did not take the certificate/],
  },
  "a later run without a retry left says nothing of what failed before": {
    members: [...some(11, "installed"), ...some(1, "failed")],
    failed: null,
    problems: [],
  },
};

function outcomeOf({ members, stable = keptContent(digestA), failed = [], ...row }: Row): Outcome {
  const progress = { wave: 1, waves: 3, state: "rolledBack" } as const;
  const { plan, ...end } = ended(members, { prior, goal: "rollBack", steps: [rolledBack] }, row.final);
  const { retried = [], isAllOrNothing = false } = row;
  const rollback = { stable: stable ?? undefined, progress, rejected: digestB, retried, isAllOrNothing };
  const removed = [{ ...sentNow({ kind: "uninstall" }), devices: new Set([uuid(0), uuid(1)]) }];
  const sent = stable === null ? removed : end.sent;
  const whole = { ...end, sent, plan: { ...plan, rollback }, certificate: { digest: digestB } };
  return concludeRollback(whole, applied(row.applied), failed ?? undefined);
}

const rolledBack: Step = {
  action: "install",
  reason: "rollback",
  message: "Rolling back 2 devices.",
  devices: [uuid(0), uuid(1)],
};

describe("what a rollback comes to:", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () => {
      const { state: next, problems, warnings } = outcomeOf(row);
      expect(problems.length, problems.join("\n")).to.equal(row.problems.length);
      row.problems.forEach((pattern, index) => expect(problems[index]).to.match(pattern));
      expect(warnings.length, warnings.join("\n")).to.equal(row.warnings?.length ?? 0);
      row.warnings?.forEach((pattern, index) => expect(warnings[index]).to.match(pattern));
      expect(next.record.holding).to.deep.equal(row.holding ?? givenBack);
      expect(next.record.heldBack ?? 0).to.equal(row.heldBack ?? 0);
      expect(next.progress.state).to.equal("rolledBack");
    });
  }

  it("the former content is the one that devices have and the state keeps; without one the outputs tell of the candidate", () => {
    const back = outcomeOf({ members: some(2, "installed"), problems: [] }).state;
    expect(back.certificate).to.deep.equal({ digest: digestA });
    expect(back.kept?.map(({ digest }) => digest)).to.deep.equal([digestA]);
    const off = outcomeOf({ members: some(2, "missing"), stable: null, problems: [] }).state;
    expect(off.certificate).to.deep.equal({ digest: digestB });
    expect(off.kept).to.equal(undefined);
  });

  it("after an interrupted run all or nothing: where sending broke off the state stays as it was, and the next run sends to all", () => {
    const problem = { problem: "Esper did not answer." };
    const row = { members: some(12, "installed"), failed: null, isAllOrNothing: true, problems: [] } as const;
    const { state: next, problems } = outcomeOf({ ...row, applied: problem });
    expect(next).to.equal(prior);
    expect(problems).to.deep.equal(["Esper did not answer."]);
    expect(outcomeOf(row).state.record.holding).to.deep.equal(givenBack);
  });
});
