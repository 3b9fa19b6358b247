import { expect } from "chai";
import { nextState, type Ending, type RunEnd } from "../../../provider/lifecycle/conclude/next-state";
import { readState, toOutputs } from "../../../provider/lifecycle/state/record";
import type { State, StateRecord } from "../../../provider/lifecycle/state/state";
import { at, digestA, digestB, nowMs, request, state, uuid, type StateChange } from "../given";
import { ended, endOf, factsOf, finalOf, planOf, removals, sentNow, some, type PlanChange } from "../given-run";

function endingOf(change: Partial<Ending> = {}): Ending {
  return {
    holding: { kind: "content", digest: digestA },
    ...{ certificate: { digest: digestA }, sentAs: "asGiven", heldBack: 0, kept: [] },
    progress: { wave: 1, waves: 1, state: "complete" },
    ...change,
  };
}

function recordOf(end: RunEnd, ending: Partial<Ending> = {}): StateRecord {
  return nextState(end, endingOf(ending)).record;
}

const members = some(12, "installed");
const going = (prior: StateChange, change: PlanChange = {}): RunEnd =>
  ended(members, { prior: state(prior), startsOver: false, ...change });
const orphaned = { kind: "unknown", orphanedCommandIds: [uuid(7)] } as const;

interface Row {
  readonly end: RunEnd;
  readonly ending?: Partial<Ending>;
  readonly hadOtherContent: true | undefined;
}

const over = { startsOver: true };
const toB = { holding: { kind: "content", digest: digestB } } as const;
const hadOther: Readonly<Record<string, Row>> = {
  "not after the first content": { end: ended(members), hadOtherContent: undefined },
  "not when the same content goes on": { end: going({}), hadOtherContent: undefined },
  "after other content": { end: going({}, over), ending: toB, hadOtherContent: true },
  "when the same content was sent to everyone again": { end: going({}, over), hadOtherContent: true },
  "as long as the same content goes on": {
    end: going({ record: { hadOtherContent: true } }),
    hadOtherContent: true,
  },
  "after a rollback that gave something back": {
    end: ended(members),
    ending: { holding: { kind: "rolledBack", to: digestA, rejected: digestB } },
    hadOtherContent: true,
  },
  "not after a rollback that took the first content off": {
    end: ended(members),
    ending: { holding: { kind: "rolledBack", rejected: digestA } },
    hadOtherContent: undefined,
  },
  "after an interrupted run, where that is remembered": {
    end: going({ record: { holding: orphaned, hadOtherContent: true } }, over),
    hadOtherContent: true,
  },
};

describe("the state remembers that devices had other content before:", () => {
  for (const [title, { end, ending, hadOtherContent }] of Object.entries(hadOther)) {
    it(title, () => {
      expect(recordOf(end, ending).hadOtherContent).to.equal(hadOtherContent);
    });
  }
});

describe("the state that a run leaves", () => {
  it("is stored and read again as the same", () => {
    const next: State = nextState(ended([...members, ...some(2, "failed")]), endingOf());
    expect(readState(toOutputs(next))).to.deep.equal(readState(toOutputs(readState(toOutputs(next)))));
    expect(readState(toOutputs(next)).coverage).to.include({ members: 14, installed: 12, failed: 2 });
  });

  it("tells what is undone, without those that are held back on purpose", () => {
    const statuses = [
      ...some(5, "installed"),
      ...some(2, "failed"),
      ...some(4, "missing"),
      ...some(1, "missing", { state: "Expired", device: { id: uuid(77) } }),
    ];
    const end = ended(statuses, {}, { removals: removals(1) });
    expect(recordOf(end, { heldBack: 3 }).backlog).to.deep.equal({
      failed: 2,
      missing: 1,
      expired: 1,
      removalsFailed: 1,
    });
    expect(recordOf(ended(members)).backlog, "nothing is undone").to.equal(undefined);
  });

  it("holds the requests that members rest on, those of removals after them, each with its counts", () => {
    const { commands, record } = nextState(ended(members, {}, { removals: removals(2) }), endingOf());
    expect(commands.map(({ id, kind }) => [id, kind])).to.deep.equal([
      [uuid(0xa1), "install"],
      [uuid(0xb1), "uninstall"],
    ]);
    expect(commands.every(({ states }) => states !== undefined)).to.equal(true);
    expect(record.removalsFailed).to.equal(2);
  });

  it("says when everyone was sent the content, where that is not when the first request was that it holds", () => {
    const late = [sentNow({ sentAt: at(5_000) })];
    const full = endOf(planOf(), factsOf(members), finalOf(members, { installs: installs(at(5_000)) }), late);
    expect(recordOf(full).sentToAllAt).to.equal(undefined);
    const sentToAllAt = at(9_000_000);
    expect(recordOf(going({ record: { sentToAllAt } })).sentToAllAt).to.equal(sentToAllAt);
  });

  it("remembers that devices lost the certificate, until it is sent to everyone again", () => {
    const removed = { record: { removedSinceFullSend: true } };
    expect(recordOf(going(removed)).removedSinceFullSend).to.equal(true);
    expect(recordOf(going(removed, { startsOver: true })).removedSinceFullSend).to.equal(undefined);
    const [gone] = some(1, "installed");
    const departed = { ...factsOf([]).departed, devices: gone === undefined ? [] : [gone.device] };
    const end = endOf(planOf({ prior: state() }), factsOf(members, { departed }), finalOf(members));
    expect(recordOf(end).removedSinceFullSend).to.equal(true);
  });

  it("tells whether the certificate is due for renewal by now", () => {
    const dates = (days: number) => ({
      notBefore: at(300 * 86_400_000),
      notAfter: new Date(nowMs + days * 86_400_000).toISOString(),
    });
    const due = (days: number): boolean =>
      nextState(ended(members), endingOf({ certificate: { digest: digestA, ...dates(days) } })).readyForRenewal;
    expect([due(10), due(200)]).to.deep.equal([true, false]);
  });
});

function installs(sentAt: string) {
  return { requests: [request({ sentAt })], sentTo: new Map<string, ReadonlySet<string>>() };
}
