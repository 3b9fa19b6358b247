import { expect } from "chai";
import type { Fleet } from "../../../simulator/index";
import { makeP12 } from "../make-p12";
import { field, install, list, uninstall, withTenant } from "../tenant";

const dayMs = 24 * 60 * 60 * 1000;

const one = { id: "00000000-0000-4000-a000-000000000001" };
const two = { id: "00000000-0000-4000-a000-000000000002" };
const oneDevice: Fleet = { groups: [{ name: "Shop", devices: [one] }] };
const twoDevices: Fleet = { groups: [{ name: "Shop", devices: [one, { ...two, online: false }] }] };

describe("simulator: devices", () => {
  it("passes through the states of a command in their order", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, pass }) => {
      const request = await send(install([one.id]));
      const seen: (string | undefined)[] = [];
      for (let step = 0; step < 12; step += 1) {
        const state = (await states(request))[one.id];
        if (state !== seen.at(-1)) seen.push(state);
        pass(100);
      }
      expect(seen).to.deep.equal([
        "Command Queued",
        "Command Initiated",
        "Command Acknowledged",
        "Command In Progress",
        "Command Success",
      ]);
    }));

  it("shows a command as pending at least once, however quick the device is", () =>
    withTenant({ fleet: oneDevice, deviceMs: 0, readsBeforeAnswer: 1 }, async ({ send, states, pass }) => {
      const request = await send(install([one.id]));
      pass(10);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command In Progress" });
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success" });
      const unread = await send(install([one.id]));
      pass(70_000);
      expect(await states(unread)).to.deep.equal({ [one.id]: "Command Success" });
    }));

  it("carries out the commands of a device first in, first out, and one after the other", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, world, pass }) => {
      const first = await send(install([one.id]));
      pass(600);
      const second = await send(uninstall([one.id]));
      pass(400);
      expect(world.keystore(one.id).has("corp")).to.equal(true);
      expect(await states(first)).to.deep.equal({ [one.id]: "Command Success" });
      expect(await states(second)).to.deep.equal({ [one.id]: "Command Queued" });
      pass(1000);
      expect(world.keystore(one.id).has("corp")).to.equal(false);
    }));

  it("opens the file with the password, keeps the content's digest, and fails when it cannot open it", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, world, pass }) => {
      await send(install([one.id]));
      const wrong = await send(install([one.id], { cert_password: "other", cert_alias_name: "wrong" }));
      const garbage = await send(install([one.id], { cert_data_base64: "AAAA", cert_alias_name: "garbage" }));
      const unnamed = await send(install([one.id], { cert_alias_name: "" }));
      const unstored = await send(install([one.id], { cert_storage_type: "user" }));
      pass(5000);
      expect([...world.keystore(one.id).keys()]).to.deep.equal(["corp"]);
      expect(world.keystore(one.id).get("corp")?.digest).to.match(/^[0-9a-f]{64}$/);
      for (const failed of [wrong, garbage, unnamed, unstored]) {
        expect(await states(failed)).to.deep.equal({ [one.id]: "Command Failure" });
      }
      expect(world.device(one.id).commands[1]?.reason).to.contain("wrong password");
    }));

  it("keeps the same digest for the same content under another password", () =>
    withTenant({ fleet: oneDevice }, async ({ send, world, pass }) => {
      const file = install([one.id]);
      await send(file);
      pass(1000);
      const before = world.keystore(one.id).get("corp")?.digest;
      await send(install([one.id], { cert_data_base64: makeP12("other", "secret") }));
      pass(1000);
      const between = world.keystore(one.id).get("corp")?.digest;
      await send(install([one.id], { cert_data_base64: makeP12("client", "new"), cert_password: "new" }));
      pass(1000);
      expect(world.keystore(one.id).get("corp")?.digest).to.equal(before).and.not.to.equal(between);
    }));

  it("does not let Android 8 have a certificate, nor old versions read new encodings when told so", () => {
    const fleet = { groups: [{ name: "Shop", devices: ["8.1.0", "11", "14"].map((osVersion) => ({ osVersion })) }] };
    return withTenant({ fleet, androidSupport: true }, async ({ send, world, pass }) => {
      const devices = world.devices("Shop");
      const ids = devices.map(({ id }) => id);
      await send(install(ids, { cert_data_base64: makeP12("client", "secret", "aes256") }));
      pass(1000);
      const last = world.devices("Shop").map(({ commands }) => commands.at(-1));
      expect(last.map((command) => command?.state)).to.deep.equal([
        "Command Failure",
        "Command Failure",
        "Command Success",
      ]);
      expect(last[1]?.reason).to.contain("wrong password");
    });
  });

  it("leaves a command queued while the device is offline and carries it out when the device returns", () =>
    withTenant({ fleet: twoDevices }, async ({ send, states, world, pass }) => {
      const request = await send(install([one.id, two.id]));
      pass(dayMs);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success", [two.id]: "Command Queued" });
      world.setOnline(two.id, true);
      pass(1000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success", [two.id]: "Command Success" });
    }));

  it("calls a command timed out when the device goes offline over it, and takes its late answer", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, world, pass }) => {
      const request = await send(install([one.id]));
      pass(600);
      world.setOnline(one.id, false);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command In Progress" });
      pass(11 * 60_000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command TimeOut" });
      world.setOnline(one.id, true);
      pass(1000);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success" });
    }));

  it("lets an install expire after 30 days: the device that returns does not get it", () =>
    withTenant({ fleet: twoDevices }, async ({ send, states, world, pass }) => {
      const request = await send(install([two.id]));
      pass(31 * dayMs);
      expect(await states(request)).to.deep.equal({ [two.id]: "Command Queued" });
      world.setOnline(two.id, true);
      pass(1000);
      expect(await states(request)).to.deep.equal({ [two.id]: "Command Failure" });
      expect(world.keystore(two.id).size).to.equal(0);
    }));

  it("runs faster than its clock when told so", () =>
    withTenant({ fleet: oneDevice, timeFactor: 1000 }, async ({ send, states, pass }) => {
      const request = await send(install([one.id]));
      pass(1);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success" });
    }));

  it("fails, is flaky, and times out softly as it is told", () =>
    withTenant({ fleet: oneDevice }, async ({ send, states, world, pass }) => {
      const next = async (): Promise<string | undefined> => {
        const request = await send(install([one.id]));
        pass(1000);
        return (await states(request))[one.id];
      };
      world.failWith(one.id, "Storage is full");
      expect(await next()).to.equal("Command Failure");
      expect(world.device(one.id).commands[0]?.reason).to.equal("Storage is full");
      world.failWith(one.id, undefined);
      world.flaky(one.id, 1);
      expect([await next(), await next()]).to.deep.equal(["Command Failure", "Command Success"]);
      world.wipe(one.id);
      world.timeOutThenSucceed(one.id, 5000);
      expect(await next()).to.equal("Command TimeOut");
      expect(world.keystore(one.id).size).to.equal(0);
      pass(5000);
      expect(world.device(one.id).commands.at(-1)?.state).to.equal("Command Success");
      expect(world.keystore(one.id).size).to.equal(1);
      world.timeOutThenSucceed(one.id, 5000, true);
      expect([await next(), await next()], "it goes on meanwhile").to.deep.equal([
        "Command TimeOut",
        "Command Success",
      ]);
      pass(5000);
      expect(world.device(one.id).commands.at(-2)?.state).to.equal("Command Success");
    }));

  it("sends a GROUP command to those who are in the group or its sub-groups at that moment", () => {
    const fleet = {
      groups: [
        { name: "Shops", devices: 1 },
        { name: "Berlin", parent: "Shops", devices: 2 },
        { name: "Offices", devices: 1 },
      ],
    };
    return withTenant({ fleet }, async ({ send, states, world }) => {
      const command = { ...install([]), command_type: "GROUP", groups: [world.group("Shops").id] };
      const request = await send(command);
      expect(Object.keys(await states(request))).to.have.lengthOf(3);
      const joined = world.join("Berlin");
      expect(world.group("Shops").deviceCount).to.equal(4);
      expect(await states(request)).not.to.have.property(joined);
      expect(await states(await send(command))).to.have.property(joined);
      world.leave(joined);
      expect(world.group("Shops").deviceCount).to.equal(3);
      expect(Object.keys(await states(await send({ ...command, command_type: "DYNAMIC" })))).to.have.lengthOf(3);
    });
  });

  it("gives certificate commands to Androids only, other commands to all", () => {
    const fleet = { groups: [{ name: "Shop", devices: [one, { ...two, platform: "APPLE" as const }] }] };
    return withTenant({ fleet }, async ({ send, states }) => {
      const certificate = install([one.id, two.id]);
      expect(Object.keys(await states(await send(certificate)))).to.deep.equal([one.id]);
      const reboot = await send({ ...certificate, command: "REBOOT" });
      expect(Object.keys(await states(reboot))).to.deep.equal([one.id, two.id]);
    });
  });

  it("honours device_type, and takes active for an absent one as older descriptions say", () =>
    withTenant({ fleet: twoDevices }, async ({ send, states }) => {
      const sentTo = async (type: string | undefined): Promise<string[]> =>
        Object.keys(await states(await send({ ...install([one.id, two.id]), device_type: type })));
      expect(await sentTo("all")).to.deep.equal([one.id, two.id]);
      expect(await sentTo("active")).to.deep.equal([one.id]);
      expect(await sentTo("inactive")).to.deep.equal([two.id]);
      expect(await sentTo(undefined)).to.deep.equal([one.id]);
    }));

  it("cancels what still waits, and says 304 when it is too late", () =>
    withTenant({ fleet: twoDevices }, async ({ send, states, ask, get, world, pass }) => {
      const request = await send(install([one.id, two.id]));
      pass(1000);
      const rows = await get(`/commands/v0/status/?request=${request}`);
      const cancel = (place: number): Promise<{ status: number }> => {
        const row = String(field(rows.body, "content", "results", place, "id"));
        return ask("PUT", `/commands/v0/status/${row}/`, { state: "Command Cancelled", reason: "no more" });
      };
      expect((await cancel(0)).status).to.equal(304);
      expect((await cancel(1)).status).to.equal(200);
      expect(await states(request)).to.deep.equal({ [one.id]: "Command Success", [two.id]: "Command Cancelled" });
      world.setOnline(two.id, true);
      pass(1000);
      expect(world.keystore(two.id).size).to.equal(0);
    }));

  it("brings the same fleet, ids and answers for the same seed", async () => {
    const run = async (seed: number): Promise<unknown> => {
      let seen: unknown;
      await withTenant(
        { seed, devices: 30, offlineShare: 0.3, deviceSpread: 0.8 },
        async ({ send, get, world, pass }) => {
          const request = await send({
            ...install([]),
            command_type: "GROUP",
            groups: [world.group("All devices").id],
          });
          pass(900);
          const stats = await get(`/commands/v0/commands/${request}/stats/`);
          seen = [world.devices().map(({ id, online, osVersion }) => [id, online, osVersion]), stats.body];
        },
      );
      return seen;
    };
    const [first, again, other] = [await run(5), await run(5), await run(6)];
    expect(again).to.deep.equal(first);
    expect(other).not.to.deep.equal(first);
  });

  it("brings offline devices back after a while when told so", () =>
    withTenant({ devices: 20, offlineShare: 0.5, returnAfterMs: 60_000 }, ({ world, pass }) => {
      const offline = (): number => world.devices().filter(({ online }) => !online).length;
      expect(offline()).to.be.greaterThan(3);
      pass(100_000);
      expect(offline()).to.equal(0);
      expect(list(world.commandLog)).to.have.lengthOf(0);
      return Promise.resolve();
    }));
});
