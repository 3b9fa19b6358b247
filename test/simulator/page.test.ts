// The simulator's page without a browser: the document, the value that it asks for every second, and that neither holds a
// secret; and that the controls are closed to other websites.

import { expect } from "chai";
import { readFaults } from "../../simulator";
import { faultNames } from "../../simulator/faults/read-faults";
import { faultPresets } from "../../simulator/page/fault-presets";
import type { Tenant } from "./tenant";
import { field, install, list, raw, uninstall, withTenant } from "./tenant";

type Viewed = (query?: string) => Promise<unknown>;

function viewOf({ simulator }: Tenant): Viewed {
  return async (query = "") => (await fetch(`${simulator.pageUrl}_simulator/view?${query}`)).json();
}

describe("the simulator's page", () => {
  it("is one document at its origin that loads nothing and lets nothing else run", () =>
    withTenant({ devices: 1 }, async ({ simulator }) => {
      const response = await fetch(simulator.pageUrl);
      expect([response.status, response.headers.get("content-type")]).to.deep.equal([200, "text/html; charset=utf-8"]);
      const policy = response.headers.get("content-security-policy");
      expect(policy).to.match(/^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; img-src data:;/);
      expect(policy).to.contain("frame-ancestors 'none'").and.not.to.contain("unsafe");
      const page = await response.text();
      expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.to.match(/https?:|\bsrc=|@import|url\((?!"data:)/);
      expect(simulator.traffic.total).to.equal(0);
    }));

  it("shows what each device has of a certificate: without, waiting, failed, holds it; small letters are offline", () => {
    const devices = [{}, {}, { online: false }, {}];
    return withTenant({ fleet: { groups: [{ name: "Shop", devices }] } }, async (tenant) => {
      const { world, send, pass } = tenant;
      const view = viewOf(tenant);
      const letters = async (alias = "corp"): Promise<unknown> => field(await view(`alias=${alias}`), "letters");
      const ids = world.devices().map(({ id }) => id);
      const first = ids.slice(0, 1);
      world.failWith(ids[1] ?? "", "full");
      expect(await letters()).to.equal("NNnN");
      await send(install(ids.slice(0, 3)));
      expect(await letters()).to.equal("WWwN");
      pass(2000);
      expect(await letters()).to.equal("HFwN");
      expect(await letters("other")).to.equal("NNnN");
      expect(field(await view(), "letters"), "any alias").to.equal("HFwN");
      expect(field(await view(), "totals")).to.deep.equal({
        letters: { H: 1, F: 1, w: 1, N: 1 },
        waiting: 1,
        longest: 1,
      });
      expect(field(await view(), "queues")).to.deep.equal([0, 1]);
      await send(install(first));
      expect(await letters(), "a renewal").to.equal("WFwN");
      pass(2000);
      world.wipe(ids[0] ?? "");
      expect(await letters(), "a wipe").to.equal("NFwN");
      await send(install(first));
      pass(2000);
      await send(uninstall(first));
      pass(2000);
      expect(await letters(), "a removal").to.equal("NFwN");
      world.setOnline(ids[2] ?? "", true);
      pass(2000);
      expect(await letters()).to.equal("NFHN");
    });
  });

  it("shows what devices did before Esper shows it, and says how many answers Esper keeps back", () =>
    withTenant({ devices: 3, readsBeforeAnswer: 1 }, async (tenant) => {
      const view = viewOf(tenant);
      const ids = tenant.world.devices().map(({ id }) => id);
      tenant.world.failWith(ids[2] ?? "", "full");
      const request = await tenant.send({ ...install(ids), alias: "label-1" });
      tenant.pass(2000);
      expect(field(await view(), "letters")).to.equal("HHF");
      const command = field(await view(), "commands", 0);
      expect(command).to.deep.include({ requestId: request, label: "label-1", devices: 3, heldBack: 3 });
      expect(field(command, "states")).to.deep.equal({ "Command Success": 2, "Command Failure": 1 });
      await tenant.states(request);
      expect(field(await view(), "commands", 0, "heldBack")).to.equal(0);
    }));

  it("tells groups and devices anew only when one came, went or moved", () =>
    withTenant({ devices: 10 }, async (tenant) => {
      const { world } = tenant;
      const view = viewOf(tenant);
      const known = async (): Promise<string> => String(field(await view(), "version"));
      let version = await known();
      const isTold = async (): Promise<boolean> => {
        const seen = await view(`known=${version}`);
        version = String(field(seen, "version"));
        return field(seen, "fleet") !== undefined;
      };
      expect(await isTold()).to.equal(false);
      const id = world.join("Berlin", { alias: "new" });
      expect(await isTold()).to.equal(true);
      world.setOnline(id, false);
      expect(await isTold()).to.equal(false);
      world.move(id, "Hamburg");
      expect(await isTold()).to.equal(true);
      world.addGroup("Harbour", "Hamburg");
      expect(await isTold()).to.equal(true);
      const groups = list(field(await view(), "fleet", "groups"));
      const hamburg = groups.find((group) => field(group, "path") === "All devices/Shops/Hamburg");
      expect(list(field(hamburg, "devices"))).to.deep.include([id, "new"]);
      world.leave(id);
      expect(await isTold()).to.equal(true);
      expect(await isTold()).to.equal(false);
    }));

  it("stays small with a large fleet: it shows 5000 devices and counts all", () =>
    withTenant({ devices: 6000 }, async (tenant) => {
      const seen = await viewOf(tenant)();
      expect(String(field(seen, "letters"))).to.have.length(5000);
      expect(field(seen, "fleet", "omitted")).to.equal(1000);
      expect(field(seen, "totals", "letters")).to.deep.equal({ N: 6000 });
      const again = await viewOf(tenant)(`known=${String(field(seen, "version"))}`);
      expect(JSON.stringify(again).length).to.be.below(6000);
    }));

  it("holds no password, no file and no key, nor does any control", () =>
    withTenant({ devices: 3, apiKey: "the-only-right-key" }, async (tenant) => {
      const { world, send, pass, simulator } = tenant;
      const ids = world.devices().map(({ id }) => id);
      const file = String(field(install([]), "command_args", "cert_data_base64"));
      const password = "a-password-to-look-for";
      await send(install(ids, { cert_password: password }));
      await send(install(ids));
      pass(5000);
      simulator.faults.set({ echoSecretsInErrors: {}, forbidden: { times: 1 } });
      expect((await tenant.ask("POST", "/commands/v0/commands/", install(ids))).text).to.contain(file);
      const paths = ["view", "devices", `devices/${ids[0] ?? ""}`, "groups", "requests", "log", "faults", "time"];
      for (const path of ["", ...paths.map((name) => `_simulator/${name}`)]) {
        const response = await fetch(simulator.pageUrl + path);
        expect(response.status, path).to.equal(200);
        const text = await response.text();
        for (const secret of [password, file.slice(100, 120), "the-only-right-key"]) {
          expect(text, path).not.to.contain(secret);
        }
      }
      expect(field(await viewOf(tenant)(), "commandCount")).to.equal(2);
    }));

  it("offers every fault, with settings that can be read", () => {
    const offered = Object.fromEntries(Object.entries(faultPresets).map(([name, { settings }]) => [name, settings]));
    expect(Object.keys(offered).sort()).to.deep.equal([...faultNames].sort());
    expect(readFaults(offered)).to.deep.equal(offered);
  });
});

describe("the simulator's controls", () => {
  it("set and end one fault, and leave the others and their counts", () =>
    withTenant({ devices: 1 }, async (tenant) => {
      const { get, simulator } = tenant;
      const set = async (name: string, settings?: unknown): Promise<number> => {
        const body = settings === undefined ? {} : { body: JSON.stringify(settings) };
        return (await fetch(`${simulator.pageUrl}_simulator/faults/${name}`, { method: "POST", ...body })).status;
      };
      simulator.faults.set({ wrongContentType: {} });
      await get("/v1/token-info/");
      expect(await set("forbidden", { times: 1 })).to.equal(200);
      expect((await get("/v1/token-info/")).status).to.equal(403);
      expect((await get("/v1/token-info/")).status).to.equal(200);
      expect(simulator.faults.strikes).to.deep.equal({ wrongContentType: 3, forbidden: 1 });
      expect(await set("forbidden", { times: 1 })).to.equal(200);
      expect((await get("/v1/token-info/")).status).to.equal(403);
      expect(await set("forbidden", null)).to.equal(200);
      expect(simulator.faults.current).to.deep.equal({ wrongContentType: {} });
      expect(simulator.faults.strikes).to.deep.equal({ wrongContentType: 4 });
      expect([await set("slowMs", {}), await set("slow", {}), await set("hang")]).to.deep.equal([400, 400, 400]);
      expect(simulator.faults.current).to.deep.equal({ wrongContentType: {} });
    }));

  const foreign: readonly (readonly [says: string, headers: Record<string, string>])[] = [
    ["another website", { origin: "https://elsewhere.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["a page without an origin, as one in a sandbox", { origin: "null" }],
    ["a form or picture of another website", { "sec-fetch-site": "cross-site" }],
    ["a page of a neighbouring host", { "sec-fetch-site": "same-site" }],
    ["a foreign name that points to this machine", { host: "rebound.example:4010" }],
    ["that name with itself as origin", { host: "rebound.example", origin: "http://rebound.example" }],
  ];
  for (const [says, headers] of foreign) {
    it(`refuse ${says}`, () =>
      withTenant({ devices: 1 }, async (tenant) => {
        const body = JSON.stringify({ forbidden: {} });
        const sent = await raw(tenant, { method: "POST", path: "/_simulator/faults", headers, body });
        expect(sent.status).to.equal(403);
        expect(sent.text).to.match(
          /"error":"The (?:controls do not answer to other websites|simulator answers to addresses)/,
        );
        expect(tenant.simulator.faults.current).to.deep.equal({});
        expect((await raw(tenant, { method: "GET", path: "/_simulator/view", headers })).status).to.equal(403);
      }));
  }

  const own: readonly Record<string, string>[] = [
    {},
    { host: "localhost:4010", origin: "http://localhost:4010" },
    { host: "simulator:4010" },
    { host: "esper.localhost" },
    { host: "[::1]:4010", origin: "http://[::1]:4010", "sec-fetch-site": "same-origin" },
    { host: "192.168.1.5", "sec-fetch-site": "none" },
  ];
  for (const headers of own) {
    it(`answer to ${JSON.stringify(headers)}`, () =>
      withTenant({ devices: 1 }, async (tenant) => {
        const sent = await raw(tenant, { method: "POST", path: "/_simulator/faults/hang", headers, body: "{}" });
        expect([sent.status, tenant.simulator.faults.current]).to.deep.equal([200, { hang: {} }]);
      }));
  }
});
