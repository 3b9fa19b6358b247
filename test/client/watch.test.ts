import { expect } from "chai";
import type { Sighting, Watched } from "../../provider/client/client";
import { Poller } from "../../provider/client/commands/poll";
import type { Round } from "../../provider/client/commands/endpoint";
import { finalStates } from "../../provider/client/commands/command-states";
import { startAnswering } from "../support/answering-server";
import { quickClock, steppedClock } from "../support/quick-clock";
import { benchFor, commandFor, refusalOf, tenantBench, type TenantBench } from "./harness";

const endOf = async (
  { client, clock }: TenantBench,
  watched: readonly Watched[],
  isOver: (seen: ReadonlyMap<string, Sighting>) => boolean,
  forMs = 120_000,
): Promise<readonly ReadonlyMap<string, Sighting>[]> => {
  const rounds: ReadonlyMap<string, Sighting>[] = [];
  for await (const seen of client.watch(watched, clock.now() + forMs)) {
    rounds.push(seen);
    if (isOver(seen)) break;
  }
  return rounds;
};

const allSucceeded =
  (watched: readonly Watched[]) =>
  (seen: ReadonlyMap<string, Sighting>): boolean =>
    watched.every(({ requestId, devices }) => (seen.get(requestId)?.counts.Success ?? 0) >= devices);

for (const commandsApi of ["request", "v2"] as const) {
  describe(`watching commands (${commandsApi})`, () => {
    let bench: TenantBench;
    const start = async (devices: number, faults = {}): Promise<string[]> => {
      bench = await tenantBench(
        { devices, faults, deviceMs: 2000, pageSize: 250 },
        { speed: 10, settings: { commandsApi } },
      );
      return bench.sim.world.devices().map(({ id }) => id);
    };
    afterEach(() => bench.sim.close());

    it("sees a few devices row by row, pending first", async () => {
      const ids = await start(3);
      const { id } = await bench.client.send(commandFor(ids));
      const watched = [{ requestId: id, devices: 3 }];
      const rounds = await endOf(bench, watched, allSucceeded(watched));
      expect(rounds[0]?.get(id)?.counts.Success ?? 0).to.equal(0);
      const rows = rounds.at(-1)?.get(id)?.rows ?? [];
      expect(rows.map(({ deviceId }) => deviceId)).to.have.members(ids);
      expect(rows.every(({ state, requestId }) => finalStates.includes(state) && requestId === id)).to.be.true;
    });

    it("reads 400 waits of one device each in a few reads a round", async function () {
      this.timeout(60_000);
      const ids = await start(400);
      const sent = await Promise.all(ids.map((id) => bench.client.send(commandFor([id]))));
      bench.sim.resetTraffic();
      let rounds = 0;
      await Promise.all(
        sent.map(async ({ id }) => {
          const watched = [{ requestId: id, devices: 1 }];
          rounds = Math.max(rounds, (await endOf(bench, watched, allSucceeded(watched))).length);
        }),
      );
      const { byRoute } = bench.sim.traffic;
      const perRoundReads =
        commandsApi === "v2" ? byRoute["GET /v0/enterprise/{enterprise_id}/command/"] : bench.sim.traffic.total;
      expect(perRoundReads ?? 0).to.be.at.most(10 * (rounds + 3));
    });

    it("costs one read a round for a large request", async () => {
      const ids = await start(300);
      const { id } = await bench.client.send(commandFor(ids));
      bench.sim.resetTraffic();
      const watched = [{ requestId: id, devices: 300 }];
      const rounds = await endOf(bench, watched, allSucceeded(watched));
      expect(rounds.at(-1)?.get(id)).to.deep.include({ counts: { Success: 300 } });
      expect(bench.sim.traffic.total).to.be.at.most(rounds.length + 1);
    });

    it("goes on after rounds that failed", async () => {
      const ids = await start(2);
      const { id } = await bench.client.send(commandFor(ids));
      bench.sim.faults.set({ failEveryNthRead: { n: 2 } });
      const watched = [{ requestId: id, devices: 2 }];
      const rounds = await endOf(bench, watched, allSucceeded(watched));
      expect(rounds.at(-1)?.get(id)?.counts).to.deep.equal({ Success: 2 });
    });

    it("takes a state that it does not know for pending, and names it once", async () => {
      const ids = await start(2, { unknownState: { name: "Command Requeued" } });
      const { id } = await bench.client.send(commandFor(ids));
      const watched = [{ requestId: id, devices: 2 }];
      const rounds = await endOf(bench, watched, allSucceeded(watched));
      expect(rounds.some((seen) => (seen.get(id)?.counts.Unknown ?? 0) > 0)).to.be.true;
      expect(bench.said.filter((line) => line.includes('"Command Requeued"; it counts as pending'))).to.have.length(1);
    });

    it("keeps what was last seen of a request that Esper forgets", async () => {
      const ids = await start(2);
      bench.sim.world.setOnline(ids[0] ?? "", false);
      const { id } = await bench.client.send(commandFor(ids));
      const watched = [{ requestId: id, devices: 2 }];
      let rounds = 0;
      let last: Sighting | undefined;
      for await (const seen of bench.client.watch(watched, bench.clock.now() + 20_000)) {
        rounds += 1;
        last = seen.get(id);
        if (last?.counts.Success === 1) bench.sim.faults.set({ historyPurged: {} });
      }
      expect(last?.counts).to.deep.equal({ Success: 1, Queued: 1 });
      expect(rounds).to.be.above(3);
      expect(await bench.client.rows({ requestIds: [id] })).to.deep.equal([]);
      expect(await bench.client.counts(id)).to.be.undefined;
    });

    it("reads rows by state", async () => {
      const ids = await start(12);
      bench.sim.world.failWith(ids[3] ?? "", "no space left");
      const { id } = await bench.client.send(commandFor(ids));
      const watched = [{ requestId: id, devices: 12 }];
      await endOf(bench, watched, (seen) => {
        const { Success = 0, Failure = 0 } = seen.get(id)?.counts ?? {};
        return Success + Failure === 12;
      });
      const failed = await bench.client.rows({ requestIds: [id], states: ["Failure", "TimeOut"] });
      expect(failed.map(({ deviceId, reason }) => [deviceId, reason])).to.deep.equal([[ids[3], "no space left"]]);
    });

    it("counts by rows when the route of the counts is missing", async () => {
      const ids = await start(40, { countsRouteMissing: {} });
      const { id } = await bench.client.send(commandFor(ids));
      const watched = [{ requestId: id, devices: 40 }];
      const rounds = await endOf(bench, watched, allSucceeded(watched));
      expect(rounds.at(-1)?.get(id)?.counts).to.deep.equal({ Success: 40 });
    });
  });
}

describe("the counts of large requests", () => {
  it("are read by their route also when those of several new requests came late", async () => {
    const clock = quickClock(200);
    const bornAtMs = clock.now();
    const server = await startAnswering(({ path }) => {
      if (path.endsWith("/stats/")) {
        const status = [{ state: "Command Success", total: 1000 }];
        return clock.now() < bornAtMs + 5_000 ? { status: 404 } : { body: { content: { status } } };
      }
      return { body: { content: path.includes("/status/") ? { count: 0, results: [] } : { id: "r" } } };
    });
    const { client } = benchFor(server.url, clock);
    const waits = ["r1", "r2", "r3", "r4"].map(async (requestId) => {
      for await (const seen of client.watch([{ requestId, devices: 1000 }], clock.now() + 180_000)) {
        if (seen.get(requestId)?.counts.Success === 1000) return true;
      }
      return false;
    });
    const found = await Promise.all(waits);
    await server.close();
    expect(found).to.deep.equal([true, true, true, true]);
  });
});

describe("cancelling a command", () => {
  it("is done while it waits, and too late afterwards", async () => {
    const bench = await tenantBench({ devices: 2 }, { speed: 10 });
    const [online = "", offline = ""] = bench.sim.world.devices().map(({ id }) => id);
    bench.sim.world.setOnline(offline, false);
    const { id } = await bench.client.send(commandFor([online, offline]));
    const watched = [{ requestId: id, devices: 2 }];
    await endOf(bench, watched, (seen) => seen.get(id)?.counts.Success === 1);
    const rows = await bench.client.rows({ requestIds: [id] });
    const rowOf = (device: string) => rows.find(({ deviceId }) => deviceId === device) ?? expect.fail("no row");
    expect(await bench.client.cancel([rowOf(offline), rowOf(online)])).to.deep.equal([rowOf(online)]);
    expect(await bench.client.counts(id)).to.deep.equal({ Success: 1, Cancelled: 1 });
    await bench.sim.close();
  });

  it("is done also when the answer to it has no body, as a 204 has none", async () => {
    const row = { id: "s", request: "r", device: "d", state: "Command Cancelled", updated_at: "2026-11-20T12:00:00Z" };
    const server = await startAnswering(({ method }) =>
      method === "PUT" ? { status: 204 } : { body: { count: 1, results: [row] } },
    );
    const { client } = benchFor(server.url, quickClock(100));
    const waiting = { id: "s", requestId: "r", deviceId: "d", state: "Queued", stateText: "Command Queued" } as const;
    expect(await client.cancel([{ ...waiting, updatedAt: row.updated_at }])).to.deep.equal([]);
    await server.close();
    expect(server.asked.map(({ method }) => method)).to.deep.equal(["PUT", "GET"]);
  });

  it("is done also when the answer to it was lost", async () => {
    const bench = await tenantBench({ devices: 1, faults: {} }, { speed: 50 });
    const [device = ""] = bench.sim.world.devices().map(({ id }) => id);
    bench.sim.world.setOnline(device, false);
    const { id } = await bench.client.send(commandFor([device]));
    const [row] = await bench.client.rows({ requestIds: [id] });
    bench.sim.faults.set({ emptyBodies: { times: 1, on: ["cancel"] } });
    expect(await bench.client.cancel([row ?? expect.fail("no row")])).to.deep.equal([]);
    await bench.sim.close();
  });

  it("is looked at again, so that what still waits is not believed to be cancelled", async () => {
    const row = { id: "s", request: "r", device: "d", state: "Command Scheduled", updated_at: "2026-11-20T12:00:00Z" };
    const server = await startAnswering(({ method }) =>
      method === "PUT" ? { body: { ...row, state: "Command Cancelled" } } : { body: { count: 1, results: [row] } },
    );
    const { client } = benchFor(server.url, quickClock(100));
    const rows = await client.rows({ requestIds: ["r"] });
    expect(await client.cancel(rows)).to.deep.equal(rows);
    await server.close();
  });

  it("is not there on the V2 endpoint, which is said once", async () => {
    const bench = await tenantBench({ devices: 1 }, { settings: { commandsApi: "v2" } });
    const row = {
      id: "s",
      requestId: "r",
      deviceId: "d",
      state: "Queued",
      stateText: "Command Queued",
      updatedAt: "",
    } as const;
    expect([await bench.client.cancel([row]), await bench.client.cancel([row])]).to.deep.equal([[row], [row]]);
    expect(bench.said).to.have.length(1);
    await bench.sim.close();
  });
});

describe("the rounds of a wait", () => {
  const seen = (id: string, counts: Sighting["counts"]): Round => ({
    sightings: new Map([[id, { counts }]]),
    failures: new Map(),
  });
  const failure = new Error("the last failure");
  const failed = (id: string): Round => ({ sightings: new Map(), failures: new Map([[id, failure]]) });

  /** Watches one request of one device; gives the instants of its reads. */
  const watchOne = (look: (round: number) => Promise<Round>, forMs: number) => {
    const clock = steppedClock();
    const startMs = clock.now();
    const readAtMs: number[] = [];
    const poller = new Poller({
      clock,
      pollMs: 250,
      graceMs: 30_000,
      look: () => {
        readAtMs.push(clock.now() - startMs);
        return look(readAtMs.length);
      },
    });
    const rounds: Sighting["counts"][] = [];
    const end = (async (): Promise<void> => {
      for await (const round of poller.watch([{ requestId: "r", devices: 1 }], startMs + forMs)) {
        rounds.push(round.get("r")?.counts ?? {});
      }
    })();
    return { clock, readAtMs, rounds, end };
  };

  it("begin soon, come every quarter of a second, then more slowly, and end with a last one", async () => {
    const { clock, readAtMs, end } = watchOne(() => Promise.resolve(seen("r", { Queued: 1 })), 300_000);
    await clock.pass(301_000);
    await end;
    const gaps = readAtMs.slice(1).map((at, index) => at - (readAtMs[index] ?? 0));
    expect(readAtMs[0]).to.be.within(0, 50);
    expect(gaps[0]).to.be.within(250, 300);
    expect(Math.max(...gaps)).to.be.within(15_000, 15_100);
    expect(readAtMs.at(-1)).to.be.within(300_000, 300_100);
    expect(readAtMs).to.have.length.below(50);
  });

  it("that fail all to the end end with the last error", async () => {
    const { clock, end, rounds } = watchOne(() => Promise.resolve(failed("r")), 10_000);
    const error = refusalOf(end);
    await clock.pass(11_000);
    expect(await error).to.equal(failure);
    expect(rounds).to.be.empty;
  });

  it("that fail at the end only keep what was seen", async () => {
    const { clock, end, rounds } = watchOne(
      (round) => Promise.resolve(round === 1 ? seen("r", { Queued: 1 }) : failed("r")),
      10_000,
    );
    await clock.pass(11_000);
    await end;
    expect(rounds.at(-1)).to.deep.equal({ Queued: 1 });
  });

  it("that never come back do not hold a wait beyond its end", async () => {
    const { clock, end } = watchOne(() => new Promise(() => undefined), 10_000);
    const error = refusalOf(end);
    await clock.pass(41_000);
    expect(await error).to.include({ name: "NetworkError", reason: "timedOut" });
    expect((await error).message).to.include("before the wait was over");
  });

  it("are over for a request that is settled: it is not read again", async () => {
    const asked: number[] = [];
    const clock = steppedClock();
    const poller = new Poller({
      clock,
      pollMs: 250,
      graceMs: 1000,
      look: (requests) => {
        asked.push(requests.length);
        return Promise.resolve(seen("r", { Success: 1 }));
      },
    });
    const end = (async (): Promise<void> => {
      for await (const round of poller.watch([{ requestId: "r", devices: 1 }], clock.now() + 5000))
        expect(round.size).to.equal(1);
    })();
    await clock.pass(6000);
    await end;
    expect(asked.slice(1).every((count) => count === 0)).to.be.true;
  });
});

describe("the first look at what was sent", () => {
  /** An engine that runs some operations at a time: each sends to one device and waits for it. */
  const runEngine = (
    operations: number,
    {
      answerMs,
      sendMs,
      saveMs,
      atOnce = 8,
      chainFrom = Infinity,
    }: {
      readonly answerMs: (operation: number) => number;
      readonly sendMs: (operation: number) => number;
      /** How long a save of the engine's state takes. */
      readonly saveMs?: (operation: number) => number;
      readonly atOnce?: number;
      /** From this operation on one begins after the other. */
      readonly chainFrom?: number;
    },
  ) => {
    const clock = steppedClock();
    const startMs = clock.now();
    const sentAtMs = new Map<string, number>();
    const looks: (readonly string[])[] = [];
    const ageAtFirstLookMs: number[] = [];
    const poller = new Poller({
      clock,
      pollMs: 250,
      graceMs: 30_000,
      look: async (requests) => {
        looks.push(requests.map(({ requestId }) => requestId));
        for (const { requestId } of requests) {
          ageAtFirstLookMs[Number(requestId)] ??= clock.now() - (sentAtMs.get(requestId) ?? NaN);
        }
        await clock.sleep(10);
        const isDone = (id: string): boolean => clock.now() - (sentAtMs.get(id) ?? Infinity) >= answerMs(Number(id));
        return {
          sightings: new Map(
            requests.map(({ requestId }) => [requestId, { counts: { [isDone(requestId) ? "Success" : "Queued"]: 1 } }]),
          ),
          failures: new Map(),
        };
      },
    });
    let next = 0;
    const tookMs: number[] = [];
    let lastSave = Promise.resolve();
    // One after the other, before and after each operation.
    const save = async (ms: number): Promise<void> => {
      lastSave = lastSave.then(() => clock.sleep(ms));
      await lastSave;
    };
    const worker = async (_: unknown, index: number): Promise<void> => {
      for (let own = next++; own < operations; own = next++) {
        // What the engine itself does between two operations.
        if (saveMs === undefined) await clock.sleep((own * 7) % 30);
        else await save(saveMs(own));
        const id = String(own);
        await poller.whileSending(() => clock.sleep(sendMs(own)));
        sentAtMs.set(id, clock.now());
        for await (const seen of poller.watch([{ requestId: id, devices: 1 }], clock.now() + 600_000)) {
          if (seen.get(id)?.counts.Success === 1) break;
        }
        tookMs[own] = clock.now() - (sentAtMs.get(id) ?? NaN);
        if (saveMs !== undefined) await save(saveMs(own));
        if (index > 0 && next >= chainFrom) return;
      }
    };
    const end = Promise.all(Array.from({ length: atOnce }, worker)).then(() => clock.now() - startMs);
    return { clock, looks, ageAtFirstLookMs, tookMs, end };
  };
  const mostOf = (values: readonly number[]): number => Math.max(...values);

  it("is one for all who send at the same time: 400 commands, eight at a time, cost at most 60", async () => {
    const { clock, looks, end } = runEngine(400, { answerMs: () => 0, sendMs: (own) => 10 + ((own * 13) % 25) });
    await clock.pass(60_000);
    expect(await end).to.be.below(50 * 120);
    expect(looks).to.have.length.within(50, 60);
  });

  const savesOf = (mostMs: number) => (own: number) => mostMs / 2 + ((own * 37) % (mostMs / 2));
  const quick = { answerMs: () => 0, sendMs: (own: number) => 20 + ((own * 13) % 25) };

  for (const [mostMs, words] of [
    [20, "a quick engine"],
    [120, "one that takes a tenth of a second to save its state"],
    [220, "one that takes a fifth"],
  ] as const) {
    for (const [atOnce, most] of [
      [8, 70],
      [16, 90],
      [32, 90],
    ] as const) {
      it(`is one for all under ${words}: 400 commands, ${atOnce} at a time, cost at most ${most}`, async () => {
        const { clock, looks, end } = runEngine(400, { ...quick, saveMs: savesOf(mostMs), atOnce });
        await clock.pass(400_000);
        await end;
        expect(looks).to.have.length.within(400 / atOnce, most);
      });
    }

    it(`is not waited for by few operations one after the other, under ${words}`, async () => {
      for (const operations of [2, 5]) {
        const { clock, end } = runEngine(operations, { ...quick, saveMs: () => mostMs, atOnce: 1 });
        await clock.pass(20_000);
        expect(await end).to.be.below(operations * (2 * mostMs + 45 + 20 + 10 + 5));
      }
    });
  }

  it("waits no more than three times for a batch that is over", async () => {
    const chain = { ...quick, saveMs: () => 20 };
    const { clock, end } = runEngine(20, { ...chain, atOnce: 8, chainFrom: 8 });
    const alone = runEngine(12, { ...chain, atOnce: 1 });
    await Promise.all([clock.pass(60_000), alone.clock.pass(60_000)]);
    const batchMs = 8 * 2 * 20 + 45 + 20 + 10;
    expect((await end) - (await alone.end)).to.be.below(batchMs + 3 * 250 + 100);
  });

  it("hardly waits for company where operations come one after the other", async () => {
    const { clock, looks, end } = runEngine(200, {
      ...{ answerMs: () => 0, sendMs: () => 20, saveMs: () => 40, atOnce: 1 },
    });
    await clock.pass(60_000);
    const aloneMs = 40 + 20 + 20 + 10 + 40;
    expect(await end).to.be.below(200 * aloneMs * 1.15);
    expect(looks).to.have.length(200);
  });

  it("is not held up by somebody whose command takes long to send", async () => {
    const { clock, tookMs, end } = runEngine(200, { answerMs: () => 0, sendMs: (own) => (own === 3 ? 9_000 : 20) });
    await clock.pass(60_000);
    expect(await end).to.be.below(12_000);
    expect(mostOf(tookMs)).to.be.below(300);
    expect(mostOf(tookMs.slice(80, 180)), "once it is known to be slow").to.be.below(100);
  });

  it("does not come soon where devices take seconds, and does again when they are quick", async () => {
    const { clock, looks, ageAtFirstLookMs, tookMs, end } = runEngine(160, {
      answerMs: (own) => (own < 80 ? 3_000 : 0),
      sendMs: () => 20,
    });
    await clock.pass(120_000);
    await end;
    const isFirst = (id: string, look: number): boolean => !looks.slice(0, look).flat().includes(id);
    const firstLooks = looks.filter((ids, look) => ids.some((id) => Number(id) < 80 && isFirst(id, look)));
    expect(firstLooks.length).to.be.at.most(80 / 8 + 5);
    expect(mostOf(ageAtFirstLookMs.slice(0, 8))).to.be.below(100);
    expect(ageAtFirstLookMs.slice(8, 80).filter((ageMs) => ageMs < 100)).to.have.length.below(8);
    // Four a second at first, then fewer; those of one time are shared.
    expect(looks.length).to.be.below(10 * 12 + 80 / 8 + 8);
    expect(mostOf(tookMs.slice(100))).to.be.below(250);
  });
});
