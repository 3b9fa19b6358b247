// Devices and groups come and go, lose what they had, and Esper forgets: what a refresh makes of it, and what the next `up`
// sends (docs/design.md, section 3), through the real engine.

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
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-members";
const source = { file: "corp.p12", password };

describe("members that come and go", () => {
  let simulator: Simulator;
  let file: Uint8Array;
  const device = (alias: string): string => deviceNamed(simulator, alias);

  before(async () => {
    file = await p12Of(makeIdentity("members.example"), password);
  });

  beforeEach(async () => {
    simulator = await givenFleet(
      { Shops: ["s1"], "Shops/Berlin": ["b1", "b2", "b3"], "Shops/Hamburg": ["h1", "h2"] },
      { deviceMs: 60, pageSize: 3 },
    );
  });

  afterEach(() => simulator.close());

  it("takes no forgotten history for drift, leaves alone who left, and says what to do when the group is gone", async function () {
    this.timeout(240_000);
    const { world } = simulator;
    const sent = newCommands(simulator);
    const target = { group: world.group("Berlin").id };
    const programFor = (triggers: readonly number[]): string =>
      programOf({ corp: { alias: "corp", target, source, triggers } });
    await withStack(programFor([1]), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      expectOperations(await stack.up(), { created: 2 });

      // Nobody can see that a device was wiped; the triggers are for whoever knows.
      world.wipe(device("b1"));
      expectOperations(await stack.up("--refresh"), { unchanged: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b2", "b3"]);
      await stack.writeProgram(programFor([2]));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["INSTALL corp GROUP 3", "INSTALL corp GROUP 3"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);

      simulator.faults.set({ historyPurged: { requests: world.commandLog.map(({ requestId }) => requestId) } });
      expectOperations(await stack.up("--refresh"), { unchanged: 2 });
      expect(await coverage(stack)).to.include({ members: 3, installed: 3 });
      world.join("Berlin", { alias: "b4" });
      expectOperations(await stack.up("--refresh"), { updated: 1, unchanged: 1 });
      expect(sent(), "to the one that joined, though the history is gone").to.deep.equal(["INSTALL corp DEVICE b4"]);
      expect(await coverage(stack)).to.include({ members: 4, installed: 4 });

      world.move(device("b2"), "Hamburg");
      const left = await stack.refresh();
      expect(left.text).to.contain("1 device left the target; the certificate stays on them.");
      expect(await coverage(stack)).to.include({ members: 3, installed: 3 });
      await expectNothingToDo(stack, simulator, 2);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "b4"]);

      world.removeGroup("Berlin");
      const gone = await stack.refresh();
      expect(gone.code, gone.text).to.equal(0);
      expect(gone.text).to.contain(
        `Esper no longer knows the group ${target.group}; its devices keep the certificate.`,
      );
      await stack.writeProgram("");
      expectOperations(await stack.up(), { deleted: 1, unchanged: 1 });
      expect(await storedResource(stack, "corp")).to.equal(undefined);
    });
  });

  it("clears devices that left a set and nothing else covers, tries again where that failed, and takes them in again", async function () {
    this.timeout(240_000);
    const { world } = simulator;
    const sent = newCommands(simulator);
    const programFor = (target: unknown): string => programOf({ corp: { alias: "corp", target, source } });
    const whole = { groups: [world.group("Shops").id], devices: [device("b1")] };
    await withStack(programFor(whole), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", file);
      expectOperations(await stack.up(), { created: 2 });
      expect(sent()).to.deep.equal(["INSTALL corp DYNAMIC 6"]);

      // Berlin lies in Shops, and h2 is named by itself: these stay covered. s1 and h1 are not, but h1 refuses.
      world.failWith(device("h1"), "The keystore is locked");
      await stack.writeProgram(programFor({ groups: [world.group("Berlin").id], devices: [device("h2")] }));
      const shrunk = await stack.up();
      expect(shrunk.code, shrunk.text).not.to.equal(0);
      expect(shrunk.text).to.contain(
        '1 device did not remove the certificate (Failure, "The keystore is locked"): h1.',
      );
      expect(sent()).to.deep.equal(["UNINSTALL corp DEVICE h1 s1"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "h1", "h2"]);

      expect((await stack.refresh()).code).to.equal(0);
      const preview = await stack.preview();
      expectOperations(preview, { "to update": 1, unchanged: 1 });
      expect(preview.text).to.contain("Trying again to remove the certificate from 1 device outside the target.");
      world.failWith(device("h1"), undefined);
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent(), "the removal that failed, alone").to.deep.equal(["UNINSTALL corp DEVICE h1"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "h2"]);
      expect(await coverage(stack)).to.include({ members: 4, installed: 4 });

      // Those that were cleared come back; what they once answered counts no more.
      await stack.writeProgram(programFor(whole));
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE h1 s1"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "h1", "h2", "s1"]);
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});

async function coverage(stack: Stack): Promise<unknown> {
  return at(await storedResource(stack, "corp"), "outputs", "coverage");
}
