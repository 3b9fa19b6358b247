import { expect } from "chai";
import fc from "fast-check";
import type { CommandState } from "../../../provider/client/client";
import {
  coverageOf,
  exceptionsOf,
  deviceStatuses,
  type CommandHistory,
  type DeviceStatus,
} from "../../../provider/lifecycle/facts/device-status";
import { answers, at, dayMs, device, devices, entry, nowMs, request, row, status, uuid } from "../given";

const older = request({ id: uuid(0xa1), sentAt: at(2 * dayMs) });
const newer = request({ id: uuid(0xa2), sentAt: at(dayMs) });
const ancient = request({ id: uuid(0xa3), sentAt: at(31 * dayMs) });
const inNewer = { requestId: newer.id };

interface Row {
  /** The requests of one member, oldest first. */
  readonly history: CommandHistory;
  readonly phase: DeviceStatus["phase"];
  readonly state: string;
  readonly reason?: string;
}

const rows: Readonly<Record<string, Row>> = {
  "Success is installed": {
    history: [entry(older, answers([row(0, "Success")]))],
    phase: "installed",
    state: "Success",
  },
  "Failure is failed, with the device's own words": {
    history: [entry(older, answers([row(0, "Failure", { reason: "Invalid certificate password" })]))],
    phase: "failed",
    state: "Failure",
    reason: "Invalid certificate password",
  },
  "Cancelled is failed": {
    history: [entry(older, answers([row(0, "Cancelled")]))],
    phase: "failed",
    state: "Cancelled",
  },
  "a TimeOut that has not turned into Success is failed": {
    history: [entry(older, answers([row(0, "TimeOut")]))],
    phase: "failed",
    state: "TimeOut",
  },
  "a state that Esper invents later is pending, under its own name": {
    history: [entry(older, answers([row(0, "Unknown", { stateText: "Command Postponed" })]))],
    phase: "pending",
    state: "Command Postponed",
  },
  "a command not taken within 30 days has expired: the member is missing": {
    history: [entry(ancient, answers([row(0, "Queued")]))],
    phase: "missing",
    state: "Expired",
    reason: "the device did not take the command within 30 days",
  },
  "a success stays one, however old": {
    history: [entry(ancient, answers([row(0, "Success")]))],
    phase: "installed",
    state: "Success",
  },
  "a failure stays one, however old": {
    history: [entry(ancient, answers([row(0, "Failure")]))],
    phase: "failed",
    state: "Failure",
  },
  "no request is missing": { history: [], phase: "missing", state: "Never sent" },
  "a request that did not go to this member is missing": {
    history: [entry(older, answers([row(7, "Success")]))],
    phase: "missing",
    state: "Never sent",
  },
  "sent to, and no row yet, is pending": {
    history: [entry(older, answers([]), [uuid(0)])],
    phase: "pending",
    state: "Sent",
  },
  "sent to, and not among the exceptions, is installed": {
    history: [entry(older, answers([row(7, "Failure")], true), [uuid(0), uuid(7)])],
    phase: "installed",
    state: "Success",
  },
  "not sent to, and not among the exceptions, is missing": {
    history: [entry(older, answers([row(7, "Failure")], true), [uuid(7)])],
    phase: "missing",
    state: "Never sent",
  },
  "the newest request decides: a failure after a success": {
    history: [entry(older, answers([row(0, "Success")])), entry(newer, answers([row(0, "Failure", inNewer)]))],
    phase: "failed",
    state: "Failure",
  },
  "the newest request decides: a success after a failure": {
    history: [entry(older, answers([row(0, "Failure")])), entry(newer, answers([row(0, "Success", inNewer)]))],
    phase: "installed",
    state: "Success",
  },
  "the newest request decides: a retry on its way": {
    history: [entry(older, answers([row(0, "Failure")])), entry(newer, answers([]), [uuid(0)])],
    phase: "pending",
    state: "Sent",
  },
  "a newer request to others decides nothing": {
    history: [
      entry(older, answers([row(0, "Success")])),
      entry(newer, answers([row(7, "Failure", inNewer)]), [uuid(7)]),
    ],
    phase: "installed",
    state: "Success",
  },
};

const pendingStates: readonly CommandState[] = ["Queued", "Initiated", "Acknowledged", "In Progress"];

describe("where a member stands", () => {
  for (const [title, { history, phase, state, reason }] of Object.entries(rows)) {
    it(title, () => {
      const [only] = deviceStatuses([device(0)], history, nowMs);
      expect(only).to.include({ phase, state, reason: reason ?? "" });
    });
  }

  for (const state of pendingStates) {
    it(`${state} is pending for 30 days to the millisecond, then expired`, () => {
      const history = [entry(older, answers([row(0, state)]))];
      const endMs = Date.parse(older.sentAt) + 30 * dayMs;
      expect(deviceStatuses([device(0)], history, endMs)[0]).to.include({ phase: "pending", state });
      expect(deviceStatuses([device(0)], history, endMs + 1)[0]).to.include({ phase: "missing", state: "Expired" });
    });
  }

  it("Scheduled does not expire: before its window opens a command has not begun to wait", () => {
    const history = [entry(older, answers([row(0, "Scheduled")]))];
    const endMs = Date.parse(older.sentAt) + 60 * dayMs;
    expect(deviceStatuses([device(0)], history, endMs)[0]).to.include({ phase: "pending", state: "Scheduled" });
  });

  it("names the request it rests on, so that no request is kept longer than needed", () => {
    const history = [entry(older, answers([row(0, "Success")])), entry(newer, answers([row(1, "Failure", inNewer)]))];
    const ids = deviceStatuses([device(0), device(1), device(2)], history, nowMs).map(({ requestId }) => requestId);
    expect(ids).to.deep.equal([older.id, newer.id, undefined]);
  });
});

const anyPhase = fc.constantFrom<DeviceStatus["phase"]>("installed", "pending", "failed", "missing");
const anyText = fc.string({ unit: "grapheme", maxLength: 400 });
const anyStatuses = fc
  .array(fc.record({ phase: anyPhase, online: fc.boolean(), reason: anyText, name: anyText }), { maxLength: 300 })
  .map((all) => all.map((each, n) => status(n, each.phase, { reason: each.reason, device: each })));

describe("the coverage", () => {
  it("counts each member once: members = installed + pending + failed + missing", () => {
    fc.assert(
      fc.property(anyStatuses, fc.nat(), (statuses, unsupported) => {
        const { members, installed, pending, failed, missing, ...rest } = coverageOf(statuses, unsupported);
        expect(members).to.equal(statuses.length);
        expect(installed + pending + failed + missing).to.equal(members);
        expect(rest.unsupported).to.equal(unsupported);
        expect(rest.offline).to.be.at.most(pending);
      }),
      { numRuns: 50 },
    );
  });

  it("counts as offline those of the pending that are", () => {
    const statuses = [
      status(0, "pending", { device: { online: false } }),
      status(1, "pending"),
      status(2, "installed", { device: { online: false } }),
      status(3, "failed", { device: { online: false } }),
    ];
    expect(coverageOf(statuses, 5)).to.deep.equal({
      ...{ members: 4, installed: 1, pending: 2, failed: 1, missing: 0, offline: 1, unsupported: 5 },
    });
  });
});

describe("the exceptions", () => {
  it("are the members that are not installed: failed ones first, then missing, then pending, each by name", () => {
    const { exceptions, omitted } = exceptionsOf([
      status(1, "pending"),
      status(2, "missing"),
      status(4, "failed"),
      status(3, "failed"),
      status(0, "installed"),
    ]);
    expect(exceptions.map(({ device: id }) => id)).to.deep.equal([uuid(3), uuid(4), uuid(2), uuid(1)]);
    expect(omitted).to.equal(0);
  });

  it("tell device, name, state, reason and since", () => {
    const since = at(5_000);
    const { exceptions } = exceptionsOf([status(3, "failed", { reason: "Invalid password", since })]);
    expect(exceptions).to.deep.equal([
      { device: uuid(3), name: "ESR-00003", state: "Failure", reason: "Invalid password", since },
    ]);
  });

  it("are at most 100, and fit into 6 kB, whatever the devices say; the rest is counted", () => {
    fc.assert(
      fc.property(anyStatuses, (statuses) => {
        const { exceptions, omitted } = exceptionsOf(statuses);
        expect(exceptions.length).to.be.at.most(100);
        expect(Buffer.byteLength(JSON.stringify(exceptions))).to.be.at.most(6_000);
        expect(exceptions.length + omitted).to.equal(statuses.filter((each) => each.phase !== "installed").length);
      }),
      { numRuns: 50 },
    );
  });

  it("use the room there is: a hundred short ones are all named but for what 6 kB cannot hold", () => {
    const { exceptions, omitted } = exceptionsOf(devices(100).map((_, number) => status(number, "failed")));
    const bytes = Buffer.byteLength(JSON.stringify(exceptions));
    expect(bytes).to.be.within(6_000 - 200, 6_000);
    expect(exceptions.length + omitted).to.equal(100);
  });
});
