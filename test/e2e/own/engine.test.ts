// A certificate of its own on every device, through the real engine: from a folder, with nothing secret in the stack, and from
// certificates that the program makes itself.

import { expect } from "chai";
import { startSimulator, type Simulator } from "../../../simulator";
import { makeIdentity } from "../../support/certificates";
import { DeviceFiles } from "../../support/device-files";
import { withStack } from "../../support/engine";
import { newCommands } from "../../support/sent";
import { connectionTo, expectNothingToDo, expectOperations, holdersOf, storedResource, at } from "../../support/story";

const names = ["a", "b", "c"];

describe("certificates of devices, through the engine:", function () {
  this.timeout(900_000);
  let simulator: Simulator;
  let files: DeviceFiles;

  beforeEach(async () => {
    simulator = await startSimulator({
      ...{ deviceMs: 20, pageSize: 5 },
      fleet: {
        groups: [{ name: "Tills", devices: names.map((alias) => ({ alias, serial: `SN-${alias}`, osVersion: "14" })) }],
      },
    });
    files = new DeviceFiles("a-password-of-tills");
    for (const name of names) await files.put(`SN-${name}`);
  });

  afterEach(async () => {
    files.clear();
    await simulator.close();
  });

  function programOf(source: unknown): string {
    const args = {
      alias: "till",
      target: { group: simulator.world.group("Tills").id },
      source,
      wait: { timeoutMinutes: 1 },
    };
    return `
const esper = require("pulumi-esper");
const tills = new esper.DeviceCertificates("tills", ${JSON.stringify(args)});
exports.coverage = tills.coverage;
`;
  }

  it("created, unchanged, changed on one device, refreshed and destroyed, with nothing secret in the stack", async () => {
    const program = programOf({ folder: files.folder, passwordEnv: "P12_PASSWORD" });
    const env = { ...connectionTo(simulator), P12_PASSWORD: files.password };
    await withStack(program, { env }, async (stack) => {
      const preview = await stack.preview();
      expect(preview.text).to.include("reaches 3 devices: 3 online, 0 offline");
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "till")).to.deep.equal(names);
      await expectNothingToDo(stack, simulator, 2);
      const exported = await stack.exported();
      for (const secret of [files.password, files.bytesOf("SN-a").toString("base64").slice(100, 160)]) {
        expect(exported).to.not.include(secret);
      }
      const sent = newCommands(simulator);
      sent();
      await files.put("SN-b");
      const changed = await stack.up();
      expectOperations(changed, { updated: 1, unchanged: 1 });
      expect(changed.text).to.include("1 of 3 files changed; reaches 1 device");
      expect(sent()).to.deep.equal(["INSTALL till DEVICE b"]);
      expect((await stack.refresh()).code).to.equal(0);
      await expectNothingToDo(stack, simulator, 2);
      files.write("SN-c", Buffer.from("no certificate"));
      const refused = await stack.preview();
      expect(refused.code).to.not.equal(0);
      expect(refused.text).to.include("1 file cannot be used: SN-c.p12: ");
      await files.put("SN-c");
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "till")).to.deep.equal([]);
    });
  });

  it("from a map of certificates that the program makes: keys are secrets of the stack", async () => {
    const { certificate, privateKey } = makeIdentity("a.example");
    const program = programOf({ certificates: { "SN-a": { pem: { certificate, privateKey } } } });
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "till")).to.deep.equal(["a"]);
      expect(await stack.exported()).to.not.include(privateKey.split("\n")[3]);
      expect(at(await storedResource(stack, "tills"), "outputs", "coverage")).to.include({ installed: 1, missing: 2 });
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});
