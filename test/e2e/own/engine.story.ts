// A certificate of its own on every device, through the real engine: from a folder, with nothing secret in the stack, and from
// certificates that the program makes itself.

import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { DeviceFiles } from "../../support/device-files";
import { withStack } from "../../support/engine";
import { newCommands } from "../../support/sent";
import { descendantsOf, kill } from "../../support/processes";
import {
  at,
  commandsOf,
  connectionTo,
  digestsOf,
  expectNoSecret,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  storedResource,
} from "../../support/story";
import { until } from "../../support/until";

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

  function programOf(source: unknown, more: Readonly<Record<string, unknown>> = {}): string {
    const args = {
      alias: "till",
      target: { group: simulator.world.group("Tills").id },
      source,
      wait: { timeoutMinutes: 1 },
      ...more,
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
      expectNoSecret(exported, { password: files.password, file: files.bytesOf("SN-a") });
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

  it("a run that is killed between two waves is gone on with: no device gets its file twice, and no password is stored", async () => {
    const passwordOf = (name: string): string => `the-password-of-${name}`;
    const putAll = async (): Promise<void> => {
      for (const name of names) {
        files.write(`SN-${name}`, await p12Of(makeIdentity(`${name}.example`), passwordOf(name)));
        writeFileSync(join(files.folder, `SN-${name}.txt`), `${passwordOf(name)}\n`);
      }
    };
    await putAll();
    const source = { folder: files.folder, passwordFile: "{serial}.txt" };
    await withStack(programOf(source), { env: connectionTo(simulator) }, async (stack) => {
      expectOperations(await stack.up(), { created: 2 });
      const before = digestsOf(simulator, "till");
      await putAll();
      await stack.writeProgram(programOf(source, { rollout: { waves: [1, "100%"], soakMinutes: 30 } }));
      const run = await stack.start("up", "--yes", "--skip-preview", "--non-interactive");
      await until(() => digestsOf(simulator, "till").some((digest) => !before.includes(digest)), 120_000);
      const left = await descendantsOf(run.pid ?? 0);
      kill(run.pid ?? 0);
      for (const { pid } of left) kill(pid);
      expect((await run.ended).code).to.not.equal(0);
      await stack.pulumi("cancel", "--yes");

      await stack.writeProgram(programOf(source));
      expect((await stack.up()).code).to.equal(0);
      const after = digestsOf(simulator, "till");
      expect(after.filter((digest) => !before.includes(digest))).to.have.length(3);
      expect(commandsOf(simulator)).to.deep.equal(Array(6).fill("INSTALL till DEVICE 1"));
      expectNoSecret(await stack.exported(), Object.fromEntries(names.map((name) => [name, passwordOf(name)])));
      await expectNothingToDo(stack, simulator, 2);
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
