import { expect } from "chai";
import { commandNames } from "../../simulator/api/command-names";
import { readContract } from "./contract";
import { deviations } from "./deviations";
import type { Tenant } from "./tenant";
import { field, install, startedAt, uninstall, withTenant } from "./tenant";

const unknownId = "00000000-0000-4000-a000-00000000ffff";

/** One device without a name and one that is offline, so that nulls and links to other pages are met. */
const fleet = { groups: [{ name: "Shop", devices: [{ alias: null }, {}, { online: false }] }] };

function pathValue(tenant: Tenant, params: unknown, name: string): string {
  if (name === "enterprise_id") return tenant.simulator.enterpriseId;
  const given = field(params, name);
  return typeof given === "string" ? given : unknownId;
}

describe("simulator: the contract with the official description", () => {
  const contract = readContract();
  const seen = new Set<string>();

  const asker =
    (tenant: Tenant) =>
    async (
      method: string,
      route: string,
      status: number,
      options: { params?: object; query?: string; body?: unknown; key?: string } = {},
    ): Promise<unknown> => {
      const path = route.replace(/\{(\w+)\}/g, (_, name: string) => pathValue(tenant, options.params, name));
      const headers = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
      const answer = await tenant.ask(method, `${path}${options.query ?? ""}`, options.body, headers);
      expect(answer.status, `${method} ${path}`).to.equal(status);
      expect(contract.answerFaults({ method, route, status, body: answer.body })).to.deep.equal([]);
      if (status < 300) seen.add(`${method} ${route}`);
      return answer.body;
    };

  const window = {
    schedule: "WINDOW",
    schedule_args: {
      name: "night",
      start_datetime: new Date(startedAt + 1000).toISOString(),
      end_datetime: new Date(startedAt + 9000).toISOString(),
      time_type: "console",
    },
  };

  it("holds for the Commands Request API: every answer, full, empty, and refused", () =>
    withTenant({ fleet, pageSize: 2 }, async (tenant) => {
      const ask = asker(tenant);
      const ids = tenant.world.devices().map(({ id }) => id);
      const all = "/commands/v0/commands/";
      await ask("GET", all, 200);
      const sent = await ask("POST", all, 201, { body: { ...install(ids), device_type: "all", alias: "label" } });
      await ask("POST", all, 201, { body: { ...uninstall(ids), ...window, device_type: "all" } });
      await ask("POST", all, 201, {
        body: { ...uninstall([]), command_type: "GROUP", groups: [tenant.world.group("Shop").id] },
      });
      await ask("POST", all, 400, { body: {} });
      const params = { id: field(sent, "content", "id") };
      tenant.pass(1000);
      await ask("GET", all, 200);
      await ask("GET", `${all}{id}/`, 200, { params });
      await ask("GET", `${all}{id}/stats/`, 200, { params });
      await ask("GET", `${all}{id}/`, 404);
      await ask("GET", `${all}{id}/stats/`, 404);
      const rows = await ask("GET", "/commands/v0/status/", 200, { query: `?request=${String(params.id)}&offset=1` });
      await ask("GET", "/commands/v0/status/", 200, { query: `?request=${unknownId}` });
      const [done, waiting] = [0, 1].map((place) => ({ id: field(rows, "content", "results", place, "id") }));
      await ask("GET", "/commands/v0/status/{id}/", 200, { params: done ?? {} });
      await ask("GET", "/commands/v0/status/{id}/", 404);
      const cancel = { state: "Command Cancelled" };
      await ask("PUT", "/commands/v0/status/{id}/", 304, { params: done ?? {}, body: cancel });
      await ask("PUT", "/commands/v0/status/{id}/", 200, { params: waiting ?? {}, body: cancel });
      await ask("PUT", "/commands/v0/status/{id}/", 400, { params: done ?? {}, body: {} });
      for (const route of [all, "/commands/v0/status/"]) await ask("GET", route, 401, { key: "other" });
    }));

  it("holds for the Commands V2 endpoint", () =>
    withTenant({ fleet, pageSize: 2 }, async (tenant) => {
      const ask = asker(tenant);
      const ids = tenant.world.devices().map(({ id }) => id);
      const all = "/v0/enterprise/{enterprise_id}/command/";
      await ask("GET", all, 200);
      const sent = await ask("POST", all, 201, { body: { ...install(ids), device_type: "all" } });
      await ask("POST", all, 400, { body: {} });
      const params = { request_id: field(sent, "id") };
      await ask("GET", all, 200);
      await ask("GET", `${all}{request_id}/status/`, 200, { params });
      await ask("GET", `${all}{request_id}/status/`, 200, { params, query: "?offset=1&limit=1" });
      await ask("GET", `${all}{request_id}/status/`, 404);
      await ask("GET", all, 401, { key: "other" });
      tenant.simulator.faults.set({ forbidden: { on: ["send"] } });
      await ask("POST", all, 403, { body: install(ids) });
    }));

  it("holds for devices, groups, sub-groups and token-info", () =>
    withTenant({ fleet, pageSize: 2 }, async (tenant) => {
      const ask = asker(tenant);
      const groups = "/enterprise/{enterprise_id}/devicegroup/";
      await ask("GET", "/v2/devices/", 200);
      await ask("GET", "/v2/devices/", 200, { query: `?group_multi=${unknownId}` });
      await ask("GET", "/v2/devices/", 400, { query: "?cursor=start" });
      await ask("GET", "/v2/devices/{id}", 200, { params: { id: tenant.world.devices()[0]?.id } });
      await ask("GET", "/v2/devices/{id}", 200, { params: { id: tenant.world.join("All devices") } });
      await ask("GET", "/v2/devices/{id}", 404);
      await ask("GET", "/v2/subgroups", 200, { query: `?parent_group_ids=${tenant.world.group("All devices").id}` });
      await ask("GET", groups, 200, { query: "?limit=1" });
      await ask("GET", groups, 200, { query: "?limit=1&offset=1" });
      await ask("GET", `${groups}{group_id}/`, 200, { params: { group_id: tenant.world.group("Shop").id } });
      await ask("GET", `${groups}{group_id}/`, 404);
      await ask("GET", "/v1/token-info/", 200);
      for (const route of ["/v2/devices/", "/v2/subgroups", groups, "/v1/token-info/"]) {
        await ask("GET", route, 401, { key: "other" });
      }
      tenant.simulator.faults.set({ failEveryNthRead: { n: 1, status: 500 } });
      for (const route of ["/v2/devices/", groups, "/commands/v0/commands/"]) await ask("GET", route, 500);
    }));

  it("holds with each fault that is no error: the answers have another content, and the form that is described", () =>
    withTenant({ fleet, pageSize: 2 }, async (tenant) => {
      const ask = asker(tenant);
      const ids = tenant.world.devices().map(({ id }) => id);
      await tenant.world.sendAsOther({ alias: "corp", devices: ids, endpoint: "v2" });
      tenant.simulator.faults.set({
        overlappingPages: {},
        missingRows: {},
        deviceTypeIgnored: {},
        hiddenArguments: {},
        createdAtAheadMs: { ms: 1000 },
        dateHeaderSkewMs: { ms: 1000 },
        cancelIgnored: {},
      });
      const id = await tenant.send({ ...uninstall(ids), ...window });
      const query = `?request=${id}`;
      const rows = await ask("GET", "/commands/v0/status/", 200, { query });
      await ask("GET", "/commands/v0/status/", 200, { query: `${query}&offset=1` });
      const params = { id: field(rows, "content", "results", 0, "id") };
      await ask("PUT", "/commands/v0/status/{id}/", 200, { params, body: { state: "Command Cancelled" } });
      await ask("GET", "/commands/v0/commands/", 200);
      await ask("GET", "/v0/enterprise/{enterprise_id}/command/", 200);
      await ask("GET", "/v2/devices/", 200, { query: "?offset=1" });
      tenant.world.setState(ids[0] ?? "", 20);
      await ask("GET", "/v2/devices/", 200);
      tenant.simulator.faults.set({ unknownIdsRefused: {}, labelsRefused: {}, deviceTypeRefused: {} });
      const refused = [
        install([unknownId]),
        { ...install(ids), alias: "x" },
        { ...install(ids), device_type: "active" },
      ];
      for (const body of refused) await ask("POST", "/commands/v0/commands/", 400, { body });
    }));

  it("holds for the commands that the tests send", () => {
    const device = unknownId;
    const request = { method: "POST", route: "/commands/v0/commands/" };
    const v2 = { method: "POST", route: "/v0/enterprise/{enterprise_id}/command/" };
    const bodies = [
      { ...install([device]), device_type: "all", alias: "label" },
      { ...uninstall([device]), ...window, device_type: "inactive", groups: null },
    ];
    for (const body of bodies) {
      expect(contract.requestFaults({ ...request, body })).to.deep.equal([]);
      expect(contract.requestFaults({ ...v2, body })).to.deep.equal([]);
    }
  });

  it("is not met by wrong answers and requests", () => {
    const route = "/commands/v0/status/";
    const answer = {
      method: "GET",
      route,
      status: 200,
      body: { content: { results: [{ state: "Done", device: 7 }] } },
    };
    expect(contract.answerFaults(answer)).to.have.lengthOf(2);
    expect(contract.answerFaults({ ...answer, status: 418 })).to.have.lengthOf(1);
    const order = { ...install(["till"]), command: "DANCE" };
    expect(contract.requestFaults({ method: "POST", route: "/commands/v0/commands/", body: order })).to.have.lengthOf(
      2,
    );
  });

  it("lists the same commands for each endpoint; only V2 takes those for certificates beyond its list", () => {
    const request = contract.commandNames("DeviceCommandEnum");
    expect([...commandNames.request].sort()).to.deep.equal([...request].sort());
    const v2 = [...contract.commandNames("V0DeviceCommandEnum"), "INSTALL_CERTIFICATE", "UNINSTALL_CERTIFICATE"];
    expect([...commandNames.v2].sort()).to.deep.equal(v2.sort());
  });

  it("was shown for every operation but the beta of Operations, and every known deviation was met", () => {
    const operations = contract.operations.map(({ method, route }) => `${method} ${route}`);
    expect(operations.filter((operation) => !seen.has(operation))).to.deep.equal(["POST /v0/operations/"]);
    expect(deviations.filter((deviation) => !contract.met.has(deviation))).to.deep.equal([]);
  });
});
