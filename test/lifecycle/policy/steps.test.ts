import { expect } from "chai";
import fc from "fast-check";
import { planSteps, type Situation, type Step, type Steps } from "../../../provider/lifecycle/policy/steps";
import type { DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import type { State } from "../../../provider/lifecycle/state/state";
import {
  at,
  dayMs,
  digestA,
  digestB,
  groupA,
  inputsOf,
  nowMs,
  program,
  status,
  state,
  uuid,
  type StateChange,
} from "../given";

interface Row {
  /** What the last run left; `null`: nothing, the resource is new. */
  readonly prior?: StateChange | null;
  readonly program?: Readonly<Record<string, unknown>>;
  readonly digest?: string;
  /** Where the members 0, 1, 2 … stand with the wanted content. */
  readonly members?: readonly DeviceStatus[];
  readonly departed?: readonly string[];
  readonly removalsFailed?: readonly string[];
  readonly sends: readonly (readonly [
    action: string,
    reason: Step["reason"],
    devices: "everyone" | readonly string[],
  ])[];
  readonly rounds?: number;
  readonly startsOver?: boolean;
}

const expired = { state: "Expired", requestId: uuid(0xa1) };
const mixed = [
  status(0, "installed"),
  status(1, "failed"),
  status(2, "pending"),
  status(3, "missing"),
  status(4, "missing", expired),
  status(5, "failed", { state: "TimeOut" }),
];
const allWell = [status(0, "installed"), status(1, "installed")];
const set = { target: { groups: [groupA], devices: [uuid(1)] } };

const catchUp = [
  ["install", "devicesMissing", [uuid(3)]],
  ["install", "installsExpired", [uuid(4)]],
] as const;

const rows: Readonly<Record<string, Row>> = {
  "a new resource is installed on everyone": {
    prior: null,
    members: [status(0, "missing"), status(1, "missing")],
    sends: [["install", "created", "everyone"]],
    startsOver: true,
  },
  "a new resource whose target is empty as yet says so all the same": {
    prior: null,
    members: [],
    sends: [["install", "created", "everyone"]],
    startsOver: true,
  },
  "changed content goes to everyone, and the retry rounds begin anew": {
    prior: { record: { roundsUsed: 3 } },
    digest: digestB,
    members: mixed,
    sends: [["install", "contentChanged", "everyone"]],
    startsOver: true,
  },
  "changed triggers send to everyone": {
    program: { triggers: ["v2"] },
    members: allWell,
    sends: [["install", "triggersChanged", "everyone"]],
    startsOver: true,
  },
  "a full install older than reinstallAfterDays is sent again to everyone": {
    prior: { program: { reinstallAfterDays: 7 }, record: { sentToAllAt: at(8 * dayMs) } },
    program: { reinstallAfterDays: 7 },
    members: allWell,
    sends: [["install", "reinstallDue", "everyone"]],
    startsOver: true,
  },
  "a full install younger than reinstallAfterDays is not": {
    prior: { program: { reinstallAfterDays: 7 }, record: { sentToAllAt: at(6 * dayMs) } },
    program: { reinstallAfterDays: 7 },
    members: allWell,
    sends: [],
  },
  "where everyone is installed nothing is sent": { members: allWell, sends: [] },
  "where the rest is pending nothing is sent: their command lives": {
    members: [status(0, "installed"), status(1, "pending"), status(2, "pending", { device: { online: false } })],
    sends: [],
  },
  "only failed, missing and expired members are sent the same content again": {
    members: mixed,
    sends: [["install", "devicesFailed", [uuid(1), uuid(5)]], ...catchUp],
    rounds: 1,
  },
  "each retry uses up a round": {
    prior: { record: { roundsUsed: 2 } },
    members: [status(1, "failed")],
    sends: [["install", "devicesFailed", [uuid(1)]]],
    rounds: 3,
  },
  "when the rounds are used up, failed members are left alone; missing and expired ones are not": {
    prior: { record: { roundsUsed: 3 } },
    members: mixed,
    sends: catchUp,
    rounds: 3,
  },
  "catching up uses up no round": {
    prior: { record: { roundsUsed: 1 } },
    members: [status(0, "installed"), status(3, "missing")],
    sends: [["install", "devicesMissing", [uuid(3)]]],
    rounds: 1,
  },
  "a higher retryRounds begins the rounds anew": {
    prior: { record: { roundsUsed: 3 } },
    program: { retryRounds: 4 },
    members: [status(1, "failed")],
    sends: [["install", "devicesFailed", [uuid(1)]]],
    rounds: 1,
  },
  "a lower retryRounds does not: those used up stay used up": {
    prior: { record: { roundsUsed: 3 } },
    program: { retryRounds: 1 },
    members: [status(1, "failed")],
    sends: [],
    rounds: 3,
  },
  "retryRounds 0 allows no retry, also in the run in which it is set": {
    program: { retryRounds: 0 },
    members: [status(1, "failed")],
    sends: [],
  },
  "another encoding begins the rounds anew": {
    prior: { record: { roundsUsed: 3 } },
    program: { encoding: "androidLegacy" },
    members: [status(1, "failed")],
    sends: [["install", "devicesFailed", [uuid(1)]]],
    rounds: 1,
  },
  "a device under a new text of resend is sent the certificate again, whatever it holds": {
    prior: { program: { resend: { [uuid(0)]: "1", [uuid(6)]: "1" } }, record: { roundsUsed: 3 } },
    program: {
      resend: { [uuid(0)]: "2", [uuid(1)]: "1", [uuid(2)]: "1", [uuid(3)]: "1", [uuid(4)]: "1", [uuid(6)]: "1" },
    },
    members: [...mixed, status(6, "installed")],
    sends: [["install", "resendChanged", [uuid(0), uuid(1), uuid(2)]], ...catchUp],
    rounds: 3,
  },
  "a device of another owner is sent the certificate by resend": {
    program: { resend: { [uuid(0)]: "ours" } },
    members: [status(0, "missing", { state: "Other owner" }), status(1, "missing", { state: "Other owner" })],
    sends: [["install", "resendChanged", [uuid(0)]]],
  },
  "an entry of resend that is dropped, or names no member, sends nothing": {
    prior: { program: { resend: { [uuid(0)]: "1" } } },
    program: { resend: { [uuid(99)]: "1" } },
    members: allWell,
    sends: [],
  },
  "with changed content everyone is sent it once, resend or not": {
    program: { resend: { [uuid(0)]: "1" } },
    digest: digestB,
    members: allWell,
    sends: [["install", "contentChanged", "everyone"]],
    startsOver: true,
  },
  "a set that grew is installed on those that came": {
    prior: { program: set },
    program: { target: { groups: [groupA], devices: [uuid(1), uuid(2), uuid(3)] } },
    members: [status(0, "installed"), status(1, "installed"), status(2, "missing"), status(3, "missing")],
    sends: [["install", "devicesMissing", [uuid(2), uuid(3)]]],
  },
  "a set that shrank is removed from those that left": {
    prior: { program: set },
    program: { target: { groups: [groupA] } },
    members: [status(0, "installed")],
    departed: [uuid(1)],
    sends: [["uninstall", "devicesLeft", [uuid(1)]]],
  },
  "changed content and a set that shrank: both, the install first": {
    prior: { program: set },
    program: { target: { groups: [groupA] } },
    digest: digestB,
    members: [status(0, "missing")],
    departed: [uuid(1)],
    sends: [
      ["install", "contentChanged", "everyone"],
      ["uninstall", "devicesLeft", [uuid(1)]],
    ],
    startsOver: true,
  },
  "a removal that failed is tried again": {
    members: allWell,
    removalsFailed: [uuid(7)],
    sends: [["uninstall", "removalsFailed", [uuid(7)]]],
  },
  "a device that left just now is not removed twice": {
    members: allWell,
    departed: [uuid(7)],
    removalsFailed: [uuid(7), uuid(8)],
    sends: [
      ["uninstall", "devicesLeft", [uuid(7)]],
      ["uninstall", "removalsFailed", [uuid(8)]],
    ],
  },
  "another wait alone sends nothing": { program: { wait: { for: "all" } }, members: allWell, sends: [] },
  "another rollout alone sends nothing": {
    program: { rollout: { waves: ["10%"], maxFailures: "5%" } },
    members: allWell,
    sends: [],
  },
  "another encoding, deviceType or schedule alone sends nothing": {
    program: {
      ...{ encoding: "modern", deviceType: "active" },
      schedule: { window: { start: "2026-12-01T22:00:00Z", end: "2026-12-02T04:00:00Z" } },
    },
    members: allWell,
    sends: [],
  },
};

function priorOf(change: StateChange | null | undefined): State | undefined {
  return change === null ? undefined : state(change);
}

function situation(row: Omit<Row, "sends">): Situation {
  return {
    desired: inputsOf(program({ ...row.prior?.program, ...row.program })),
    digest: row.digest ?? digestA,
    prior: priorOf(row.prior),
    statuses: row.members ?? [],
    departed: row.departed ?? [],
    removalsFailed: row.removalsFailed ?? [],
    nowMs,
  };
}

function sendsOf({ steps }: Steps): unknown {
  return steps.map(({ action, reason, devices }) => [action, reason, devices]);
}

describe("what a run sends", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () => {
      const planned = planSteps(situation(row));
      expect(sendsOf(planned)).to.deep.equal(row.sends);
      expect(planned.roundsUsed).to.equal(row.rounds ?? 0);
      expect(planned.startsOver).to.equal(row.startsOver ?? false);
      for (const { message } of planned.steps) expect(message, "one sentence for people").to.match(/^[A-Z0-9].*\.$/);
    });
  }

  it("of the same content goes to nobody who has it or may still take it, and to nobody twice", () => {
    const anyPhase = fc.constantFrom<DeviceStatus["phase"]>("installed", "pending", "failed", "missing");
    fc.assert(
      fc.property(fc.array(anyPhase, { maxLength: 60 }), fc.nat({ max: 5 }), (all, rounds) => {
        const members = all.map((each, number) => status(number, each));
        const { steps } = planSteps(situation({ prior: { record: { roundsUsed: rounds } }, members }));
        const addressed = steps.flatMap(({ devices }) => (devices === "everyone" ? [] : devices));
        const expected = members.filter(({ phase }) => phase === "missing" || (phase === "failed" && rounds < 3));
        expect([...addressed].sort()).to.deep.equal(expected.map(({ device }) => device.id).sort());
      }),
    );
  });

  it("speaks of one device as one", () => {
    const one = [status(1, "failed"), status(2, "missing"), status(3, "missing", expired)];
    const plans = [
      planSteps(situation({ prior: null, members: [status(1, "missing")] })),
      planSteps(situation({ members: one, departed: [uuid(8)], removalsFailed: [uuid(9)] })),
    ];
    const messages = plans.flatMap(({ steps }) => steps.map(({ message }) => message));
    expect(messages).to.have.length(6);
    for (const message of messages) expect(message).to.match(/\b1 device\b/);
  });
});
