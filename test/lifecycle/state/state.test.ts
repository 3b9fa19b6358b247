import { expect } from "chai";
import fc from "fast-check";
import { isObject, type RawObject } from "../../../provider/lifecycle/arguments/reader";
import { sketchOf } from "../../../provider/lifecycle/state/members/membership-sketch";
import { coverageOf, exceptionsOf, type DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { StateError } from "../../../provider/lifecycle/errors";
import { readState, schemaNumber, toOutputs } from "../../../provider/lifecycle/state/record";
import { statesSeen, type State } from "../../../provider/lifecycle/state/state";
import { at, groupA, groupB, request, status, state, uuid } from "../given";

const schedule = { window: { start: "2026-12-01T22:00:00Z", end: "2026-12-02T04:00:00Z" } };

const states: Readonly<Record<string, State>> = {
  "all well": state(),
  "every setting written": state({
    program: {
      ...{ encoding: "modern", deviceType: "active", retryRounds: 1, reinstallAfterDays: 90, renewBeforeDays: 20 },
      ...{ strict: true, triggers: ["v1", { turn: 3 }], schedule },
      target: { groups: [groupA, groupB], devices: [uuid(1)] },
      wait: { for: "all", timeoutMinutes: 5, onTimeout: "warn" },
      rollout: { waves: ["10%", "100%"], canary: { group: groupB }, maxFailures: 2 },
    },
  }),
  "failures, waves held back and removals that failed": state({
    coverage: { installed: 1, failed: 2, missing: 9 },
    record: { heldBack: 9, removalsFailed: 3, drifted: true, roundsUsed: 2 },
    rest: {
      exceptions: exceptionsOf([status(1, "failed", { reason: "Invalid password" }), status(2, "failed")]).exceptions,
      progress: { wave: 1, waves: 3, state: "stopped" },
    },
  }),
};

/** What of a resource's record is not what the program itself wrote. */
function ownBytes({ written: _written, ...rest }: State): number {
  return Buffer.byteLength(JSON.stringify(toOutputs({ ...rest, written: {} })));
}

function allValues(value: unknown): readonly unknown[] {
  const below = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return [value, ...below.flatMap(allValues)];
}

function withRecord(change: RawObject): RawObject {
  const outputs = toOutputs(state());
  const record = isObject(outputs["record"]) ? outputs["record"] : {};
  return { ...outputs, record: { ...record, ...change } };
}

describe("the state of a certificate", () => {
  for (const [title, known] of Object.entries(states)) {
    it(`is read as it was written: ${title}`, () => {
      expect(readState(toOutputs(known))).to.deep.equal(known);
    });

    it(`holds no undefined, which would hang the engine: ${title}`, () => {
      expect(allValues(toOutputs(known))).not.to.include(undefined);
      expect(toOutputs(readState(toOutputs(known)))).to.deep.equal(toOutputs(known));
    });

    it(`repeats nothing of the source but what is no secret: ${title}`, () => {
      expect(toOutputs(known)).not.to.have.property("source");
      expect(JSON.stringify(toOutputs(known))).not.to.include("pass-word-1");
    });
  }

  it("loses an undefined that slipped in, wherever it is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.option(fc.string(), { nil: undefined })), (certificate) => {
        expect(allValues(toOutputs(state({ rest: { certificate } })))).not.to.include(undefined);
      }),
    );
  });

  it("stores the digest of the content once", () => {
    const digest = "cd".repeat(32);
    const known = state({ record: { holding: { kind: "content", digest } }, rest: { certificate: { digest } } });
    const outputs = toOutputs(known);
    expect(JSON.stringify(outputs).split(digest)).to.have.length(2);
    expect(readState(outputs)).to.deep.equal(known);
  });

  it("stores a digest that is not the output's, as after a rollback", () => {
    const known = state({
      record: { holding: { kind: "content", digest: "ab".repeat(32) } },
      rest: { certificate: { digest: "cd".repeat(32) } },
    });
    expect(readState(toOutputs(known))).to.deep.equal(known);
  });

  it("carries the number of its schema", () => {
    expect(toOutputs(state())).to.have.nested.property("record.schema", schemaNumber);
  });

  it("of a newer release is refused with a sentence that says what to do", () => {
    expect(() => readState(withRecord({ schema: schemaNumber + 1 }))).to.throw(StateError, /install that release\.$/);
  });

  it("may hold more than this release knows of", () => {
    const outputs = { ...withRecord({ later: { a: 1 } }), later: "x" };
    expect(readState(outputs).coverage).to.deep.equal(state().coverage);
  });

  const broken: Readonly<Record<string, RawObject>> = {
    "nothing at all": {},
    "no record": Object.fromEntries(Object.entries(toOutputs(state())).filter(([name]) => name !== "record")),
    "a record that is text": { ...toOutputs(state()), record: "x" },
    "counts that are no counts": { ...toOutputs(state()), coverage: { members: "12" } },
    "a record that does not say what devices hold": withRecord({ holding: { kind: "something" } }),
    "no target": { ...toOutputs(state()), target: {} },
  };
  for (const [title, outputs] of Object.entries(broken)) {
    it(`that was edited by hand is refused with a sentence: ${title}`, () => {
      expect(() => readState(outputs)).to.throw(StateError, /cannot be read.*`pulumi state delete` forgets it/);
    });
  }

  it("knows what was last seen of a request", () => {
    const commands = [
      request({ id: uuid(1), states: { Success: 3 } }),
      request({ id: uuid(2), states: { Failure: 1 } }),
    ];
    const known = state({ rest: { commands } });
    expect(statesSeen(known, uuid(2))).to.deep.equal({ Failure: 1 });
    expect(statesSeen(known, uuid(3))).to.equal(undefined);
  });
});

// A certificate as rich as `check` makes it.
const certificate = {
  ...{ subject: "CN=corp-client, OU=Retail, O=Example GmbH, C=DE", issuer: "CN=Example Issuing CA 3, O=Example GmbH" },
  ...{ serialNumber: "7f".repeat(20), notBefore: at(0), notAfter: at(0), keyAlgorithm: "RSA 2048" },
  ...{ sha256Fingerprint: "ab".repeat(32), digest: "cd".repeat(32), encoding: "modern" },
  chain: [
    "CN=corp-client, O=Example GmbH",
    "CN=Example Issuing CA 3, O=Example GmbH",
    "CN=Example Root, O=Example GmbH",
  ],
};

function stateOfFleet(statuses: readonly DeviceStatus[], commandType: "GROUP" | "DEVICE"): State {
  const count = commandType === "GROUP" ? 1 : Math.ceil(statuses.length / 500);
  const states = { Success: 400, Failure: 60, TimeOut: 20, Queued: 15, "In Progress": 5 };
  const sent = request({ commandType, devices: Math.min(500, statuses.length), targetWide: true, states });
  const { exceptions, omitted } = exceptionsOf(statuses);
  return state({
    coverage: coverageOf(statuses, 3),
    record: {
      sentTo: sketchOf(new Set(statuses.map(({ device }) => device.id))),
    },
    rest: {
      ...{ certificate, exceptions, exceptionsOmitted: omitted },
      commands: Array.from({ length: count }, (_, number) => ({ ...sent, id: uuid(number) })),
    },
  });
}

describe("the size of the state, beside what the program itself wrote", () => {
  const fleet = (count: number, phase: DeviceStatus["phase"], reason = ""): readonly DeviceStatus[] =>
    Array.from({ length: count }, (_, number) => status(number, phase, { reason }));

  for (const kind of ["GROUP", "DEVICE"] as const) {
    it(`is below 4 kB when all is well on 10 devices (${kind})`, () => {
      expect(ownBytes(stateOfFleet(fleet(10, "installed"), kind))).to.be.below(4_000);
    });

    it(`is below 16 kB when 10,000 devices have failed with long reasons (${kind})`, () => {
      const reason = "Zertifikat konnte nicht installiert werden: ungültiges Passwort ".repeat(10);
      expect(ownBytes(stateOfFleet(fleet(10_000, "failed", reason), kind))).to.be.below(16_000);
    });
  }

  it("is the same for a hundred devices of a group and for ten thousand", () => {
    const [few, many] = [100, 10_000].map((count) => ownBytes(stateOfFleet(fleet(count, "installed"), "GROUP")));
    expect(many).to.be.within(few ?? 0, (few ?? 0) + 20);
  });
});
