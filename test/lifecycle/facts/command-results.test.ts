import { expect } from "chai";
import fc from "fast-check";
import type { CommandState, StatusRow } from "../../../provider/client/client";
import { CommandResults } from "../../../provider/lifecycle/facts/command-results";
import { coverageOf, deviceStatuses, type DeviceStatus } from "../../../provider/lifecycle/facts/device-status";
import { countOf, fakeClient, type FakeClient } from "../fake-client";
import { devices, entry, nowMs, request, row, uuid } from "../given";

const states: readonly CommandState[] = [
  ...(["Queued", "Scheduled", "Initiated", "Acknowledged", "In Progress"] as const),
  ...(["Success", "Failure", "Cancelled", "TimeOut"] as const),
];

function rowsOf(all: readonly CommandState[], requestId = "r1"): readonly StatusRow[] {
  return all.map((state, number) => row(number, state, { requestId }));
}

function many(count: number, state: CommandState): readonly CommandState[] {
  return Array.from({ length: count }, () => state);
}

interface Bench extends FakeClient {
  readonly results: CommandResults;
}

function bench(...given: Parameters<typeof fakeClient>): Bench {
  const fake = fakeClient(...given);
  return { ...fake, results: new CommandResults(fake.client) };
}

describe("what Esper says of requests", () => {
  it("reads small requests row by row, all in one exchange", async () => {
    const { results, asked } = bench((id) => rowsOf(id === "r1" ? many(25, "Success") : ["Failure"], id));
    await results.look([request({ id: "r1", devices: 25 }), request({ id: "r2", devices: 1 })]);
    expect(asked).to.deep.equal(["rows r1 r2"]);
    expect(results.countsOf("r1")).to.deep.equal({ Success: 25 });
    expect(results.countsOf("r2")).to.deep.equal({ Failure: 1 });
  });

  it("reads of a large request its counts alone", async () => {
    const { results, asked } = bench(() => rowsOf([...many(9_997, "Success"), ...many(3, "Failure")]));
    await results.look([request({ id: "r1", devices: 10_000 })]);
    expect(asked).to.deep.equal(["counts r1"]);
    expect(results.countsOf("r1")).to.deep.equal({ Success: 9_997, Failure: 3 });
  });

  it("knows nothing of a request it never saw", () => {
    expect(bench(() => []).results.countsOf("r1")).to.deep.equal({});
  });

  for (const size of [3, 300]) {
    it(`remembers that Esper has forgotten a request to ${size} devices`, async () => {
      const { results } = bench((id) => (id === "gone" ? undefined : rowsOf(many(size, "Success"), id)));
      await results.look([request({ id: "gone", devices: size }), request({ id: "r1", devices: size })]);
      expect([...results.forgotten]).to.deep.equal(["gone"]);
    });
  }

  it("asks for no row when all have succeeded and it is known who they are", async () => {
    const { results, asked } = bench(() => rowsOf(many(500, "Success")));
    const sent = request({ id: "r1", devices: 500 });
    await results.look([sent]);
    expect(await results.answers(sent, true)).to.deep.equal({ rows: new Map(), othersSucceeded: true });
    expect(asked).to.deep.equal(["counts r1"]);
  });

  it("reads only the rows that are no success when it is known to whom it was sent", async () => {
    const { results, asked } = bench(() => rowsOf([...many(497, "Success"), "Failure", "TimeOut", "Queued"]));
    const sent = request({ id: "r1", devices: 500 });
    await results.look([sent]);
    const { rows, othersSucceeded } = await results.answers(sent, true);
    expect([...rows.keys()]).to.deep.equal([uuid(497), uuid(498), uuid(499)]);
    expect(othersSucceeded).to.equal(true);
    expect(asked).to.have.length(2);
  });

  it("reads all rows when it is not known to whom it was sent", async () => {
    const { results } = bench(() => rowsOf([...many(99, "Success"), "Failure"]));
    const sent = request({ id: "r1", devices: 100 });
    await results.look([sent]);
    const { rows, othersSucceeded } = await results.answers(sent, false);
    expect(rows.size).to.equal(100);
    expect(othersSucceeded).to.equal(false);
  });

  it("reads all rows when some are not there yet: an absent row is no success", async () => {
    const { results } = bench(() => rowsOf(many(60, "Success")));
    const sent = request({ id: "r1", devices: 100 });
    await results.look([sent]);
    expect(await results.answers(sent, true)).to.include({ othersSucceeded: false });
  });

  for (const [title, old, absent, asksById] of [
    ["asks for the rows of devices that are no members alone, and takes those off the counts", 2, [], true],
    ["reads all rows where the counts, less those, lack somebody", 2, [7], true],
    ["reads all rows where a device that was no member has left since", 1, [], false],
  ] as const) {
    it(title, async () => {
      const rows = rowsOf(many(1_002, "Success")).filter((_, index) => !absent.some((number) => number === index));
      const fake = fakeClient(() => rows);
      const others = new Set([uuid(1_000), uuid(1_001)].slice(0, old));
      const results = new CommandResults(fake.client, undefined, others);
      const sent = request({ id: "r1", devices: 1_000, unsupported: 2 });

      await results.look([sent]);
      const { othersSucceeded } = await results.answers(sent, true);
      expect(othersSucceeded).to.equal(asksById && absent.length === 0);
      expect(fake.asked.some((question) => question.includes(uuid(1_000)))).to.equal(asksById);
    });
  }

  it("reads all rows when a state has a name that nobody can ask for", async () => {
    const { results } = bench(() => rowsOf([...many(99, "Success"), "Unknown"]));
    const sent = request({ id: "r1", devices: 100 });
    await results.look([sent]);
    const { rows } = await results.answers(sent, true);
    expect(rows.get(uuid(99))).to.include({ state: "Unknown" });
  });

  it("reads the same answers once, and again when the counts have changed", async () => {
    const { results, asked, clock } = bench((_id, passedMs) =>
      rowsOf([...many(99, "Success"), passedMs < 1_000 ? "In Progress" : "Failure"]),
    );
    const sent = request({ id: "r1", devices: 100 });
    const rowReads = (): number => asked.filter((question) => question.startsWith("rows")).length;
    await results.look([sent]);
    await results.answers(sent, true);
    await results.look([sent]);
    await results.answers(sent, true);
    expect(rowReads()).to.equal(1);
    await clock.pass(1_000);
    await results.look([sent]);
    const { rows } = await results.answers(sent, true);
    expect(rows.get(uuid(99))).to.include({ state: "Failure" });
    expect(rowReads()).to.equal(2);
  });

  it("never takes a device for installed that failed between the counts and the rows", async () => {
    const { results } = bench(
      (_id, passedMs) => rowsOf([...many(99, "Success"), passedMs < 1_000 ? "In Progress" : "Failure"]),
      { exchangeMs: 1_000 },
    );
    const sent = request({ id: "r1", devices: 100 });
    await results.look([sent]);
    const history = [
      entry(
        sent,
        await results.answers(sent, true),
        devices(100).map(({ id }) => id),
      ),
    ];
    expect(deviceStatuses(devices(100), history, nowMs)[99]).to.include({ phase: "failed", state: "Failure" });
  });

  it("tells the same by exceptions as by all rows", async () => {
    const world = fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(world, async (all) => {
        const { results } = bench(() => rowsOf(all));
        const sent = request({ id: "r1", devices: all.length });
        const members = devices(all.length);
        const statusesFor = async (known: boolean): Promise<readonly DeviceStatus[]> => {
          const sentTo = known ? members.map(({ id }) => id) : [];
          return deviceStatuses(members, [entry(sent, await results.answers(sent, known), sentTo)], nowMs);
        };
        await results.look([sent]);
        const byExceptions = await statusesFor(true);
        const byRows = await statusesFor(false);
        expect(coverageOf(byExceptions, 0)).to.deep.equal(coverageOf(byRows, 0));
        expect(results.countsOf("r1")).to.deep.equal(countOf(rowsOf(all)));
      }),
      { numRuns: 50 },
    );
  });
});
