// Lists of Esper's whose pages overlap, fail, lie about their length or have no end: what is read of them, and how often.

import { expect } from "chai";
import { startAnswering, type AnsweringServer, type Asked, type Reply } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, refusalOf, tenantBench } from "../harness";

const list = "GET /v2/devices/";
const devicesAt = (offset: number, number: number): readonly { readonly id: string }[] =>
  Array.from({ length: Math.max(0, number) }, (_, index) => ({ id: `device-${String(offset + index)}` }));

describe("a list of devices", () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const readAt = async (reply: (asked: Asked, index: number) => Reply, speed = 50, requestTimeoutMs = 3_600_000) => {
    server = await startAnswering(reply);
    return benchFor(server.url, quickClock(speed), { requestTimeoutMs }).client;
  };
  const limits = (): readonly number[] => server?.asked.map(({ query }) => Number(query.get("limit"))) ?? [];

  it("whose pages overlap once is read a second time, and is whole then", async () => {
    const bench = await tenantBench({ devices: 20, pageSize: 7, faults: { overlappingPages: { times: 1 } } });
    const { byId, addsUp } = await bench.client.devices({}, 0);
    const { [list]: reads } = bench.sim.traffic.byRoute;
    await bench.sim.close();
    expect(byId).to.have.property("size", 20);
    expect(addsUp).to.equal(true);
    expect(reads).to.equal(2 * 3);
  });

  it("whose pages overlap each time is read three times, and says that one may be missing", async () => {
    const bench = await tenantBench({ devices: 20, pageSize: 7, faults: { overlappingPages: {} } });
    const { byId, addsUp } = await bench.client.devices({}, 0);
    const { [list]: reads } = bench.sim.traffic.byRoute;
    await bench.sim.close();
    expect(byId).to.have.property("size", 19);
    expect(addsUp).to.equal(false);
    expect(reads).to.equal(3 * 3);
  });

  it("that adds up at the second read lacks what only the first has seen", async () => {
    const client = await readAt((_, index) => {
      const results = index === 0 ? devicesAt(0, 2) : index === 1 ? [] : devicesAt(1, 2);
      return { body: { content: { count: index < 2 ? 3 : 2, results } } };
    });
    const { byId, addsUp } = await client.devices({}, 0);
    expect([...byId.keys()]).to.deep.equal(["device-1", "device-2"]);
    expect(addsUp).to.equal(true);
  });

  for (const count of [2, -1, null]) {
    it(`of five rows that says it has ${String(count)} is read to its end`, async () => {
      const client = await readAt(({ query }) => {
        const offset = Number(query.get("offset"));
        return { body: { content: { count, results: devicesAt(offset, Math.min(3, 5 - offset)) } } };
      });
      const { byId, addsUp } = await client.devices({}, 0);
      expect(byId).to.have.property("size", 5);
      expect(addsUp).to.equal(true);
    });
  }

  for (const status of [413, 502, 503, 504, "no answer in time"] as const) {
    it(`whose large pages end with ${String(status)} is read in halves, down to 100 rows, and so from then on`, async () => {
      const client = await readAt(
        ({ query }) => {
          const [limit, offset] = [Number(query.get("limit")), Number(query.get("offset"))];
          if (limit > 100) return typeof status === "number" ? { status } : () => undefined;
          return { body: { content: { count: 250, results: devicesAt(offset, Math.min(limit, 250 - offset)) } } };
        },
        60,
        typeof status === "number" ? 3_600_000 : 30_000,
      );
      expect((await client.devices({}, 0)).byId).to.have.property("size", 250);
      expect(limits()).to.deep.equal([1000, 500, 250, 125, 100, 100, 100]);
      await client.devices({ search: "again" }, 0);
      expect(limits().slice(7)).to.deep.equal([100, 100, 100]);
    });
  }

  it("whose smallest pages fail too ends with Esper's refusal", async () => {
    const client = await readAt(() => ({ status: 413 }));
    expect((await refusalOf(client.devices({}, 0))).message).to.include("(413)");
    expect(limits()).to.deep.equal([1000, 500, 250, 125, 100]);
  });

  it("whose page fails for another reason keeps its size", async () => {
    const client = await readAt((_, index) =>
      index === 0 ? { status: 500 } : { body: { content: { count: 1, results: devicesAt(0, 1) } } },
    );
    expect((await client.devices({}, 0)).byId).to.have.property("size", 1);
    expect(limits()).to.deep.equal([1000, 1000]);
  });

  it("of two million empty rows is refused at the first of them, and not asked for again", async function () {
    this.timeout(60_000);
    const body = `{"results":[${"{},".repeat(1_999_999)}{}]}`;
    const client = await readAt(() => ({ body }), 1);
    const { message } = await refusalOf(client.devices({}, 0));
    expect(message).to.include("lacks, or has in another kind, results.0.id. ");
    expect(limits()).to.have.length(1);
  });
});
