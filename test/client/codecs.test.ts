import { expect } from "chai";
import { isRight } from "fp-ts/Either";
import type { Type } from "io-ts";
import {
  AcceptedJson,
  CommandJson,
  DeviceJson,
  pageOf,
  StatusJson,
  TokenInfoJson,
  unwrap,
} from "../../provider/client/codecs";
import {
  finalStates,
  readState,
  sameCounts,
  sumTotals,
  writeState,
} from "../../provider/client/commands/command-states";

function read<A>(codec: Type<A, unknown>, answer: unknown): A {
  const decoded = codec.decode(unwrap(answer));
  if (isRight(decoded)) return decoded.right;
  throw new Error(decoded.left.map(({ context }) => context.map(({ key }) => key).join(".")).join());
}

describe("what Esper answers", () => {
  const status = { id: "s", request: "r", device: "d", state: "Command Queued", reason: null };

  it("is read in its envelope and bare", () => {
    expect(read(AcceptedJson, { code: 201, message: "", content: { id: "r" } }).id).to.equal("r");
    expect(read(AcceptedJson, { id: "r", issued_by: { id: "u" } }).id).to.equal("r");
    expect(read(AcceptedJson, { id: "r", issued_by: "https://x/user/u/" }).id).to.equal("r");
  });

  it("is a list with or without results, whatever its links are called", () => {
    for (const links of [{ prev: null, next: null }, { previous: null, next: "http://elsewhere/" }, {}]) {
      expect(read(pageOf(StatusJson), { content: { count: 0, ...links, results: null } }).results).to.deep.equal([]);
      expect(read(pageOf(StatusJson), { count: 0, ...links, results: [] }).count).to.equal(0);
    }
  });

  it("has its dates under either name", () => {
    const at = "2026-01-01T00:00:00Z";
    expect(read(StatusJson, { ...status, created_at: at, updated_at: at }).updated_at).to.equal(at);
    expect(read(StatusJson, { ...status, created_on: at, updated_on: at }).updated_at).to.equal(at);
    expect(read(StatusJson, { ...status, created_on: at, updated_at: null }).updated_at).to.equal(at);
    expect(
      read(CommandJson, { id: "r", command: "X", command_type: "GROUP", created_on: at, devices: null }).created_at,
    ).to.equal(at);
  });

  it("has ids of a bounded length, and takes one out of a URL in no time, however many slashes that has", () => {
    const updated_on = "2026-01-01T00:00:00Z";
    expect(() => read(StatusJson, { ...status, updated_on, device: "d".repeat(1_001) })).to.throw(/device/);
    const startedAt = performance.now();
    expect(read(StatusJson, { ...status, updated_on, device: `${"/".repeat(3_000_000)}d4?x/y` }).device).to.equal("d4");
    expect(performance.now() - startedAt).to.be.below(5_000);
  });

  it("names a device by its id, by its URL, or in its meta data", () => {
    const updated_on = "2026-01-01T00:00:00Z";
    const url = "https://x.example/api/enterprise/e/device/d1/";
    expect(read(StatusJson, { ...status, updated_on, device: url }).device).to.equal("d1");
    expect(read(StatusJson, { ...status, updated_on, device: url, meta: { device: { id: "d2" } } }).device).to.equal(
      "d2",
    );
    expect(read(StatusJson, { ...status, updated_on, device: "d3" }).device).to.equal("d3");
  });

  it("may have nulls in a device, but no device without an id", () => {
    const bare = { id: "d", alias: null, serial: null, state: null, tags: null, group_id: null, software_info: null };
    expect(read(DeviceJson, { content: bare }).id).to.equal("d");
    expect(() => read(DeviceJson, { content: { name: "n" } })).to.throw("id");
  });

  it("has the enterprise id as text or as a URL, in an envelope or bare", () => {
    expect(read(TokenInfoJson, { id: 5, enterprise: "e", token: "t" }).enterprise).to.equal("e");
    expect(read(TokenInfoJson, { content: { enterprise: "https://x.example/api/enterprise/e/" } }).enterprise).to.equal(
      "e",
    );
  });
});

describe("the states of a command", () => {
  it("are read whatever their case, and written as Esper writes them", () => {
    for (const state of ["Queued", "In Progress", "TimeOut", "Success"] as const) {
      expect(readState(`Command ${state}`)).to.equal(state);
      expect(readState(`COMMAND ${state.toUpperCase()} `)).to.equal(state);
      expect(writeState(state)).to.equal(`Command ${state}`);
    }
  });

  it("that nobody knows are pending", () => {
    expect(readState("Command Requeued")).to.equal("Unknown");
    expect(finalStates).to.deep.equal(["Success", "Failure", "Cancelled"]);
    expect(
      sumTotals([
        { state: "Command A", total: 2 },
        { state: "Command B", total: 1 },
        { state: "Command Success", total: 0 },
      ]),
    ).to.deep.equal({ Unknown: 3 });
  });

  it("are counted only where a count can be one", () => {
    const totals = [-3, 1.5, 1e300, NaN, 2].map((total) => ({ state: "Command Success", total }));
    expect(sumTotals(totals)).to.deep.equal({ Success: 2 });
  });

  it("are counted alike when one is absent and when it is zero", () => {
    expect(sameCounts({ Success: 3 }, { Success: 3, Failure: 0 })).to.equal(true);
    expect(sameCounts({ Success: 3 }, { Success: 2, Failure: 1 })).to.equal(false);
    expect(sameCounts({}, { Queued: 1 })).to.equal(false);
  });
});
