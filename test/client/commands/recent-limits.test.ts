// The list of the tenant's commands where it has no end, lies about its length, or has dates that cannot be: how far it
// is read, and that it then says so.

import { expect } from "chai";
import { startAnswering, type AnsweringServer } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, commandFor, tenantBench } from "../harness";

const install = "INSTALL_CERTIFICATE";
const year = 365 * 24 * 3_600_000;

interface Shape {
  readonly rows: number;
  readonly pageRows: number;
  readonly count?: number;
  /** Seconds before the newest. */
  readonly ageOf: (place: number) => number;
}

describe("the tenant's list of commands", function () {
  this.timeout(60_000);
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const found = async ({ rows, pageRows, count, ageOf }: Shape) => {
    const newestMs = Date.now();
    server = await startAnswering(({ query }) => {
      const offset = Number(query.get("offset"));
      const length = Math.max(0, Math.min(pageRows, rows - offset));
      const results = Array.from({ length }, (_, index) => ({
        ...{ id: String(offset + index), command: install, command_type: "DEVICE" },
        created_at: new Date(newestMs - 1000 * ageOf(offset + index)).toISOString(),
      }));
      return { body: { content: { count, results } } };
    });
    const { client } = benchFor(server.url, quickClock(100), { requestTimeoutMs: 3_600_000 });
    const sinceAt = new Date(newestMs - 20 * year).toISOString();
    const { commands, isComplete } = await client.commandsSince({ commands: [install], sinceAt, maxAgeMs: 0 });
    // Of the one page of all commands nothing is told here.
    return { found: commands.length, isComplete, asked: server.asked.length - 1 };
  };

  it("without an end is read for 400 pages where it is in order", async () => {
    expect(await found({ rows: Infinity, pageRows: 1, ageOf: (place) => place })).to.deep.equal({
      ...{ found: 400, isComplete: false, asked: 400 },
    });
  });

  it("without an end is read for 40 pages where it is in no order", async () => {
    expect(await found({ rows: Infinity, pageRows: 3, ageOf: (place) => (place % 3) % 2 })).to.deep.equal({
      ...{ found: 120, isComplete: false, asked: 40 },
    });
  });

  it("without an end is read up to 100,000 requests", async () => {
    expect(await found({ rows: Infinity, pageRows: 5000, ageOf: (place) => place })).to.deep.equal({
      ...{ found: 100_000, isComplete: false, asked: 20 },
    });
  });

  for (const [order, sign] of [
    ["newest", 1],
    ["oldest", -1],
  ] as const) {
    for (const count of [-1, 10]) {
      it(`of 130 rows, the ${order} first, that says it has ${String(count)} is read to its end`, async () => {
        const ageOf = (place: number): number => 500 + sign * place;
        const { found: rows, isComplete } = await found({ rows: 130, pageRows: 50, count, ageOf });
        expect(rows).to.equal(130);
        expect(isComplete).to.equal(true);
      });
    }
  }

  for (const commandsApi of ["request", "v2"] as const) {
    it(`with dates that lie ten years ahead has what was sent, as made just now, and a wait for it ends (${commandsApi})`, async () => {
      const faults = { createdAtAheadMs: { ms: 10 * year }, cutPostAfterAccept: { times: 1 } };
      const { client, clock, sim } = await tenantBench({ devices: 2, faults }, { settings: { commandsApi } });
      const sinceAt = new Date(clock.now() - 60_000).toISOString();
      const { id } = await client.send(commandFor(sim.world.devices().map((device) => device.id)));
      const { commands } = await client.commandsSince({ commands: [install], sinceAt, maxAgeMs: 0 });
      let succeeded = 0;
      for await (const seen of client.watch([{ requestId: id, devices: 2 }], clock.now() + 60_000)) {
        succeeded = seen.get(id)?.counts.Success ?? 0;
        if (succeeded === 2) break;
      }
      const sent = sim.world.commandLog.length;
      await sim.close();
      expect(sent).to.equal(1);
      expect(commands.map((one) => one.id)).to.deep.equal([id]);
      expect(Date.parse(commands[0]?.createdAt ?? "")).to.be.within(clock.now() - 120_000, clock.now() + 5000);
      expect(succeeded).to.equal(2);
    });
  }
});
