import { expect } from "chai";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import type { Facts } from "../../../provider/lifecycle/facts/gather";
import type { Desired } from "../../../provider/lifecycle/policy/plan";
import { planRollback, planUnfinished, type Rollback } from "../../../provider/lifecycle/policy/rollback/rollback-plan";
import { sketchOf } from "../../../provider/lifecycle/state/members/membership-sketch";
import type { StateRecord } from "../../../provider/lifecycle/state/state";
import { digestA, digestB, inputsOf, keptContent, nowMs, program, state, status, uuid } from "../given";
import { contentOf, factsOf, planOf } from "../given-run";

const ids = (...numbers: readonly number[]): readonly string[] => numbers.map(uuid);
const sketch = (...numbers: readonly number[]): string => sketchOf(new Set(ids(...numbers)));
const sent = { requestId: uuid(0xa1) };
const holdsA = { kind: "content", digest: digestA } as const;
const holdsB = { kind: "content", digest: digestB } as const;
const progress = { wave: 1, waves: 2, state: "rolledBack" } as const;

/** Devices 0 and 1 were sent the candidate B, 2 and 3 nothing yet. */
const firstWave = [
  status(0, "failed", sent),
  status(1, "installed", sent),
  status(2, "missing"),
  status(3, "missing"),
] as const;

interface TakenBack {
  /** Nothing is known of a new resource. */
  readonly record?: Partial<StateRecord>;
  readonly kept?: readonly string[];
  readonly members?: readonly DeviceStatus[];
  /** Undefined where there is nothing to go back to. */
  readonly action: "install" | "uninstall" | undefined;
  readonly devices: readonly string[];
  /** Members that count as having the stable content without being sent it. */
  readonly holdStable?: readonly string[];
}

const takenBack: Readonly<Record<string, TakenBack>> = {
  "gives the former content back to devices that were sent the candidate, and to no others": {
    ...{ record: { holding: holdsA, sentTo: sketch(0, 1, 2, 3) }, kept: [digestA] },
    ...{ action: "install", devices: ids(0, 1), holdStable: ids(0, 1, 2, 3) },
  },
  "takes the alias off devices of a new resource that were sent the candidate": {
    ...{ action: "uninstall", devices: ids(0, 1) },
  },
  "is refused where the state keeps no former content": {
    ...{ record: { holding: holdsA }, action: undefined, devices: [] },
  },
  "remembers devices that an earlier run of this rollout has not reached as holding the former content": {
    record: { holding: holdsB, hadOtherContent: true, previouslySentTo: sketch(0, 1, 2) },
    ...{ kept: [digestA, digestB], action: "install", devices: ids(0, 1), holdStable: ids(2) },
  },
  "takes it off all who were sent it where earlier runs of this rollout began without content": {
    ...{ record: { holding: holdsB }, kept: [digestB], action: "uninstall", devices: ids(0, 1) },
  },
  "gives it back to every member after an interrupted run, as nobody can say what that has left on whom": {
    record: { holding: { kind: "unknown", orphanedCommandIds: [uuid(7)] } },
    ...{ kept: [digestA], action: "install", devices: ids(0, 1, 2, 3) },
  },
};

function givenBack({ record, kept = [], members = firstWave }: TakenBack): Rollback | undefined {
  const rest = kept.length === 0 ? {} : { rest: { kept: kept.map(keptContent) } };
  const prior = record === undefined ? undefined : state({ record, ...rest });
  const plan = planOf({ prior, content: contentOf(digestB), warnings: ["said before"] });
  return planRollback(plan, factsOf(members), members, progress, [uuid(0xa1)], nowMs);
}

describe("a rollback of this run", () => {
  for (const [title, row] of Object.entries(takenBack)) {
    it(title, () => {
      const back = givenBack(row);
      expect(back?.plan.steps.map(({ action }) => action) ?? []).to.deep.equal(row.action ? [row.action] : []);
      if (back === undefined) return;
      const [step] = back.plan.steps;
      expect(step?.devices).to.have.members(row.devices);
      expect(step?.message).to.equal(`Rolling back ${row.devices.length} devices.`);
      if (row.holdStable !== undefined) {
        expect([...(back.facts.installs.reached?.keys() ?? [])].sort()).to.deep.equal(row.holdStable);
      }
      expect(back.plan.rollback.rejected).to.equal(digestB);
      expect(back.plan.warnings, "what was said is not said again").to.deep.equal([]);
      expect(back.plan.waves, "a rollback has no waves").to.equal(undefined);
    });
  }

  it("counts devices that lose the alias among those that are to lose it, and entitles nobody", () => {
    const back = givenBack({ action: "uninstall", devices: [] });
    expect(back?.facts.entitled.members.size).to.equal(0);
    expect(back?.facts.departed.devices.map(({ id }) => id)).to.deep.equal(ids(0, 1));
  });

  it("cancels what this run has sent for a later window", () => {
    const settings = { schedule: { window: { start: "2026-12-01T02:00:00Z", end: "2026-12-01T04:00:00Z" } } };
    const plan = planOf({ prior: undefined, content: contentOf(digestB), program: settings });
    const back = planRollback(plan, factsOf(firstWave), firstWave, progress, [uuid(0xa1)], nowMs);
    expect(back?.plan.cancellations).to.deep.equal([{ requestIds: [uuid(0xa1)], devices: ids(0, 1) }]);
  });
});

interface Finished {
  readonly record?: Partial<StateRecord>;
  readonly members: readonly DeviceStatus[];
  readonly notRemoved?: readonly DeviceStatus[];
  readonly retryRounds?: number;
  readonly steps: Readonly<Partial<Record<"install" | "uninstall", readonly string[]>>>;
  readonly roundsUsed?: number;
}

const backToA = { kind: "rolledBack", to: digestA, rejected: digestB } as const;
const backToNothing = { kind: "rolledBack", rejected: digestB } as const;
const interrupted = { kind: "unknown", orphanedCommandIds: [uuid(7)], rejected: digestB } as const;

const finished: Readonly<Record<string, Finished>> = {
  "tries the former content again on devices that did not take it": {
    ...{
      members: [status(0, "failed", sent), status(1, "installed", sent)],
      steps: { install: ids(0) },
      roundsUsed: 1,
    },
  },
  "tries again where an install of the former content has expired": {
    ...{ members: [status(0, "missing", { ...sent, state: "Expired" })], steps: { install: ids(0) }, roundsUsed: 1 },
  },
  "sends nothing to devices that joined since: they wait for the rejection to be lifted": {
    ...{ members: [status(0, "missing"), status(1, "installed", sent)], steps: {} },
  },
  "leaves a device with another owner's content alone": {
    ...{ members: [status(0, "missing", { ...sent, state: "Other owner" })], steps: {} },
  },
  "sends nothing once the retries are used up": {
    record: { roundsUsed: 3 },
    ...{ members: [status(0, "failed", sent)], steps: {}, roundsUsed: 3 },
  },
  "sends nothing where no retries are allowed": {
    ...{ retryRounds: 0, members: [status(0, "failed", sent)], steps: {} },
  },
  "removes the alias again from devices that did not remove it, however often that was tried": {
    record: { holding: backToNothing, roundsUsed: 3 },
    ...{ members: [status(1, "missing")], notRemoved: [status(0, "failed", sent)] },
    ...{ steps: { uninstall: ids(0) }, roundsUsed: 3 },
  },
  "gives the former content to everyone after an interrupted run, with a count of retries that begins anew": {
    record: { holding: interrupted, roundsUsed: 3 },
    ...{ members: [status(0, "installed", sent), status(1, "missing")], steps: { install: ids(0, 1) } },
  },
};

function finish({ record, members, notRemoved = [], retryRounds }: Finished): Rollback {
  const raw = program(retryRounds === undefined ? {} : { retryRounds });
  const prior = state({ record: { holding: backToA, ...record }, rest: { kept: [keptContent(digestA)] } });
  const facts: Partial<Facts> = { departed: { ...factsOf([]).departed, statuses: notRemoved } };
  const desired: Desired = { inputs: inputsOf(raw), raw, source: {}, content: unopened };
  return planUnfinished(desired, prior, factsOf(members, facts));
}

/** The program's content, of which the plan of a rollback asks the digest only. */
const unopened: Desired["content"] = {
  ...{ digest: digestB, summary: { digest: digestB } },
  encodingFor: () => ({ sentAs: "asGiven" }),
  toSend: () => Promise.resolve({ base64: "AAAA", password: "" }),
};

describe("what an earlier rollback has left undone:", () => {
  for (const [title, row] of Object.entries(finished)) {
    it(`a run ${title}`, () => {
      const { plan } = finish(row);
      const steps = Object.fromEntries(plan.steps.map(({ action, devices }) => [action, devices]));
      expect(steps).to.deep.equal(row.steps);
      expect(plan.roundsUsed).to.equal(row.roundsUsed ?? 0);
      expect(plan.rollback.rejected).to.equal(digestB);
    });
  }

  it("an interrupted run is all or nothing, and what it sent for a window is cancelled first", () => {
    const { plan } = finish({ record: { holding: interrupted }, members: firstWave, steps: {} });
    expect(plan.rollback.isAllOrNothing).to.equal(true);
    expect(plan.cancellations).to.deep.equal([{ requestIds: [uuid(7)] }]);
    expect(finish({ members: firstWave, steps: {} }).plan.cancellations).to.deep.equal([]);
  });

  it("the target stays that of the rollback, whatever the program names by now", () => {
    const prior = state({ record: { holding: backToA }, rest: { kept: [keptContent(digestA)] } });
    const raw = program({ target: { devices: ids(5) } });
    const { plan } = planUnfinished(
      { inputs: inputsOf(raw), raw, source: {}, content: unopened },
      prior,
      factsOf(firstWave),
    );
    expect(plan.settings.target).to.deep.equal(prior.settings.target);
    expect(plan.recorded.written["target"]).to.deep.equal(prior.written["target"]);
  });
});
