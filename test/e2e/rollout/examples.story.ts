// The examples of rollout, schedule and renewal beyond their first run: the steps that their READMEs show, with the real
// engine. That each example works at all is shown by ../../examples.

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator, type Simulator } from "../../../simulator";
import { makeSandbox, type Sandbox } from "../../../tools/sandbox";
import { Stack } from "../../support/engine";
import { commandsOf, connectionTo, digestsOf, expectOperations, holdersOf } from "../../support/story";

const projectFolder = join(__dirname, "..", "..", "..");
const alias = "corp-client";
const hourMs = 3_600_000;

describe("the steps of an example", function () {
  this.timeout(240_000);

  let simulator: Simulator;
  let sandbox: Sandbox;

  beforeEach(async () => {
    // Of twenty devices eight are in the shops, four of them in Berlin.
    simulator = await startSimulator({ devices: 20, deviceMs: 40, pageSize: 10 });
    sandbox = await makeSandbox(connectionTo(simulator));
  });

  afterEach(async () => {
    await simulator.close();
    await sandbox.remove();
  });

  const stackOf = async (example: string): Promise<Stack> => {
    const folder = join(sandbox.folder, "examples", example);
    await mkdir(folder, { recursive: true });
    await cp(join(projectFolder, "examples", example), folder, { recursive: true });
    await symlink(join(projectFolder, "node_modules"), join(sandbox.folder, "node_modules"));
    const stack = new Stack(folder, sandbox.environment, "ts");
    const ran = await stack.pulumi("stack", "init", "test");
    expect(ran.code, ran.text).to.equal(0);
    return stack;
  };

  it("canary: a pause after the canaries, and on to the end without it", async () => {
    const stack = await stackOf("canary");
    await stack.setConfig("pauseAfterWave", "1");
    expectOperations(await stack.up(), { created: 2 });
    expect(holdersOf(simulator, alias)).to.have.length(4);
    expect((await stack.outputs())["progress"]).to.deep.equal({ wave: 1, waves: 3, state: "paused" });
    await stack.pulumi("config", "rm", "pauseAfterWave");
    expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    // The four canaries are half of the eight, so the second wave has nobody of its own.
    expect(commandsOf(simulator)).to.deep.equal([`INSTALL ${alias} DEVICE 4`, `INSTALL ${alias} DEVICE 4`]);
    expect((await stack.outputs())["progress"]).to.deep.equal({ wave: 3, waves: 3, state: "complete" });
  });

  it("scheduled: nobody has it before its window opens, then everyone, and a refresh shows it", async () => {
    const stack = await stackOf("scheduled");
    await stack.setConfig("start", new Date(Date.now() + hourMs).toISOString());
    await stack.setConfig("end", new Date(Date.now() + 2 * hourMs).toISOString());
    expectOperations(await stack.up(), { created: 2 });
    expect(holdersOf(simulator, alias)).to.deep.equal([]);
    expect((await stack.outputs())["coverage"]).to.include({ members: 8, pending: 8 });
    simulator.world.advance(1.5 * hourMs);
    expect((await stack.refresh()).code).to.equal(0);
    expect(holdersOf(simulator, alias)).to.have.length(8);
    expectOperations(await stack.up(), { unchanged: 2 });
  });

  it("renewal: it says when it is due, and the new file goes over the old one", async () => {
    const stack = await stackOf("renewal");
    await stack.setConfig("renewBeforeDays", "5000");
    const first = await stack.up();
    expectOperations(first, { created: 2 });
    expect(first.text).to.contain("expires");
    expect(await stack.outputs()).to.include({ readyForRenewal: true, expiresAt: "2040-01-01T00:00:00.000Z" });
    const [old] = digestsOf(simulator, alias);
    await writeFile(
      join(stack.folder, "corp-client.p12"),
      await readFile(join(projectFolder, "examples", "renewal", "renewed.p12")),
    );
    expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    expect(await stack.outputs()).to.include({ readyForRenewal: false, expiresAt: "2045-01-01T00:00:00.000Z" });
    expect(digestsOf(simulator, alias)).to.have.length(1).and.not.include(old);
  });
});
