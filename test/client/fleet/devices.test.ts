import { expect } from "chai";
import { startAnswering } from "../../support/answering-server";
import type { Client, Device, DeviceQuery } from "../../../provider/client/client";
import { Cache } from "../../../provider/client/cache";
import { quickClock, steppedClock } from "../../support/quick-clock";
import { benchFor, tenantBench, type TenantBench } from "../harness";

async function listed(client: Client, query: DeviceQuery = {}): Promise<readonly Device[]> {
  return [...(await client.devices(query, 0)).byId.values()];
}

describe("devices and groups", () => {
  let bench: TenantBench;
  const start = async (options = {}, settings = {}): Promise<void> => {
    bench = await tenantBench(options, { speed: 1, settings });
  };
  afterEach(() => bench.sim.close());
  const LIST = "GET /v2/devices/";
  const ONE = "GET /v2/devices/{id}";
  const groupId = (name: string): string => bench.sim.world.groups().find((group) => group.name === name)?.id ?? "";

  it("lists all devices of a group and of its sub-groups, page after page", async () => {
    await start({ devices: 50, pageSize: 7 });
    const found = await listed(bench.client, { groups: [groupId("Shops")] });
    const expected = bench.sim.world.devices(groupId("Shops")).map(({ id }) => id);
    expect(expected.length).to.be.above(7);
    expect(found.map(({ id }) => id)).to.have.members(expected);
    expect(found.every(({ platform, osVersion, online }) => platform === "ANDROID" && osVersion !== "" && online)).to.be
      .true;
  });

  it("gives a device once that is in two of the groups asked for", async () => {
    await start({ devices: 20 });
    const found = await listed(bench.client, { groups: [groupId("Shops"), groupId("Berlin")] });
    expect(new Set(found.map(({ id }) => id)).size).to.equal(found.length);
  });

  it("asks once for equal questions at the same time, and again when the answer is too old", async () => {
    await start({ devices: 20 });
    const query = { groups: [groupId("Shops")] };
    await Promise.all(Array.from({ length: 10 }, () => bench.client.devices(query, 0)));
    expect(bench.sim.traffic.byRoute[LIST]).to.equal(1);
    await bench.client.devices(query, 60_000);
    expect(bench.sim.traffic.byRoute[LIST]).to.equal(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.client.devices(query, 0);
    expect(bench.sim.traffic.byRoute[LIST]).to.equal(2);
  });

  it("counts the age of a list from its end: one that takes long is not read twice", async () => {
    const clock = steppedClock();
    const devices = new Cache<number>(clock);
    let reads = 0;
    const slow = async (): Promise<number> => {
      await clock.sleep(60_000);
      return (reads += 1);
    };
    const first = devices.get("all", 10_000, slow);
    await clock.pass(60_000);
    expect(await first).to.equal(1);
    expect(await devices.get("all", 10_000, slow)).to.equal(1);
    await clock.pass(10_001);
    const later = devices.get("all", 10_000, slow);
    await clock.pass(60_000);
    expect(await later).to.equal(2);
  });

  it("reads a few single devices by name, and many out of the list", async () => {
    await start({ devices: 60 });
    const ids = bench.sim.world.devices().map(({ id }) => id);
    const few = await Promise.all(ids.slice(0, 3).map((id) => bench.client.devicesById([id], 0)));
    expect(few.map((found) => found.size)).to.deep.equal([1, 1, 1]);
    expect(bench.sim.traffic.byRoute)
      .to.include({ [ONE]: 3 })
      .and.not.have.property(LIST);
    bench.sim.resetTraffic();
    const many = await Promise.all(ids.map((id) => bench.client.devicesById([id], 0)));
    expect(many.every((found, index) => found.has(ids[index] ?? ""))).to.be.true;
    expect(bench.sim.traffic.byRoute)
      .to.include({ [LIST]: 1 })
      .and.not.have.property(ONE);
  });

  it("reads the next page of the list for whoever asks for few after three have done so", async () => {
    await start({ devices: 20, pageSize: 10 });
    const ids = bench.sim.world.devices().map(({ id }) => id);
    const askFor = async (place: number): Promise<readonly [pages: number, single: number]> => {
      const id = ids[place] ?? "";
      bench.sim.resetTraffic();
      expect((await bench.client.devicesById([id], 60_000)).has(id)).to.be.true;
      const { [LIST]: pages = 0, [ONE]: single = 0 } = bench.sim.traffic.byRoute;
      return [pages, single];
    };
    for (const place of [17, 18, 19]) expect(await askFor(place)).to.deep.equal([0, 1]);
    // The first page has it not; what is on that page nobody has to ask for any more.
    expect(await askFor(16)).to.deep.equal([1, 1]);
    expect(await askFor(5)).to.deep.equal([0, 0]);
    expect(await askFor(12)).to.deep.equal([1, 0]);
    expect(await askFor(15)).to.deep.equal([0, 0]);
  });

  it("leaves out ids that Esper does not know, after asking for them by name", async () => {
    await start({ devices: 20 });
    const ids = bench.sim.world.devices().map(({ id }) => id);
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect((await bench.client.devicesById([unknown, ids[0] ?? ""], 0)).size).to.equal(1);
    const found = await bench.client.devicesById([...ids.slice(0, 10), unknown], 0);
    expect(found.size).to.equal(10);
    expect(found.has(unknown)).to.be.false;
  });

  it("remembers single devices for as long as the caller allows", async () => {
    await start({ devices: 20 });
    const [device] = await listed(bench.client);
    bench.sim.resetTraffic();
    await bench.client.devicesById([device?.id ?? ""], 60_000);
    expect(bench.sim.traffic.total).to.equal(0);
  });

  it("finds a group by id, with the enterprise id found out once", async () => {
    await start({ devices: 20 });
    const berlin = await bench.client.group(groupId("Berlin"), 0);
    expect(berlin).to.deep.include({ id: groupId("Berlin"), name: "Berlin" });
    expect(berlin?.path).to.include("Shops");
    await bench.client.groups("Berlin");
    expect(bench.sim.traffic.byRoute["GET /v1/token-info/"]).to.equal(1);
  });

  it("needs no token-info when the enterprise id is set", async () => {
    await start(
      { devices: 20, enterpriseId: "01922b24-adae-787f-a08a-778067704f57" },
      { enterpriseId: "01922b24-adae-787f-a08a-778067704f57" },
    );
    await bench.client.group(groupId("Berlin"), 0);
    expect(bench.sim.traffic.byRoute).not.to.have.property("GET /v1/token-info/");
  });

  it("tells an unknown group from a wrong enterprise id", async () => {
    await start({ devices: 5 });
    expect(await bench.client.group("00000000-0000-4000-8000-000000000000", 0)).to.be.undefined;
    await bench.sim.close();
    await start({ devices: 5 }, { enterpriseId: "00000000-0000-4000-8000-000000000001" });
    const message = await bench.client.group(groupId("Berlin"), 0).then(
      () => "",
      (error: unknown) => (error instanceof Error ? error.message : ""),
    );
    expect(message).to.include("esper:enterpriseId").and.include("ESPER_ENTERPRISE_ID");
  });

  it("finds groups whose name contains a text, in any case", async () => {
    await start({ devices: 5 });
    expect((await bench.client.groups("er")).map(({ name }) => name)).to.include("Berlin");
    expect((await bench.client.groups("berlin")).map(({ name }) => name)).to.deep.equal(["Berlin"]);
    expect(await bench.client.groups("nowhere")).to.deep.equal([]);
  });

  it("notes who is online, and by which name people know a device", async () => {
    await start({
      fleet: { groups: [{ name: "Shops", devices: [{ alias: "till-1", osVersion: "9", online: false }, {}] }] },
    });
    const found = await listed(bench.client, { groups: [groupId("Shops")] });
    expect(found.find(({ name }) => name === "till-1")).to.include({ online: false, osVersion: "9" });
    expect(found.filter(({ online }) => online)).to.have.length(1);
  });
});

describe("a device of Esper's list", () => {
  const kept = async (row: object): Promise<unknown> => {
    const server = await startAnswering(() => ({ body: { content: { count: 1, results: [{ id: "d", ...row }] } } }));
    const [device] = await listed(benchFor(server.url, quickClock(20)).client);
    await server.close();
    return device;
  };
  const plain = { id: "d", name: "d", platform: "", osVersion: "", online: false, tags: [] };

  it("has no time where Esper's is no date", async () => {
    for (const created_at of [null, "", "yesterday"]) expect(await kept({ created_at })).to.deep.equal(plain);
  });

  it("says when it was enrolled, when it was last seen, its state and its IMEI", async () => {
    const row = { state: 20, created_at: "2026-01-02T03:04:05.678901Z", last_seen: "2026-02-03T04:05:06Z" };
    expect(await kept({ ...row, network_info: { imei1: "356938035643809", wifi_mac: "00:11" } })).to.deep.equal({
      ...{ ...plain, state: 20, imei: "356938035643809" },
      ...{ createdAtMs: Date.parse("2026-01-02T03:04:05.678Z"), lastSeenMs: Date.parse("2026-02-03T04:05:06Z") },
    });
  });

  it("has the first IMEI of a list, and none where there is none", async () => {
    for (const network_info of [{ imei: ["", "1"] }, { imeis: ["1", "2"] }, { imei: "", imei_1: "1" }])
      expect(await kept({ network_info })).to.include({ imei: "1" });
    for (const network_info of [null, undefined, {}, { imei: null }, { imei: [] }, { imei: [7] }])
      expect(await kept({ network_info })).to.deep.equal(plain);
  });
});
