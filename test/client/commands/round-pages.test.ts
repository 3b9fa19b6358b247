// A round of a wait that reads several pages, of which some fail: the page is asked for again, and the round is kept.

import { expect } from "chai";
import { startAnswering, type AnsweringServer } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, refusalOf } from "../harness";

const requests = ["r1", "r2"] as const;

describe("a round of three pages", () => {
  let server: AnsweringServer;
  afterEach(() => server.close());

  /** The counts of the first round that was seen, and how often each page was asked for by then. */
  const firstRound = async (failures: (offset: number) => number) => {
    const asked = new Map<number, number>();
    const rows = Array.from({ length: 30 }, (_, index) => ({
      ...{ id: `row-${String(index)}`, request: requests[index % 2], device: `d${String(index)}` },
      ...{ state: "Command Success", updated_at: "2026-01-01T00:00:00Z" },
    }));
    server = await startAnswering(({ query }) => {
      const offset = Number(query.get("offset"));
      const times = (asked.get(offset) ?? 0) + 1;
      asked.set(offset, times);
      if (times <= failures(offset)) return { status: 500 };
      return { body: { content: { count: 30, results: rows.slice(offset, offset + 10) } } };
    });
    const { client, clock } = benchFor(server.url, quickClock(50));
    const watched = requests.map((requestId) => ({ requestId, devices: 15 }));
    for await (const seen of client.watch(watched, clock.now() + 10_000)) {
      return { counts: requests.map((id) => seen.get(id)?.counts), asked: [...asked] };
    }
    throw new Error("No round was seen.");
  };

  it("is whole though one of its pages failed three times, and asks for no other page again", async () => {
    const { counts, asked } = await firstRound((offset) => (offset === 20 ? 3 : 0));
    expect(counts).to.deep.equal([{ Success: 15 }, { Success: 15 }]);
    expect(asked).to.deep.equal([
      [0, 1],
      [10, 1],
      [20, 4],
    ]);
  });

  it("is given up where one of its pages fails on, and with it the wait", async () => {
    const error = await refusalOf(firstRound((offset) => (offset === 20 ? Infinity : 0)));
    expect(error.message).to.include("Esper failed (500)");
  });
});
