import { expect } from "chai";
import type { Faults } from "../../../simulator/index";
import type { Tenant } from "../tenant";
import { field, install, list, uninstall, withTenant } from "../tenant";

const all = "/commands/v0/commands/";
const gone = "00000000-0000-4000-a000-00000000ffff";

function story(faults: Faults, tell: (tenant: Tenant) => Promise<void>): () => Promise<void> {
  return () => withTenant({ devices: 5, faults }, tell);
}

function idsOf({ world }: Tenant): readonly string[] {
  return world.devices().map(({ id }) => id);
}

/** The rows of a list of devices, page by page as the offset goes on. */
async function pagesOf({ get }: Tenant, path: string, limit: number): Promise<readonly unknown[]> {
  const ids: unknown[] = [];
  for (let offset = 0; ; offset += limit) {
    const { body } = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}&offset=${offset}`);
    const rows = list(field(body, "content", "results"));
    ids.push(...rows.map((row) => field(row, "id")));
    if (offset + rows.length >= Number(field(body, "content", "count"))) return ids;
  }
}

async function argumentsOf({ get }: Tenant): Promise<unknown> {
  return field((await get(all)).body, "content", "results", 0, "command_args");
}

describe("simulator: faults of the tenant", () => {
  it(
    "unknownIdsRefused: a command to a device or group that is gone gets a 400 that names its kind",
    story({ unknownIdsRefused: {} }, async (tenant) => {
      const { ask, world, simulator } = tenant;
      const refused = async (order: object, path = all): Promise<unknown> => {
        const { status, body } = await ask("POST", path, { ...install([gone]), device_type: "all", ...order });
        return [status, field(body, "message")];
      };
      const group = world.group("Berlin").id;
      world.removeGroup(group);
      expect(await refused({ devices: [...idsOf(tenant), gone] })).to.deep.equal([400, "invalid device id"]);
      expect(await refused({ command_type: "GROUP", groups: [group] })).to.deep.equal([400, "invalid group id"]);
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      expect(await refused({}, v2)).to.deep.equal([400, "detail: invalid device id "]);
      expect(world.commandLog).to.have.lengthOf(0);
      expect(await refused({ devices: idsOf(tenant) })).to.deep.equal([201, "Success"]);
      simulator.faults.set({});
      expect(await refused({})).to.deep.equal([201, "Success"]);
    }),
  );

  it(
    "largePagesFail: a page with more rows than that is a 504, or what is told; smaller ones come",
    story({ largePagesFail: { rows: 3, on: ["devices"] } }, async (tenant) => {
      const { get, simulator, send } = tenant;
      expect((await get("/v2/devices/?limit=4")).status).to.equal(504);
      expect((await get("/v2/devices/?limit=3")).status).to.equal(200);
      expect((await get("/v2/devices/?limit=4&offset=3")).status).to.equal(200);
      const request = await send(install(idsOf(tenant)));
      expect((await get(`/commands/v0/status/?request=${request}`)).status).to.equal(200);
      simulator.faults.set({ largePagesFail: { rows: 3, status: 413 } });
      expect((await get(`/commands/v0/status/?request=${request}`)).status).to.equal(413);
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/${request}/status/`;
      expect((await get(v2)).status).to.equal(413);
      expect((await get(`/enterprise/${simulator.enterpriseId}/devicegroup/`)).status).to.equal(413);
    }),
  );

  it(
    "overlappingPages: one row comes twice and the last one never, while the count is right",
    story({}, async (tenant) => {
      const ids = idsOf(tenant);
      expect(await pagesOf(tenant, "/v2/devices/", 2)).to.deep.equal(ids);
      tenant.simulator.faults.set({ overlappingPages: {} });
      const [first, second, third, fourth] = ids;
      expect(await pagesOf(tenant, "/v2/devices/", 2)).to.deep.equal([first, second, second, third, fourth]);
      const request = await tenant.send(install(ids));
      const rows = await pagesOf(tenant, `/commands/v0/status/?request=${request}`, 3);
      expect([rows.length, new Set(rows).size]).to.deep.equal([5, 4]);
    }),
  );

  it(
    "deviceTypeIgnored and deviceTypeRefused: active reaches everyone, or is no choice",
    story({ deviceTypeIgnored: {} }, async (tenant) => {
      const { ask, world, simulator, send, states } = tenant;
      const ids = idsOf(tenant);
      world.setOnline(ids[0] ?? "", false);
      const reached = async (): Promise<number> => {
        const request = await send({ ...install(ids), device_type: "active" });
        return Object.keys(await states(request)).length;
      };
      expect(await reached()).to.equal(5);
      simulator.faults.set({});
      expect(await reached()).to.equal(4);
      simulator.faults.set({ deviceTypeRefused: {} });
      const refused = await ask("POST", all, { ...install(ids), device_type: "inactive" });
      expect([refused.status, field(refused.body, "message")]).to.deep.equal([
        400,
        'device_type: "inactive" is not a valid choice.',
      ]);
      for (const type of [{ device_type: "all" }, {}]) {
        expect((await ask("POST", all, { ...install(ids), ...type })).status).to.equal(201);
      }
    }),
  );

  it(
    "missingRows: a device has no row, is not counted and gets nothing, until it is late",
    story({ missingRows: {} }, async (tenant) => {
      const { get, send, states, world, simulator, pass } = tenant;
      const ids = idsOf(tenant);
      const last = ids.at(-1) ?? "";
      const first = await send(install(ids));
      pass(5000);
      expect(Object.keys(await states(first))).to.deep.equal(ids.slice(0, -1));
      expect(field((await get(`${all}${first}/stats/`)).body, "content", "status")).to.deep.equal([
        { state: "Command Success", total: 4 },
      ]);
      expect(world.keystore(last).size).to.equal(0);
      simulator.faults.set({ missingRows: { devices: [last], lateMs: 60_000 } });
      const second = await send(install(ids));
      pass(59_999);
      expect(Object.keys(await states(second))).to.have.lengthOf(4);
      world.failWith(last, "Storage is full");
      pass(5000);
      expect((await states(second))[last]).to.equal("Command Failure");
    }),
  );

  it(
    "cancelIgnored: a status that is put gets a 200, and the command is carried out in its window",
    story({ cancelIgnored: { times: 1 } }, async (tenant) => {
      const { ask, get, send, states, world, pass } = tenant;
      const schedule_args = {
        start_datetime: new Date(world.now() + 60_000).toISOString(),
        end_datetime: new Date(world.now() + 600_000).toISOString(),
        time_type: "console",
      };
      const [id = "", other = ""] = idsOf(tenant);
      const request = await send({ ...install([id, other]), schedule: "WINDOW", schedule_args });
      const rows = list(field((await get(`/commands/v0/status/?request=${request}`)).body, "content", "results"));
      for (const row of rows) {
        const path = `/commands/v0/status/${String(field(row, "id"))}/`;
        expect((await ask("PUT", path, { state: "Command Cancelled" })).status).to.equal(200);
      }
      expect(await states(request)).to.deep.equal({ [id]: "Command Scheduled", [other]: "Command Cancelled" });
      pass(70_000);
      expect((await states(request))[id]).to.equal("Command Success");
    }),
  );

  it(
    "labelsRefused: a label is a 400 that speaks of alias, or one that is too long",
    story({ labelsRefused: {} }, async (tenant) => {
      const { ask, simulator } = tenant;
      const sent = async (alias?: string): Promise<unknown> => {
        const { status, body } = await ask("POST", all, {
          ...install(idsOf(tenant)),
          ...(alias !== undefined && { alias }),
        });
        return status === 201 ? status : [status, field(body, "message")];
      };
      expect(await sent("a label")).to.deep.equal([400, "alias: this field is not allowed."]);
      expect(await sent()).to.equal(201);
      simulator.faults.set({ labelsRefused: { maxLength: 7 } });
      expect(await sent("a label")).to.equal(201);
      expect(await sent("a label!")).to.deep.equal([400, "alias: ensure this field has no more than 7 characters."]);
    }),
  );

  it(
    "hiddenArguments: command_args are empty, null or masked, on both endpoints",
    story({}, async (tenant) => {
      const { ask, simulator } = tenant;
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      await ask("POST", v2, install(idsOf(tenant)));
      await ask("POST", all, uninstall(idsOf(tenant)));
      const ofV2 = async (): Promise<unknown> =>
        field((await tenant.get(v2)).body, "results", 0, "command_args", "cert_alias_name");
      expect(await argumentsOf(tenant)).to.deep.include({ cert_alias_name: "corp", cmd_status_sync_required: false });
      expect(await ofV2()).to.equal("corp");
      simulator.faults.set({ hiddenArguments: {} });
      expect([await argumentsOf(tenant), await ofV2()]).to.deep.equal([{}, undefined]);
      simulator.faults.set({ hiddenArguments: { as: "null" } });
      expect(await argumentsOf(tenant)).to.equal(null);
      simulator.faults.set({ hiddenArguments: { as: "masked" } });
      expect(await argumentsOf(tenant)).to.deep.equal({ cert_alias_name: "********", cert_storage_type: "********" });
    }),
  );

  it("narrowedRole and the second key: a role that sees no groups, no devices and no commands", () =>
    withTenant({ devices: 5 }, async (tenant) => {
      const { ask, send, world, simulator, states } = tenant;
      const { enterpriseId, narrowedApiKey } = simulator;
      const [id = ""] = idsOf(tenant);
      const request = await send(install(idsOf(tenant)));
      const groups = `/enterprise/${enterpriseId}/devicegroup/`;
      const paths = [`/v2/devices/${id}`, `${groups}${world.group("Shops").id}/`, `${all}${request}/`];
      const lists = ["/v2/devices/", groups, all, `/commands/v0/status/?request=${request}`];
      const seen = async (headers: Record<string, string>): Promise<unknown> => {
        const counts = lists.map(async (path) => {
          const { body } = await ask("GET", path, undefined, headers);
          return field(body, "count") ?? field(body, "content", "count");
        });
        const statuses = paths.map(async (path) => (await ask("GET", path, undefined, headers)).status);
        return [await Promise.all(counts), await Promise.all(statuses)];
      };
      const narrowed = { authorization: `Bearer ${narrowedApiKey}` };
      expect(await seen({})).to.deep.equal([
        [5, 8, 1, 5],
        [200, 200, 200],
      ]);
      const nothing = [
        [0, 0, 0, 0],
        [404, 404, 404],
      ];
      expect(await seen(narrowed)).to.deep.equal(nothing);
      const refused = await ask("POST", all, install([id]), narrowed);
      expect([refused.status, field(refused.body, "message")]).to.deep.equal([400, "invalid device id"]);
      expect((await ask("GET", "/v1/token-info/", undefined, narrowed)).status).to.equal(200);
      simulator.faults.set({ narrowedRole: {} });
      expect(await seen({})).to.deep.equal(nothing);
      simulator.faults.set({});
      expect(Object.keys(await states(request))).to.have.lengthOf(5);
    }));

  it(
    "dateHeaderSkewMs and createdAtAheadMs: one clock of the server is wrong, the others are right",
    story({}, async (tenant) => {
      const { get, send, simulator, world } = tenant;
      const first = await send(install(idsOf(tenant)));
      await send(install(idsOf(tenant)));
      const ahead = async (): Promise<readonly unknown[]> => {
        const { headers, body } = await get(all);
        const rows = list(field(body, "content", "results"));
        const dates = [headers.get("date"), ...rows.map((row) => field(row, "created_at"))];
        return dates.map((date) => Date.parse(String(date)) - world.now());
      };
      simulator.faults.set({ dateHeaderSkewMs: { ms: -240_000 } });
      expect(await ahead()).to.deep.equal([-240_000, 0, 0]);
      simulator.faults.set({ createdAtAheadMs: { ms: 3_600_000, requests: [first] } });
      expect((await ahead()).slice(1)).to.deep.equal([0, 3_600_000]);
      simulator.faults.set({ createdAtAheadMs: { ms: 1000 } });
      expect((await ahead()).slice(1)).to.deep.equal([1000, 1000]);
      const v2 = `/commands/v0/status/?request=${first}`;
      expect(field((await get(v2)).body, "content", "results", 0, "created_at")).to.equal("2026-06-01T08:00:01.000Z");
    }),
  );

  it(
    "retryAfter: a 503 names the seconds to wait, however many",
    story(
      { failEveryNthRead: { n: 1, retryAfter: 86_400 }, failPostBeforeAccept: { retryAfter: 7 } },
      async (tenant) => {
        const read = await tenant.get("/v2/devices/");
        const sent = await tenant.ask("POST", all, install(idsOf(tenant)));
        const asked = [read, sent].map(({ status, headers }) => [status, headers.get("retry-after")]);
        expect(asked).to.deep.equal([
          [503, "86400"],
          [503, "7"],
        ]);
      },
    ),
  );

  it(
    "come together: every fourth answer fails, pages of rows are small, and there are no counts",
    story(
      { failEveryNthRead: { n: 4 }, smallPages: { size: 3, on: ["status"] }, countsRouteMissing: {} },
      async (tenant) => {
        const request = await tenant.send(install(idsOf(tenant)));
        const seen: unknown[] = [];
        for (let read = 0; read < 4; read += 1) {
          const { status, body } = await tenant.get(`/commands/v0/status/?request=${request}&limit=100`);
          seen.push(status === 200 ? list(field(body, "content", "results")).length : status);
        }
        expect(seen).to.deep.equal([3, 3, 3, 503]);
        expect((await tenant.get(`${all}${request}/stats/`)).status).to.equal(404);
      },
    ),
  );
});
