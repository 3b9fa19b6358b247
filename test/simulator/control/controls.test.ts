// The controls of a tenant that changes: devices that begin anew or are removed in the console, groups that go, and
// commands that others send; from within the process, and by HTTP.

import { expect } from "chai";
import type { Tenant } from "../tenant";
import { field, install, list, uninstall, withTenant } from "../tenant";

const all = "/commands/v0/commands/";

async function shown({ get }: Tenant, id: string): Promise<unknown> {
  return field((await get(`/v2/devices/${id}`)).body, "content");
}

async function control({ simulator }: Tenant, path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const sent = { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(new URL(`/_simulator${path}`, simulator.url), sent);
  return { status: response.status, body: await response.json() };
}

describe("simulator: controls of a tenant that changes", () => {
  it("keep a device in the list in a state of its own, and no command reaches it until it is online again", () =>
    withTenant({ devices: 3 }, async (tenant) => {
      const { world, get, send, states, pass } = tenant;
      const [id = "", ...others] = world.devices().map((device) => device.id);
      world.setState(id, 20);
      expect(field(await shown(tenant, id), "state")).to.equal(20);
      expect(field((await get("/v2/devices/?state=20")).body, "content", "count")).to.equal(1);
      expect(field((await get("/v2/devices/?state=60")).body, "content", "count")).to.equal(0);
      const request = await send(install([id, ...others]));
      pass(5000);
      expect((await states(request))[id]).to.equal("Command Queued");
      expect(world.device(id).specialState).to.equal(20);
      world.setState(id, 70);
      expect(field(await shown(tenant, id), "state")).to.equal(70);
      world.setOnline(id, true);
      expect(field(await shown(tenant, id), "state")).to.equal(1);
      pass(5000);
      expect((await states(request))[id]).to.equal("Command Success");
    }));

  it("enroll a device again: the same id, a newer created_at, no certificates", () =>
    withTenant({ devices: 2 }, async (tenant) => {
      const { world, send, pass } = tenant;
      const [id = "", other = ""] = world.devices().map((device) => device.id);
      await send(install([id, other]));
      pass(60_000);
      world.setState(id, 40);
      world.enrollAgain(id);
      expect([world.keystore(id).size, world.keystore(other).size]).to.deep.equal([0, 1]);
      expect(world.device(id).enrolledAt - world.device(other).enrolledAt).to.equal(60_000);
      expect(await shown(tenant, id)).to.deep.include({ state: 1, created_at: "2026-06-01T08:01:00.000Z" });
    }));

  it("turn a device into one that cannot hold a certificate", () =>
    withTenant({ devices: 1 }, async (tenant) => {
      const { world, send, states, pass } = tenant;
      const [id = ""] = world.devices().map((device) => device.id);
      world.setOsVersion(id, "8.1.0");
      expect(await shown(tenant, id)).to.deep.include({ os_version: "8.1.0" });
      const request = await send(install([id]));
      pass(5000);
      expect(await states(request)).to.deep.equal({ [id]: "Command Failure" });
    }));

  it("take a group away: its sub-groups and devices move to its parent", () =>
    withTenant(
      {
        fleet: {
          groups: [
            { name: "Shops", devices: 1 },
            { name: "Berlin", parent: "Shops", devices: 2 },
          ],
        },
      },
      async (tenant) => {
        const { world, get, simulator } = tenant;
        const { id } = world.group("Shops");
        const berlin = world.group("Berlin");
        world.removeGroup("Shops");
        expect(world.groups().map(({ path, deviceCount }) => [path, deviceCount])).to.deep.equal([
          ["All devices", 3],
          ["All devices/Berlin", 2],
        ]);
        const group = `/enterprise/${simulator.enterpriseId}/devicegroup/`;
        expect((await get(`${group}${id}/`)).status).to.equal(404);
        expect(field((await get(`${group}${berlin.id}/`)).body, "parent")).to.match(
          new RegExp(`/${world.group("All devices").id}/$`),
        );
        expect(world.devices("All devices").map(({ groupId }) => groupId)).to.have.members([
          berlin.id,
          berlin.id,
          world.group("All devices").id,
        ]);
      },
    ));

  it("send a certificate command as another client: with another user, any label or none, on groups or devices", () =>
    withTenant({ devices: 5 }, async (tenant) => {
      const { world, send, get, states, pass, simulator } = tenant;
      const ids = world.devices().map(({ id }) => id);
      const own = await send(install(ids));
      pass(5000);
      const digest = world.keystore(ids[0] ?? "").get("corp")?.digest;
      const other = await world.sendAsOther({ alias: "corp", groups: ["Shops"], label: "console" });
      pass(5000);
      const reached = Object.keys(await states(other));
      expect(reached).to.deep.equal(world.devices("Shops").map(({ id }) => id));
      expect(world.keystore(reached[0] ?? "").get("corp")?.digest)
        .to.match(/^[0-9a-f]{64}$/)
        .and.not.to.equal(digest);
      const rows = list(field((await get(all)).body, "content", "results"));
      expect(rows.map((row) => [field(row, "id"), field(row, "alias"), field(row, "command_type")])).to.deep.equal([
        [other, "console", "GROUP"],
        [own, null, "DEVICE"],
      ]);
      expect(field(rows[0], "created_by")).not.to.equal(field(rows[1], "created_by"));
      expect(world.commandLog.map(({ sender }) => sender)).to.deep.equal(["own", "other"]);
      const removal = { command: "UNINSTALL_CERTIFICATE", alias: "corp", devices: ids, endpoint: "v2" } as const;
      await world.sendAsOther(removal);
      pass(5000);
      expect(ids.map((id) => world.keystore(id).size)).to.deep.equal([0, 0, 0, 0, 0]);
      const v2 = `/v0/enterprise/${simulator.enterpriseId}/command/`;
      expect(field((await get(`${v2}?issued_by=2`)).body, "count")).to.equal(1);
      expect(field((await get(`${v2}?issued_by=1`)).body, "count")).to.equal(0);
    }));

  it("send a file of one's own as another client, which devices open", () =>
    withTenant({ devices: 1 }, async ({ world, send, pass }) => {
      const [id = ""] = world.devices().map((device) => device.id);
      const file = String(field(install([]), "command_args", "cert_data_base64"));
      await send(install([id]));
      pass(5000);
      const digest = world.keystore(id).get("corp")?.digest;
      await world.sendAsOther({ alias: "theirs", devices: [id], file, password: "secret" });
      await world.sendAsOther({ alias: "wrong", devices: [id], file, password: "no" });
      pass(9000);
      expect([...world.keystore(id)].map(([alias, entry]) => [alias, entry.digest])).to.deep.equal([
        ["corp", digest],
        ["theirs", digest],
      ]);
    }));

  it("refuse what cannot be: commands for nobody, for devices that are not there", () =>
    withTenant({ devices: 1 }, async (tenant) => {
      const refused = async (command: object): Promise<string> => {
        const { status, body } = await control(tenant, "/commands", command);
        return `${status} ${String(field(body, "error"))}`;
      };
      expect(await refused({ alias: "corp" })).to.equal("400 A command needs devices or groups.");
      expect(await refused({ alias: "corp", devices: ["x"] })).to.equal("400 The simulated tenant has no device x.");
      expect(await refused({ devices: ["x"] })).to.match(/^400 .*alias: string/);
      expect(tenant.world.commandLog).to.have.lengthOf(0);
    }));

  it("fail one device's removal, which a later one makes good", () =>
    withTenant({ devices: 3 }, async ({ world, send, states, pass }) => {
      const ids = world.devices().map(({ id }) => id);
      await send(install(ids));
      pass(5000);
      world.flaky(ids[1] ?? "", 1, "Busy");
      const removal = await send(uninstall(ids));
      pass(5000);
      expect(Object.values(await states(removal))).to.deep.equal([
        "Command Success",
        "Command Failure",
        "Command Success",
      ]);
      expect(ids.map((id) => world.keystore(id).size)).to.deep.equal([0, 1, 0]);
    }));

  it("do the same by HTTP", () =>
    withTenant({ devices: 5 }, async (tenant) => {
      const { world } = tenant;
      const [id = ""] = world.devices("Shops").map((device) => device.id);
      const change = (body: unknown): Promise<unknown> => control(tenant, `/devices/${id}`, body);
      await change({ state: 20 });
      expect(world.device(id).specialState).to.equal(20);
      await change({ osVersion: "8.1.0", enrollAgain: true });
      expect(world.device(id)).to.include({ osVersion: "8.1.0", specialState: null, online: true });
      const sent = await control(tenant, "/commands", { alias: "corp", groups: ["Shops"], label: null });
      expect(world.commandLog[0]).to.include({ requestId: field(sent.body, "id"), sender: "other", resolved: 2 });
      expect((await control(tenant, `/groups/${world.group("Berlin").id}`, { remove: true })).status).to.equal(200);
      expect(world.groups().map(({ name }) => name)).not.to.include("Berlin");
    }));
});
