// Runs every example as a user of a clone would, with the real engine against the simulator. The examples are found by
// listing the folder: a new one is under test from its first day. They stand in a copy, so that no stack's settings are
// written into the clone; its packages are the clone's.

import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator, type Simulator } from "../../simulator";
import { makeSandbox, type Sandbox } from "../../tools/sandbox";
import { Stack } from "../support/engine";
import { connectionTo, digestsOf, expectOperations, holdersOf } from "../support/story";

const projectFolder = join(__dirname, "..", "..");
const examples = readdirSync(join(projectFolder, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const alias = "corp-client";

describe("examples", function () {
  this.timeout(120_000);

  let simulator: Simulator;
  let sandbox: Sandbox;
  let clone: string;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: 6, deviceMs: 40, pageSize: 4 });
    sandbox = await makeSandbox(connectionTo(simulator));
    clone = join(sandbox.folder, "clone");
    await copyClone(clone);
  });

  afterEach(async () => {
    await simulator.close();
    await sandbox.remove();
  });

  const stackIn = async (folder: string): Promise<Stack> => {
    const stack = new Stack(folder, sandbox.environment, "ts");
    const ran = await stack.pulumi("stack", "init", "test");
    expect(ran.code, ran.text).to.equal(0);
    return stack;
  };

  for (const example of examples) {
    it(`${example} does its work, has nothing to do the second time, and leaves nothing behind`, async () => {
      const stack = await stackIn(join(clone, "examples", example));
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, alias)).to.have.length(simulator.world.group("Shops").deviceCount);
      const sent = simulator.world.commandLog.length;
      expectOperations(await stack.up(), { unchanged: 2 });
      expect(simulator.world.commandLog).to.have.length(sent);

      await furtherSteps[example]?.(stack, simulator);

      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, alias)).to.deep.equal([]);
    });

    it(`${example} explains itself and can be copied away`, async () => {
      const files = await readdir(join(projectFolder, "examples", example));
      expect(files).to.include.members(["README.md", "Pulumi.yaml", "package.json", "index.ts"]);
    });
  }

  it("the clone's own Pulumi.yaml runs the quickstart", async () => {
    const stack = await stackIn(clone);
    const preview = await stack.preview();
    expect(preview.code, preview.text).to.equal(0);
    expect(preview.text)
      .to.include("quickstart")
      .and.match(/\+ 2 to create/);
  });
});

/** What an example shows between its second `up` and the end. */
const furtherSteps: Readonly<Record<string, (stack: Stack, simulator: Simulator) => Promise<void>>> = {
  rotate: async (stack, simulator) => {
    const [first] = digestsOf(simulator, alias);
    await stack.setConfig("file", "second.p12");
    const { text } = await stack.preview();
    expect(text).to.match(/~ subject *: "CN=Test Client 1" => "CN=Test Client 2"/);
    expect(text).to.match(/~ notAfter *: "2040-01-01\S+" => "2045-01-01\S+"/);
    expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    expect(digestsOf(simulator, alias)).to.have.length(1).and.not.include(first);
    expect(simulator.world.commandLog.map(({ command }) => command)).to.deep.equal([
      "INSTALL_CERTIFICATE",
      "INSTALL_CERTIFICATE",
    ]);
  },
};

async function copyClone(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of ["Pulumi.yaml", "package.json", "examples"]) {
    await cp(join(projectFolder, name), join(folder, name), { recursive: true });
  }
  await symlink(join(projectFolder, "node_modules"), join(folder, "node_modules"));
}
