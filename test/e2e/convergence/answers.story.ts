// What devices answer late, never, or always the same: soft time-outs, installs that expire, devices that fail for good
// (docs/design.md, sections 1 to 3), through the real engine.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Stack } from "../../support/engine";
import { deviceNamed, newCommands } from "../../support/sent";
import {
  at,
  connectionTo,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { until } from "../../support/until";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-answers";
const source = { file: "corp.p12", password };
const monthMs = 31 * 24 * 3_600_000;

describe("what devices answer", () => {
  let simulator: Simulator;
  let file: Uint8Array;
  const device = (alias: string): string => deviceNamed(simulator, alias);
  const group = (name: string): { group: string } => ({ group: simulator.world.group(name).id });

  before(async () => {
    file = await p12Of(makeIdentity("answers.example"), password);
  });

  const start = async (aMonthAgo = false): Promise<void> => {
    const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));
    simulator = await givenFleet(
      { Berlin: ["b1", "b2"], Hamburg: ["h1", "h2"] },
      { deviceMs: 60, pageSize: 3, ...(aMonthAgo ? { clock: { now: () => Date.now() - monthMs, sleep } } : {}) },
    );
  };

  afterEach(() => simulator.close());

  it("waits while a time-out may turn into a success, and later a refresh alone sets it right", async function () {
    this.timeout(240_000);
    await start();
    simulator.world.timeOutThenSucceed(device("b1"), 2_000);
    simulator.world.timeOutThenSucceed(device("h1"), 7_000);
    const sent = newCommands(simulator);
    const program = programOf({
      patient: { alias: "patient", target: group("Berlin"), source },
      hasty: { alias: "hasty", target: group("Hamburg"), source, wait: { timeoutMinutes: 0.05 } },
    });
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      const first = await stack.up();
      expect(first.code, first.text).not.to.equal(0);
      expect(first.text).to.match(
        /1 device did not take the certificate \(TimeOut\): h1\. The device may still take it/,
      );
      expect(first.text).not.to.contain("b1");
      expect(await coverage(stack, "patient")).to.include({ installed: 2, failed: 0 });
      expect(await coverage(stack, "hasty")).to.include({ installed: 1, failed: 1 });

      await until(() => holdersOf(simulator, "hasty").length === 2);
      expect((await stack.refresh()).code).to.equal(0);
      expect(await coverage(stack, "hasty")).to.include({ installed: 2, failed: 0 });
      await expectNothingToDo(stack, simulator, 3);
      expect(sent()).to.have.members(["INSTALL patient GROUP 2", "INSTALL hasty GROUP 2"]);
    });
  });

  it("sends an install again that expired, to the device that missed it alone", async function () {
    this.timeout(240_000);
    await start(true);
    simulator.world.setOnline(device("b2"), false);
    const sent = newCommands(simulator);
    const program = programOf({ corp: { alias: "corp", target: group("Berlin"), source } });
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      expectOperations(await stack.up(), { created: 2 });
      expect(sent()).to.deep.equal(["INSTALL corp GROUP 2"]);

      await letAMonthPass(stack, simulator);
      // The second refresh says of it what the first one did.
      for (let looks = 1; looks <= 2; looks += 1) {
        expect((await stack.refresh()).code).to.equal(0);
        expect(await coverage(stack, "corp")).to.include({ installed: 1, pending: 0, missing: 1 });
        const preview = await stack.preview();
        expect(preview.text).to.match(/- drift\s*: "1 install expired"/);
      }
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b2"]);
      expect(await coverage(stack, "corp"), "it is still offline").to.include({ installed: 1, pending: 1, missing: 0 });

      // The old command waits in its queue too, and fails: it is too old.
      simulator.world.setOnline(device("b2"), true);
      await until(() => holdersOf(simulator, "corp").length === 2);
      expect((await stack.refresh()).code).to.equal(0);
      expect(await coverage(stack, "corp")).to.include({ installed: 2, failed: 0, pending: 0, missing: 0 });
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("sends a removal again that expired, to the device that left the set and was away", async function () {
    this.timeout(240_000);
    await start(true);
    const sent = newCommands(simulator);
    const programFor = (...names: readonly string[]): string =>
      programOf({ corp: { alias: "corp", target: { devices: names.map(device) }, source } });
    await withStack(programFor("b1", "b2"), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      expectOperations(await stack.up(), { created: 2 });
      simulator.world.setOnline(device("b2"), false);
      await stack.writeProgram(programFor("b1"));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1 b2", "UNINSTALL corp DEVICE b2"]);
      await expectNothingToDo(stack, simulator, 2);

      await letAMonthPass(stack, simulator);
      expect((await stack.refresh()).code).to.equal(0);
      const preview = await stack.preview();
      expect(preview.text).to.match(/- drift\s*: "1 removal failed"/);
      expect(preview.text).to.contain("Trying again to remove the certificate from 1 device outside the target.");
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["UNINSTALL corp DEVICE b2"]);
      simulator.world.setOnline(device("b2"), true);
      await until(() => holdersOf(simulator, "corp").length === 1);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1"]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("stops asking a device that fails when the retry rounds are used up, and asks again when there are more", async function () {
    this.timeout(240_000);
    await start();
    simulator.world.failWith(device("b1"), "The keystore is locked");
    const sent = newCommands(simulator);
    const programFor = (retryRounds: number): string =>
      programOf({ corp: { alias: "corp", target: group("Berlin"), source, retryRounds } });
    await withStack(programFor(1), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      expect((await stack.up()).code).not.to.equal(0);
      expect((await stack.up()).code).not.to.equal(0);
      expect(sent()).to.deep.equal(["INSTALL corp GROUP 2", "INSTALL corp DEVICE b1"]);

      const givenUp = await stack.up();
      expect(givenUp.code, givenUp.text).to.equal(0);
      expect(givenUp.text).to.match(/warning: .*1 device failed, and the one retry round is used up\./);
      const last = await stack.up();
      expectOperations(last, { unchanged: 2 });
      expect(last.text, "a warning on every run").to.match(/warning: .*used up\./);
      expect(sent(), "nobody is asked any more").to.deep.equal([]);

      simulator.world.failWith(device("b1"), undefined);
      await stack.writeProgram(programFor(2));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1"]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});

async function coverage(stack: Stack, name: string): Promise<unknown> {
  return at(await storedResource(stack, name), "outputs", "coverage");
}

/** The provider reads the real clock: so the tenant goes on by a month, and what the stack remembers goes back by one. */
async function letAMonthPass(stack: Stack, { world }: Simulator): Promise<void> {
  world.advance(monthMs);
  const moved = (await stack.exported()).replace(
    /"(sentAt|sentToAllAt)": "([^"]+)"/g,
    (_, name: string, at: string) => {
      return `"${name}": "${new Date(Date.parse(at) - monthMs).toISOString()}"`;
    },
  );
  await stack.writeFile("moved.json", moved);
  const imported = await stack.pulumi("stack", "import", "--file", "moved.json");
  expect(imported.code, imported.text).to.equal(0);
}
