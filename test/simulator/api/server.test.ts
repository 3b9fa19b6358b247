import { expect } from "chai";
import { originOf } from "../../../simulator/http/server";
import { field, install, list, raw, uninstall, withTenant } from "../tenant";

describe("simulator: the API", () => {
  it("has an address that clients can use, whichever it listens on", () => {
    const origins = ["127.0.0.1", "localhost", "::1"].map((host) => originOf(host, 4010));
    expect(origins).to.deep.equal(["http://127.0.0.1:4010", "http://localhost:4010", "http://[::1]:4010"]);
    for (const origin of origins) expect(new URL(origin).origin).to.equal(origin);
  });

  it("pages by limit and offset, with links, and no more rows than its largest page", () =>
    withTenant({ devices: 20 }, async ({ get, simulator }) => {
      const seen: unknown[] = [];
      let path: string | undefined = "/v2/devices/?limit=1000";
      const sizes: number[] = [];
      while (path !== undefined) {
        const page = await get(path);
        const rows = list(field(page.body, "content", "results"));
        seen.push(...rows.map((row) => field(row, "id")));
        sizes.push(rows.length);
        const next = field(page.body, "content", "next");
        path = typeof next === "string" ? next.slice(simulator.url.length) : undefined;
      }
      expect(sizes).to.deep.equal([7, 7, 6]);
      expect(new Set(seen).size).to.equal(20);
      const last = await get("/v2/devices/?limit=5&offset=15");
      expect(field(last.body, "content", "prev")).to.equal(`${simulator.url}/v2/devices/?limit=5&offset=10`);
    }));

  it("finds devices by group, serial, search, state, tags and Android version", () => {
    const tag = "00000000-0000-4000-a000-00000000000a";
    const fleet = {
      groups: [
        { name: "Shops", devices: [{ serial: "A1", osVersion: "9", tags: [tag] }] },
        { name: "Berlin", parent: "Shops", devices: [{ serial: "B1", name: "KASSE-B1", alias: "b", online: false }] },
        { name: "Offices", devices: [{ serial: "C1", osVersion: "13" }] },
      ],
    };
    return withTenant({ fleet }, async ({ get, world }) => {
      const serials = async (query: string): Promise<unknown[]> =>
        list(field((await get(`/v2/devices/?${query}`)).body, "content", "results")).map((row) => field(row, "serial"));
      const shops = world.group("Shops").id;
      expect(await serials(`group_multi=${shops}`)).to.deep.equal(["A1", "B1"]);
      expect(await serials(`group_multi=${shops},${world.group("Offices").id}`)).to.deep.equal(["A1", "B1", "C1"]);
      expect(await serials(`group_multi_immediate=${shops}`)).to.deep.equal(["A1"]);
      expect(await serials("serial=C1")).to.deep.equal(["C1"]);
      expect(await serials("search=kasse")).to.deep.equal(["B1"]);
      expect(await serials("state=60")).to.deep.equal(["B1"]);
      expect(await serials(`tags=${tag}`)).to.deep.equal(["A1"]);
      expect(await serials("android_version=13&state=1")).to.deep.equal(["C1"]);
      world.setOnline(world.devices("Berlin")[0]?.id ?? "", true);
      expect(await serials("state=60")).to.deep.equal([]);
      const subGroups = await get(`/v2/subgroups?parent_group_ids=${shops}`);
      expect(field(subGroups.body, "content", "subgroups")).to.deep.equal([world.group("Berlin").id]);
    });
  });

  it("knows two endpoints, one in an envelope and one bare, which see the same request", () =>
    withTenant({ devices: 3 }, async ({ get, ask, world, simulator, pass }) => {
      const ids = world.devices().map(({ id }) => id);
      const base = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      const sent = await ask("POST", base, { ...install(ids), device_type: "all" });
      expect(sent.status).to.equal(201);
      const request = String(field(sent.body, "id"));
      pass(1000);
      const listed = await get(`${base}?command=INSTALL_CERTIFICATE`);
      expect(field(listed.body, "results", 0, "status")).to.deep.equal([{ state: "Command Success", total: 3 }]);
      expect(field(listed.body, "results", 0, "issued_by", "email")).to.equal("simulator@example.com");
      const rows = await get(`${base}${request}/status/?state=Command%20Success`);
      expect(field(rows.body, "count")).to.equal(3);
      expect(list(field(rows.body, "results")).map((row) => field(row, "meta", "device", "id"))).to.deep.equal(ids);
      const stats = await get(`/commands/v0/commands/${request}/stats/`);
      expect(field(stats.body, "content", "status")).to.deep.equal([{ state: "Command Success", total: 3 }]);
    }));

  it("finds status rows by requests, devices and state, in pages", () =>
    withTenant({ devices: 6, pageSize: 2 }, async ({ get, send, world, pass }) => {
      const ids = world.devices().map(({ id }) => id);
      for (const id of ids.slice(0, 5)) world.failWith(id, "full");
      const [first, second] = [await send(install(ids)), await send(install(ids.slice(3)))];
      pass(5000);
      const found = async (query: string): Promise<unknown[]> => {
        const { body } = await get(`/commands/v0/status/?${query}`);
        const rows = list(field(body, "content", "results"));
        const place = (row: unknown): number => ids.indexOf(String(field(row, "device")));
        return [field(body, "content", "count"), ...rows.map((row) => [field(row, "request"), place(row)])];
      };
      expect(await found(`request=${first},${second}&offset=5`)).to.deep.equal([9, [first, 5], [second, 3]]);
      const failed = "state=Command%20Failure";
      expect(await found(`request=${first},${second}&${failed}&offset=4`)).to.deep.equal([7, [first, 4], [second, 3]]);
      expect(await found(`request=${second}&device=${ids[4] ?? ""},${ids[0] ?? ""}`)).to.deep.equal([1, [second, 4]]);
      expect(await found(`device=${ids[4] ?? ""}&${failed}`)).to.deep.equal([2, [first, 4], [second, 4]]);
    }));

  it("answers in the small things as the live service does", () =>
    withTenant({ fleet: { groups: [{ name: "Shop", devices: [{ alias: "counter" }] }] } }, async (tenant) => {
      const { ask, get, world, simulator } = tenant;
      const [device] = world.devices();
      const id = device?.id ?? "";
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      for (const path of [`/v2/devices/${id}`, `/v2/devices/${id}/`]) {
        const { status, body } = await get(path);
        expect([status, Object.keys(body ?? {})], path).to.deep.equal([200, ["content"]]);
      }
      const reboot = { command_type: "DEVICE", devices: [id], device_type: "all", command: "REBOOT" };
      const sent = await ask("POST", v2, reboot);
      expect(field(sent.body, "command_args")).to.deep.equal({});
      expect(field(sent.body, "issued_by", "id")).to.equal(1);
      const ungrouped = world.join("All devices");
      expect(field((await get(`/v2/devices/${ungrouped}`)).body, "content", "group_id")).to.equal(null);
      expect(field((await get(`/v2/devices/${id}`)).body, "content", "group_id")).to.equal(device?.groupId);
      for (const wanted of [device?.alias ?? "", id]) {
        expect(field((await get(`/v2/devices/?search=${wanted}`)).body, "content", "count"), wanted).to.equal(0);
      }
      expect(field((await get(`/v2/devices/?search=${device?.name ?? ""}`)).body, "content", "count")).to.equal(1);
    }));

  it("builds its links from the Host header", () =>
    withTenant({ devices: 5, pageSize: 2 }, async (tenant) => {
      const authorization = `Bearer ${tenant.simulator.apiKey}`;
      const { text } = await raw(tenant, {
        method: "GET",
        path: "/api/v2/devices/",
        headers: { host: "esper-api:81", authorization },
      });
      const next = field(JSON.parse(text), "content", "next");
      expect(next).to.equal("http://esper-api:81/api/v2/devices/?limit=2&offset=2");
    }));

  it("answers nobody who asks for a foreign host, so that no website reads it by a name that it points here", () =>
    withTenant({ devices: 1 }, async (tenant) => {
      const authorization = `Bearer ${tenant.simulator.apiKey}`;
      for (const host of [
        "rebound.example",
        "rebound.example:4010",
        "127.0.0.1.rebound.example",
        "127.0.0.1:99999999",
      ]) {
        for (const path of ["/api/v2/devices/", "/api/commands/v0/commands/", "/", "/_simulator/view"]) {
          const { status, text } = await raw(tenant, { method: "GET", path, headers: { host, authorization } });
          expect(status, `${host} ${path}`).to.equal(403);
          expect(field(JSON.parse(text), "message")).to.match(/^The simulator answers to addresses, .* 127\.0\.0\.1,/);
        }
      }
      for (const host of ["localhost:4010", "127.0.0.1", "[::1]:80", "simulator", "esper.localhost"]) {
        const { status } = await raw(tenant, {
          method: "GET",
          path: "/api/v2/devices/",
          headers: { host, authorization },
        });
        expect(status, host).to.equal(200);
      }
      expect(tenant.simulator.traffic.total).to.equal(5);
    }));

  it("lists the V2 endpoint's requests by command, type, device type, devices and user", () =>
    withTenant({ devices: 2 }, async ({ ask, get, world, simulator }) => {
      const [first = "", second = ""] = world.devices().map(({ id }) => id);
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      await ask("POST", v2, { ...install([first]), device_type: "all" });
      await ask("POST", v2, { ...uninstall([second]), device_type: "active" });
      await world.sendAsOther({ alias: "corp", groups: ["All devices"], endpoint: "v2" });
      const found = async (query: string): Promise<unknown> =>
        list(field((await get(`${v2}?${query}`)).body, "results")).map((row) => field(row, "command_type"));
      expect(await found("device_type=active")).to.deep.equal(["DEVICE"]);
      expect(await found("device_type=all")).to.deep.equal(["GROUP", "DEVICE"]);
      expect(await found("issued_by=1")).to.deep.equal(["DEVICE", "DEVICE"]);
      expect(await found("issued_by=2&command=INSTALL_CERTIFICATE")).to.deep.equal(["GROUP"]);
      expect(await found(`devices=${second}`)).to.deep.equal(["DEVICE"]);
    }));

  it("lists every request of a command since an instant, newest first, page by page while more come in", () =>
    withTenant({ devices: 1, pageSize: 3 }, async ({ get, send, world, pass }) => {
      const ids = world.devices().map(({ id }) => id);
      const sent: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        await send({ ...install(ids), command: "REBOOT" });
        sent.unshift(await send(install(ids)));
        sent.unshift(await send(uninstall(ids)));
        pass(1000);
      }
      const since = world.now() - 3000;
      const read = async (command: string): Promise<readonly string[]> => {
        const found: string[] = [];
        for (let offset = 0; ;) {
          const { body } = await get(`/commands/v0/commands/?command=${command}&limit=2&offset=${offset}`);
          const rows = list(field(body, "content", "results"));
          const fresh = rows.filter((row) => Date.parse(String(field(row, "created_at"))) >= since);
          found.push(...fresh.map((row) => String(field(row, "id"))));
          offset += rows.length;
          if (rows.length === 0 || fresh.length < rows.length) return found;
        }
      };
      const [installs, removals] = [await read("INSTALL_CERTIFICATE"), await read("UNINSTALL_CERTIFICATE")];
      expect(installs).to.deep.equal([sent[1], sent[3], sent[5]]);
      expect(removals).to.deep.equal([sent[0], sent[2], sent[4]]);
      const { body } = await get("/commands/v0/commands/?limit=3");
      expect(field(body, "content", "count")).to.equal(12);
      const instants = list(field(body, "content", "results")).map((row) => String(field(row, "created_at")));
      expect(instants).to.deep.equal([...instants].sort().reverse());
    }));

  it("finds a request again by the label in the list, newest first", () =>
    withTenant({ devices: 1 }, async ({ get, send, world }) => {
      const ids = world.devices().map(({ id }) => id);
      for (const alias of ["first", "second"]) await send({ ...install(ids), alias });
      const found = await get("/commands/v0/commands/?command=INSTALL_CERTIFICATE");
      const rows = list(field(found.body, "content", "results"));
      expect(rows.map((row) => field(row, "alias"))).to.deep.equal(["second", "first"]);
      const none = await get("/commands/v0/commands/?command=REBOOT");
      expect(field(none.body, "content", "results")).to.equal(null);
    }));

  it("says 401 to a wrong key and to none, and 400 in a sentence to what it cannot take", () =>
    withTenant({ devices: 1 }, async ({ ask, get, world, simulator }) => {
      const wrong = await ask("GET", "/v2/devices/", undefined, { authorization: "Bearer other" });
      expect([wrong.status, field(wrong.body, "message")]).to.deep.equal([401, "Invalid token."]);
      const none = await fetch(`${simulator.url}/v1/token-info/`);
      expect(none.status).to.equal(401);
      expect(field(await none.json(), "errors")).to.deep.equal([
        "detail: Authentication credentials were not provided.",
      ]);
      const send = (body: unknown): Promise<{ status: number; body: unknown }> =>
        ask("POST", "/commands/v0/commands/", body);
      const bad = [
        {},
        install(["no uuid"]),
        { ...install([]), command_type: "GROUP" },
        { ...install([]), command_type: "ALL" },
        { ...install([world.devices()[0]?.id ?? ""]), schedule: "WINDOW" },
      ];
      for (const body of bad) expect((await send(body)).status).to.equal(400);
      expect((await get("/commands/v0/status/")).status).to.equal(400);
      expect((await get("/commands/v0/status/?request=x&state=Done")).status).to.equal(400);
      expect(world.commandLog).to.have.lengthOf(0);
    }));

  it("says 400 to a command that the endpoint does not know, in the form of its errors, and accepts nothing", () =>
    withTenant({ devices: 1 }, async ({ ask, world, simulator }) => {
      const [id = ""] = world.devices().map((device) => device.id);
      const request = "/commands/v0/commands/";
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      const send = async (path: string, command: string): Promise<unknown> => {
        const { status, body } = await ask("POST", path, { command_type: "DEVICE", devices: [id], command });
        return status === 400 ? body : status;
      };
      for (const command of ["DANCE", "reboot", "REBOOT "]) {
        expect(await send(request, command)).to.deep.equal({ code: 400, message: "command: not a valid choice." });
        const detail = "detail: command: not a valid choice.";
        expect(await send(v2, command)).to.deep.equal({ errors: [detail], message: `${detail} `, status: 400 });
      }
      expect(world.commandLog).to.have.lengthOf(0);
      expect([await send(request, "COLLECT_LOGS"), await send(v2, "SYNC_CONTENT")]).to.deep.equal([201, 201]);
      expect(await send(v2, "COLLECT_LOGS")).to.be.an("object");
      expect(await send(request, "SYNC_CONTENT")).to.be.an("object");
    }));

  it("says 404 to unknown ids, and loudly to unknown routes and to a missing slash", async () => {
    const lines: string[] = [];
    const options = { devices: 1, onUnknownRoute: (line: string) => lines.push(line) };
    await withTenant(options, async ({ ask, get, simulator }) => {
      const unknown = "00000000-0000-4000-a000-00000000ffff";
      expect((await get(`/v2/devices/${unknown}`)).status).to.equal(404);
      expect((await get(`/commands/v0/commands/${unknown}/`)).status).to.equal(404);
      expect((await get(`/enterprise/${simulator.enterpriseId}/devicegroup/${unknown}/`)).status).to.equal(404);
      expect(simulator.traffic.unknownRoutes).to.have.lengthOf(0);
      expect((await get("/commands/v0/commands")).status).to.equal(404);
      expect((await ask("POST", "/commands/v0/commands", {})).status).to.equal(405);
      expect((await get("/v9/rockets/")).status).to.equal(404);
      expect(simulator.traffic.unknownRoutes).to.deep.equal([
        "GET /commands/v0/commands",
        "POST /commands/v0/commands",
        "GET /v9/rockets/",
      ]);
    });
    expect(lines).to.have.lengthOf(3);
  });

  it("counts requests by route and status, and logs commands without their secrets", () =>
    withTenant({ devices: 2 }, async ({ get, send, world, simulator }) => {
      await get("/v2/devices/");
      await get("/v2/devices/");
      await send({ ...install(world.devices().map(({ id }) => id)), alias: "label" });
      expect(simulator.traffic.byRoute).to.deep.equal({ "GET /v2/devices/": 2, "POST /commands/v0/commands/": 1 });
      expect(simulator.traffic.byStatus).to.deep.equal({ "200": 2, "201": 1 });
      expect(world.commandLog[0]).to.include({
        certificateAlias: "corp",
        label: "label",
        resolved: 2,
        endpoint: "request",
      });
      expect(JSON.stringify(world.commandLog)).not.to.contain("secret");
      simulator.resetTraffic();
      expect(simulator.traffic.total).to.equal(0);
    }));

  it("can be controlled by HTTP from another process", () =>
    withTenant({ devices: 5, onUnknownRoute: () => undefined }, async ({ simulator, world, get }) => {
      const control = async (
        method: string,
        path: string,
        body?: unknown,
      ): Promise<{ status: number; body: unknown }> => {
        const url = new URL(`/_simulator${path}`, simulator.url);
        const response = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
        return { status: response.status, body: await response.json() };
      };
      const id = world.devices()[0]?.id ?? "";
      const changed = await control("POST", `/devices/${id}`, { online: false, failWith: "broken" });
      expect([changed.status, field(changed.body, "online")]).to.deep.equal([200, false]);
      expect(world.device(id).online).to.equal(false);
      const joined = await control("POST", "/devices", { group: "Berlin", alias: "new" });
      expect(world.device(String(field(joined.body, "id"))).alias).to.equal("new");
      expect(field((await control("GET", "/devices?limit=2")).body, "count")).to.equal(6);
      await control("POST", "/faults", { forbidden: { times: 1 } });
      expect((await get("/v1/token-info/")).status).to.equal(403);
      expect(field((await control("GET", "/faults")).body, "strikes")).to.deep.equal({ forbidden: 1 });
      expect((await control("POST", "/faults", { forbiden: {} })).status).to.equal(400);
      expect((await control("POST", `/devices/${id}`, { online: "no" })).status).to.equal(400);
      expect((await control("GET", "/devices/none")).status).to.equal(400);
      expect((await control("GET", "/rockets")).status).to.equal(404);
      const before = world.now();
      await control("POST", "/time", { advanceMs: 1000 });
      expect(world.now() - before).to.equal(1000);
      expect(field((await control("GET", "/requests")).body, "byRoute")).to.deep.equal({ "GET /v1/token-info/": 1 });
      expect(field((await control("GET", "/log")).body, "commands")).to.deep.equal([]);
      expect(list(field((await control("GET", "/groups")).body, "groups"))).to.have.lengthOf(8);
    }));
});
