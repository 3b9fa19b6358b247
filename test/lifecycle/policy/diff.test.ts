import { expect } from "chai";
import { unknownValue } from "../../../provider/lifecycle/arguments/reader";
import { toOutputs } from "../../../provider/lifecycle/state/record";
import type { State } from "../../../provider/lifecycle/state/state";
import { certificate } from "../../../provider/provider";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { diff, type Verdict } from "../../../provider/lifecycle/policy/diff";
import type { Asked } from "../../../provider/lifecycle/policy/full-send";
import * as policyReasons from "../../../provider/lifecycle/policy/reasons";
import type { Reason } from "../../../provider/lifecycle/policy/reasons";
import { rollbackWarning } from "../../../provider/lifecycle/policy/rollback/rollback";
import { at, dayMs, digestA, digestB, groupA, groupB, nowMs, program, state, uuid, type StateChange } from "../given";

type Program = Readonly<Record<string, unknown>>;

interface Row {
  /** What the last run left; by default twelve devices, all installed. */
  readonly prior?: StateChange;
  /** What the program says now; by default what it said then. */
  readonly program?: Program;
  /** The digest of the content; by default the one that devices have. `null`: not prior yet. */
  readonly digest?: string | null;
  readonly tenantHash?: string;
  readonly action: Verdict["action"];
  readonly reason: Reason;
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

function askedBy(raw: Program, digest: string | null): Asked {
  const { alias, target, inputs } = readInputs(program(raw));
  return { alias, target, settings: inputs, digest: digest ?? undefined };
}

const orphaned = { kind: "unknown", orphanedCommandIds: [uuid(7)] } as const;
const rolledBack = { kind: "rolledBack", to: digestA, rejected: digestB } as const;
const staged = { rollout: { waves: ["10%", "100%"] } };

const setOfTwo = { target: { groups: [groupA], devices: [uuid(1), uuid(2)] } };
/** Two devices of the first wave have it, ten wait. */
function pausedAt(progress: State["progress"]["state"]): StateChange {
  return {
    coverage: { installed: 2, missing: 10 },
    record: { heldBack: 10 },
    rest: { progress: { wave: 1, waves: 2, state: progress } },
  };
}

function expiredOn(number: number): State["exceptions"][number] {
  return { device: uuid(number), name: `ESR-${number}`, state: "Expired", reason: "", since: at(dayMs) };
}

const failed3 = { members: 12, installed: 9, failed: 3 };

const rows: Readonly<Record<string, Row>> = {
  "nothing changed": { action: "nothing", reason: "unchanged" },
  "only the password changed, the content is the same": {
    program: { source: { file: "certs/corp-client.p12", password: "pass-word-2" } },
    action: "nothing",
    reason: "unchanged",
  },
  "the same content comes from another place": {
    program: { source: { base64: "MIIKwQIBAzCC" } },
    action: "nothing",
    reason: "unchanged",
  },
  "the content changed": { digest: digestB, action: "update", reason: "contentChanged" },
  "the alias changed: the new one first": {
    program: { alias: "corp-client-2" },
    action: "replace",
    reason: "aliasChanged",
    replaces: ["alias"],
  },
  "the alias changed in its case alone, which Android tells apart": {
    program: { alias: "Corp-Client" },
    action: "replace",
    reason: "aliasChanged",
    replaces: ["alias"],
  },
  "the group changed: the old one first, for a device's queue is first in, first out": {
    program: { target: { group: groupB } },
    action: "replace",
    reason: "groupChanged",
    replaces: ["target"],
    deleteBeforeReplace: true,
  },
  "the group's id is written in capitals": {
    program: { target: { group: groupA.toUpperCase() } },
    action: "nothing",
    reason: "unchanged",
  },
  "the group became a set of the same group: another kind of target": {
    program: { target: { groups: [groupA] } },
    action: "replace",
    reason: "kindOfTargetChanged",
    replaces: ["target"],
    deleteBeforeReplace: true,
  },
  "the set became a group: another kind of target": {
    prior: { program: setOfTwo },
    program: { target: { group: groupA } },
    action: "replace",
    reason: "kindOfTargetChanged",
    replaces: ["target"],
    deleteBeforeReplace: true,
  },
  "the set grew": {
    prior: { program: setOfTwo },
    program: { target: { groups: [groupA], devices: [uuid(1), uuid(2), uuid(3)] } },
    action: "update",
    reason: "setChanged",
  },
  "the set shrank": {
    prior: { program: setOfTwo },
    program: { target: { groups: [groupA], devices: [uuid(1)] } },
    action: "update",
    reason: "setChanged",
  },
  "all of the set was exchanged": {
    prior: { program: setOfTwo },
    program: { target: { groups: [groupB] } },
    action: "update",
    reason: "setChanged",
  },
  "the set is written in another order": {
    prior: { program: setOfTwo },
    program: { target: { devices: [uuid(2), uuid(1), uuid(2)], groups: [groupA] } },
    action: "nothing",
    reason: "unchanged",
  },
  "only wait changed": { program: { wait: { for: "all" } }, action: "nothing", reason: "unchanged" },
  "only rollout changed": {
    program: { rollout: { waves: ["10%", "100%"], maxFailures: 3 } },
    action: "nothing",
    reason: "unchanged",
  },
  "only encoding changed": { program: { encoding: "androidLegacy" }, action: "nothing", reason: "unchanged" },
  "only deviceType changed": { program: { deviceType: "active" }, action: "nothing", reason: "unchanged" },
  "only schedule changed": {
    program: { schedule: { window: { start: "2026-12-01T22:00:00Z", end: "2026-12-02T04:00:00Z" } } },
    action: "nothing",
    reason: "unchanged",
  },
  "only retryRounds changed, and nothing had failed": {
    program: { retryRounds: 7 },
    action: "nothing",
    reason: "unchanged",
  },
  "only strict or renewBeforeDays changed": {
    program: { strict: true, renewBeforeDays: 3 },
    action: "nothing",
    reason: "unchanged",
  },
  "the triggers changed": { program: { triggers: ["v2"] }, action: "update", reason: "triggersChanged" },
  "the triggers are the same": {
    prior: { program: { triggers: ["v2", { turn: 3 }] } },
    program: { triggers: ["v2", { turn: 3 }] },
    action: "nothing",
    reason: "unchanged",
  },
  "resend has a new entry": { program: { resend: { [uuid(1)]: "1" } }, action: "update", reason: "resendChanged" },
  "resend has another text for a device": {
    prior: { program: { resend: { [uuid(1)]: "1" } } },
    program: { resend: { [uuid(1)]: "2" } },
    action: "update",
    reason: "resendChanged",
  },
  "an entry of resend is dropped, and another is written in capitals": {
    prior: { program: { resend: { [groupA]: "1", [uuid(2)]: "1" } } },
    program: { resend: { [groupA.toUpperCase()]: "1" } },
    action: "nothing",
    reason: "unchanged",
  },
  "some devices failed": { prior: { coverage: failed3 }, action: "update", reason: "devicesFailed" },
  "some devices failed, and the last retry round is left": {
    prior: { coverage: failed3, record: { roundsUsed: 2 } },
    action: "update",
    reason: "devicesFailed",
  },
  "some devices failed, and the retry rounds are used up": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    action: "nothing",
    reason: "unchanged",
  },
  "some devices failed, and nobody wants retries": {
    prior: { coverage: failed3, program: { retryRounds: 0 } },
    program: { retryRounds: 0 },
    action: "nothing",
    reason: "unchanged",
  },
  "the retry rounds are used up, and retryRounds is lowered": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    program: { retryRounds: 2 },
    action: "nothing",
    reason: "unchanged",
  },
  "some devices failed, and retryRounds is set to 0": {
    prior: { coverage: failed3 },
    program: { retryRounds: 0 },
    action: "nothing",
    reason: "unchanged",
  },
  "the retry rounds are used up, and retryRounds is raised": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    program: { retryRounds: 4 },
    action: "update",
    reason: "devicesFailed",
  },
  "the retry rounds are used up, and the encoding changes": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    program: { encoding: "androidLegacy" },
    action: "update",
    reason: "devicesFailed",
  },
  "the retry rounds are used up, and the content changes": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    digest: digestB,
    action: "update",
    reason: "contentChanged",
  },
  "the retry rounds are used up, and the triggers change": {
    prior: { coverage: failed3, record: { roundsUsed: 3 } },
    program: { triggers: [1] },
    action: "update",
    reason: "triggersChanged",
  },
  "devices joined, or their install expired": {
    prior: { coverage: { members: 12, installed: 10, missing: 2 } },
    action: "update",
    reason: "devicesMissing",
  },
  "devices are missing because the last wave leaves them out": {
    prior: { coverage: { members: 12, installed: 2, missing: 10 }, record: { heldBack: 10 } },
    action: "nothing",
    reason: "unchanged",
  },
  "devices are missing beyond those that the last wave leaves out": {
    prior: { coverage: { members: 13, installed: 2, missing: 11 }, record: { heldBack: 10 } },
    action: "update",
    reason: "devicesMissing",
  },
  "devices are pending: their command lives": {
    prior: { coverage: { members: 12, installed: 2, pending: 10, offline: 10 } },
    action: "nothing",
    reason: "unchanged",
  },
  "a removal failed on devices that left": {
    prior: { program: setOfTwo, record: { removalsFailed: 1 } },
    program: setOfTwo,
    action: "update",
    reason: "removalsFailed",
  },
  "the last full install is a day older than reinstallAfterDays": {
    prior: { program: { reinstallAfterDays: 30 }, record: { sentToAllAt: at(31 * dayMs) } },
    program: { reinstallAfterDays: 30 },
    action: "update",
    reason: "reinstallDue",
  },
  "the last full install is a day younger than reinstallAfterDays": {
    prior: { program: { reinstallAfterDays: 30 }, record: { sentToAllAt: at(29 * dayMs) } },
    program: { reinstallAfterDays: 30 },
    action: "nothing",
    reason: "unchanged",
  },
  "reinstallAfterDays is new, and the last full install is older": {
    prior: { record: { sentToAllAt: at(8 * dayMs) } },
    program: { reinstallAfterDays: 7 },
    action: "update",
    reason: "reinstallDue",
  },
  "the alias and the group changed: other aliases do not meet in a queue": {
    program: { alias: "corp-client-2", target: { group: groupB } },
    action: "replace",
    reason: "aliasChanged",
    replaces: ["alias"],
  },
  "the group and the content changed: still a replacement, the old one first": {
    program: { target: { group: groupB } },
    digest: digestB,
    action: "replace",
    reason: "groupChanged",
    replaces: ["target"],
    deleteBeforeReplace: true,
  },
  "an interrupted run sent commands that the state does not know": {
    prior: { record: { holding: orphaned } },
    action: "update",
    reason: "interruptedRun",
  },
  "an interrupted run, and the alias changed": {
    prior: { record: { holding: orphaned } },
    program: { alias: "corp-client-2" },
    action: "replace",
    reason: "aliasChanged",
    replaces: ["alias"],
  },
  "the program still asks for content that was rolled back": {
    prior: { record: { holding: rolledBack, heldBack: 2 }, coverage: { installed: 10, missing: 2 } },
    digest: digestB,
    action: "nothing",
    reason: "contentRejected",
  },
  "the program asks for content that was rolled back, with other triggers": {
    prior: { record: { holding: rolledBack } },
    program: { triggers: ["again"] },
    digest: digestB,
    action: "update",
    reason: "contentChanged",
  },
  "the program asks for the content that a rollback gave back, and some lack it": {
    prior: { record: { holding: rolledBack, heldBack: 2 }, coverage: { installed: 10, missing: 2 } },
    action: "update",
    reason: "devicesMissing",
  },
  "a rollback has not reached two devices": {
    prior: { record: { holding: rolledBack }, coverage: { installed: 10, failed: 2 } },
    digest: digestB,
    action: "update",
    reason: "rollbackUnfinished",
  },
  "a run was interrupted after a rollback": {
    prior: { record: { holding: { ...orphaned, rejected: digestB } } },
    digest: digestB,
    action: "update",
    reason: "rollbackUnfinished",
  },
  "a paused rollout stays paused": {
    prior: { ...pausedAt("paused"), program: staged },
    action: "nothing",
    reason: "unchanged",
  },
  "a paused rollout goes on when the rollout changes": {
    prior: { ...pausedAt("paused"), program: staged },
    program: { rollout: { waves: ["50%", "100%"] } },
    action: "update",
    reason: "rolloutContinues",
  },
  "a rollout that left devices beyond its last wave goes on when the wave grows": {
    prior: { ...pausedAt("complete"), program: { rollout: { waves: ["10%"] } } },
    program: staged,
    action: "update",
    reason: "rolloutContinues",
  },
  "a stopped rollout goes on once its failures are made good": {
    prior: { ...pausedAt("stopped"), program: staged },
    action: "update",
    reason: "rolloutContinues",
  },
  "a stopped rollout waits while more have failed than may, and no retry is left": {
    prior: {
      ...pausedAt("stopped"),
      program: staged,
      coverage: { installed: 1, failed: 1, missing: 10 },
      record: { heldBack: 10, roundsUsed: 3 },
    },
    action: "nothing",
    reason: "unchanged",
  },
  "only onLeave changed: a refresh goes by what the state holds": {
    program: { onLeave: "remove" },
    action: "update",
    reason: "onLeaveChanged",
  },
  "the settings lead to another address": {
    prior: { record: { tenantHash: "tenant-one" } },
    tenantHash: "tenant-two",
    action: "update",
    reason: "addressChanged",
  },
  "two devices left a group, and onLeave takes the certificate from them": {
    prior: { program: { onLeave: "remove" }, record: { left: [uuid(50), uuid(51)] } },
    program: { onLeave: "remove" },
    action: "update",
    reason: "devicesLeft",
  },
  "so many left a group at once that they keep it": {
    prior: { program: { onLeave: { remove: true, atMost: 1 } }, record: { left: [uuid(50), uuid(51)] } },
    program: { onLeave: { remove: true, atMost: 1 } },
    action: "nothing",
    reason: "unchanged",
  },
  "an install expired on two devices": {
    prior: { coverage: { installed: 10, missing: 2 }, rest: { exceptions: [expiredOn(1), expiredOn(2)] } },
    action: "update",
    reason: "installsExpired",
  },
  "a preview does not know the content yet": { digest: null, action: "update", reason: "notKnownYet" },
  "a preview does not know the alias yet, which is no replacement": {
    program: { alias: unknownValue },
    action: "update",
    reason: "notKnownYet",
  },
  "a preview does not know the group yet, which is no replacement": {
    program: { target: { group: unknownValue } },
    action: "update",
    reason: "notKnownYet",
  },
  "a preview does not know the content yet, but the group has changed": {
    program: { target: { group: groupB } },
    digest: null,
    action: "replace",
    reason: "groupChanged",
    replaces: ["target"],
    deleteBeforeReplace: true,
  },
};

/** Every reason of the policy: the exported constants that name themselves. */
const reasons = Object.entries(policyReasons).flatMap(([name, value]) => (name === value ? [value] : []));

describe("what Pulumi does with a certificate that stands", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(`${row.action}${row.deleteBeforeReplace === true ? ", the old one first" : ""}: ${title}`, () => {
      const prior = state(row.prior);
      const given = askedBy({ ...row.prior?.program, ...row.program }, row.digest === undefined ? digestA : row.digest);
      const asked = { ...given, ...(row.tenantHash !== undefined && { tenantHash: row.tenantHash }) };
      const { message, ...verdict } = diff(prior, asked, nowMs);
      expect(verdict).to.deep.equal({
        action: row.action,
        reason: row.reason,
        replaces: row.replaces ?? [],
        deleteBeforeReplace: row.deleteBeforeReplace ?? false,
      });
      expect(message, "one sentence for people").to.match(/^[A-Z0-9].*\.$/);
    });
  }

  it("has a row here for every reason but those that only a run has, or only certificates of devices (files-due.test.ts)", () => {
    const onlyInRuns: readonly string[] = ["created", "filesChanged", "filesGone", "certificatesDue", "revocationsDue"];
    const seen = new Set<string>(Object.values(rows).map(({ reason }) => reason));
    expect(reasons.filter((reason) => !seen.has(reason))).to.have.members(onlyInRuns);
  });

  it("speaks of one device as one", () => {
    const messages = [
      diff(state({ coverage: { failed: 1 } }), askedBy({}, digestA), nowMs).message,
      diff(state({ coverage: { missing: 1 } }), askedBy({}, digestA), nowMs).message,
      diff(state({ record: { removalsFailed: 1 } }), askedBy({}, digestA), nowMs).message,
      diff(state(), askedBy({ resend: { [uuid(1)]: "1" } }, digestA), nowMs).message,
    ];
    for (const message of messages) expect(message).to.match(/\b1 device\b/);
  });
});

describe("a rollback that is asked for together with new content", () => {
  const warned = (change: StateChange, digest = digestB, onFailure = "rollback"): string | undefined => {
    const asked = askedBy({ rollout: { onFailure } }, digest);
    const prior = state(change);
    return rollbackWarning(prior, asked.settings, diff(prior, asked, nowMs).reason);
  };
  const kept = [{ digest: digestA, base64: "AAAA", password: "", sentAs: "asGiven", certificate: {} } as const];

  it("is warned of before anything is sent, for there is nothing to go back to", () => {
    expect(warned({})).to.match(/^If this rollout fails, it stops instead of being rolled back: /);
  });

  it("needs no warning where the previous content is kept, or nothing changes, or nobody asked for it", () => {
    expect(warned({ rest: { kept } })).to.equal(undefined);
    expect(warned({}, digestA)).to.equal(undefined);
    expect(warned({}, digestB, "stop")).to.equal(undefined);
    expect(warned({ record: { holding: { kind: "rolledBack", rejected: digestB } } }), "devices have nothing").to.equal(
      undefined,
    );
  });
});

describe("a preview that does not know every argument yet", () => {
  const diffOf = async (prior: State, change: Program): Promise<boolean> => {
    const news = { ...program(change), certificate: { digest: digestA } };
    const { changes } = await certificate("urn:pulumi:dev::shop::x::y").diff("id", toOutputs(prior), news);
    return changes;
  };

  it("announces an update for a trigger, which may turn out to be another one", async () => {
    expect(await diffOf(state(), { triggers: [unknownValue] })).to.equal(true);
    expect(await diffOf(state(), { triggers: unknownValue })).to.equal(true);
    expect(await diffOf(state(), { resend: unknownValue })).to.equal(true);
    expect(await diffOf(state(), { resend: { [uuid(1)]: unknownValue } })).to.equal(true);
  });

  it("announces nothing for settings that hold for what is sent next", async () => {
    expect(await diffOf(state(), { wait: { timeoutMinutes: unknownValue } })).to.equal(false);
  });

  it("still announces what is left to do on devices", async () => {
    const prior = state({ coverage: failed3 });
    expect(await diffOf(prior, { wait: { timeoutMinutes: unknownValue } })).to.equal(true);
  });
});
