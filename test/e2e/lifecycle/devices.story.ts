// Devices that fail, are offline or slow, through the real engine: what fails the run and what only warns, what the stack
// keeps, and what the next run sends (docs/design.md, section 3 and the `wait` argument of section 2).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import { deviceNamed } from "../../support/sent";
import {
  at,
  commandsOf,
  connectionTo,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-devices-story";
const source = { file: "corp.p12", password };

describe("devices that do not take a certificate at once", () => {
  let simulator: Simulator;
  let p12: Uint8Array;
  const device = (alias: string): string => deviceNamed(simulator, alias);
  const programWith = (more: object): string => {
    const target = { group: simulator.world.group("Shops").id };
    return programOf({ corp: { alias: "corp", target, source, ...more } });
  };
  const start = async (deviceMs = 60): Promise<void> => {
    const devices = ["d1", "d2", "d3", "d4"].map((alias) => ({ alias }));
    simulator = await givenFleet({ Shops: devices }, { deviceMs, pageSize: 3 });
  };

  before(async () => {
    p12 = await p12Of(makeIdentity("devices.example"), password);
  });

  afterEach(() => simulator.close());

  it("fails the run when a device fails, keeps what is known, and sends to that device alone next time", async function () {
    this.timeout(240_000);
    await start();
    simulator.world.failWith(device("d2"), "Certificate could not be parsed");
    simulator.world.failWith(device("d3"), "Certificate could not be parsed");
    await withStack(programWith({}), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const failed = await stack.up();
      expect(failed.code, failed.text).not.to.equal(0);
      expect(failed.text).to.contain(
        `2 devices did not take the certificate (Failure, "Certificate could not be parsed"): `,
      );
      expect(failed.text).to.contain("The next `pulumi up` retries only these devices.");
      const kept = await storedResource(stack, "corp");
      expect(at(kept, "id")).to.equal(`corp@${simulator.world.group("Shops").id}`);
      expect(at(kept, "outputs", "coverage")).to.include({ members: 4, installed: 2, failed: 2, missing: 0 });
      expect(at(kept, "outputs", "exceptions")).to.have.length(2);
      expect(at(kept, "outputs", "exceptions", 0)).to.include({
        ...{ device: device("d2"), state: "Failure", reason: "Certificate could not be parsed" },
      });

      simulator.world.failWith(device("d2"), undefined);
      simulator.world.failWith(device("d3"), undefined);
      expectOperations(await stack.preview(), { "to update": 1, unchanged: 1 });
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 4", "INSTALL corp DEVICE 2"]);
      expect(simulator.world.commandLog[1]?.devices).to.have.members([device("d2"), device("d3")]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d1", "d2", "d3", "d4"]);
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ installed: 4, failed: 0 });
      await expectNothingToDo(stack, simulator, 2);

      simulator.world.failWith(device("d2"), "The keystore is locked");
      const undestroyed = await stack.destroy();
      expect(undestroyed.code).not.to.equal(0);
      expect(undestroyed.text).to.contain(
        `1 device did not remove the certificate (Failure, "The keystore is locked"): d2`,
      );
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d2"]);
      expect(at(await storedResource(stack, "corp"), "id")).to.equal(at(kept, "id"));
      simulator.world.failWith(device("d2"), undefined);
      expect((await stack.destroy()).code).to.equal(0);
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("gives a failed device so many later runs and then leaves it, with a warning", async function () {
    this.timeout(240_000);
    await start();
    simulator.world.failWith(device("d4"), "No space left");
    await withStack(programWith({ retryRounds: 1 }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      expect((await stack.up()).code).not.to.equal(0);
      const lastRound = await stack.up();
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 4", "INSTALL corp DEVICE 1"]);
      expect(lastRound.text).to.contain("Free space on the device");
      const givenUp = await stack.up();
      expect(givenUp.code, givenUp.text).to.equal(0);
      expect(givenUp.text).to.match(/warning: 1 device did not take the certificate/);
      expect(commandsOf(simulator)).to.have.length(2);
      await expectNothingToDo(stack, simulator, 2);

      simulator.world.failWith(device("d4"), undefined);
      await stack.writeProgram(programWith({ retryRounds: 2 }));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator).slice(2)).to.deep.equal(["INSTALL corp DEVICE 1"]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("leaves an offline device pending with a warning, sends nothing again, and sees it installed after a refresh", async function () {
    this.timeout(240_000);
    await start();
    simulator.world.setOnline(device("d2"), false);
    await withStack(programWith({}), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const up = await stack.up();
      expectOperations(up, { created: 2 });
      expect(up.text).to.match(/warning: 1 device is offline; the command waits for it up to 30 days/);
      expect(up.text).to.match(/3\/4 installed, 1 offline/);
      const pending = { members: 4, installed: 3, pending: 1, offline: 1, failed: 0, missing: 0 };
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include(pending);
      await expectNothingToDo(stack, simulator, 2);

      simulator.world.setOnline(device("d2"), true);
      await installed(simulator, "d2");
      expect((await stack.refresh()).code).to.equal(0);
      const all = { members: 4, installed: 4, pending: 0, offline: 0 };
      const refreshed = await storedResource(stack, "corp");
      expect(at(refreshed, "outputs", "coverage")).to.include(all);
      expect(at(refreshed, "outputs", "exceptions")).to.deep.equal([]);
      await expectNothingToDo(stack, simulator, 2);
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 4"]);

      simulator.world.setOnline(device("d2"), false);
      const destroyed = await stack.destroy();
      expectOperations(destroyed, { deleted: 2 });
      expect(destroyed.text).to.contain("1 device will lose the certificate when next online");
      expect(holdersOf(simulator, "corp")).to.deep.equal(["d2"]);
      simulator.world.setOnline(device("d2"), true);
      await gone(simulator, "d2");
    });
  });

  it("fails on devices that do not answer in time, or only warns, and waits again without sending again", async function () {
    this.timeout(240_000);
    await start(600_000);
    const wait = { timeoutMinutes: 0.05 };
    await withStack(programWith({ wait }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const late = await stack.up();
      expect(late.code, late.text).not.to.equal(0);
      expect(late.text).to.match(/4 devices did not answer within .+: d1, d2, d3, d4\. The command stays queued/);
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ pending: 4, failed: 0 });

      await stack.writeProgram(programWith({ wait: { ...wait, onTimeout: "warn" } }));
      const again = await stack.up();
      expect(again.code, again.text).to.equal(0);
      simulator.world.advance(1_200_000);
      expect((await stack.refresh()).code).to.equal(0);
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ installed: 4, pending: 0 });
      await expectNothingToDo(stack, simulator, 2);
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 4"]);
    });
  });

  it("waits for nobody with `none`, and for offline devices too with `all`", async function () {
    this.timeout(240_000);
    await start(1_500);
    simulator.world.setOnline(device("d1"), false);
    await withStack(programWith({ wait: { for: "none" } }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const unwaited = await stack.up();
      expectOperations(unwaited, { created: 2 });
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ members: 4, pending: 4 });
      await expectNothingToDo(stack, simulator, 2);
      expect((await stack.destroy()).code).to.equal(0);

      const wait = { for: "all", timeoutMinutes: 0.06, onTimeout: "warn" };
      await stack.writeProgram(programWith({ wait }));
      const startedAt = Date.now();
      const warned = await stack.up();
      expectOperations(warned, { created: 2 });
      expect(Date.now() - startedAt).to.be.greaterThan(3_600);
      expect(warned.text).to.match(/warning: 1 device did not answer within .*: d1\./);

      const waitLong = { for: "all", timeoutMinutes: 1 };
      await stack.writeProgram(programWith({ wait: waitLong, triggers: [2] }));
      const running = stack.up();
      await sent(simulator, "INSTALL corp GROUP 4", 3);
      simulator.world.setOnline(device("d1"), true);
      expectOperations(await running, { updated: 1, unchanged: 1 });
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ installed: 4, pending: 0 });
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});

/** The simulated devices live in real time; this looks every 20 ms, for 10 s at most. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const endAt = Date.now() + 10_000;
  while (!isSo()) {
    if (Date.now() > endAt) throw new Error(`It took too long until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const installed = (simulator: Simulator, name: string): Promise<void> =>
  until(`${name} has the certificate`, () => holdersOf(simulator, "corp").includes(name));

const gone = (simulator: Simulator, name: string): Promise<void> =>
  until(`${name} has lost the certificate`, () => !holdersOf(simulator, "corp").includes(name));

const sent = (simulator: Simulator, command: string, times: number): Promise<void> =>
  until(`${command} was sent`, () => commandsOf(simulator).filter((each) => each === command).length >= times);
