// A certificate on a set of groups and devices through the real engine: what each change of the set sends, to whom, and as
// which kind of command (docs/design.md, sections 2 and 3). Sub-groups overlap on purpose.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack, type Stack } from "../../support/engine";
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

const password = "a-password-of-the-set-story";
const source = { file: "corp.p12", password };

describe("a certificate on a set of groups and devices", () => {
  let simulator: Simulator;
  const group = (name: string): string => simulator.world.group(name).id;
  const device = (alias: string): string => deviceNamed(simulator, alias);
  const programFor = (target: unknown): string => programOf({ corp: { alias: "corp", target, source } });

  beforeEach(async () => {
    simulator = await givenFleet(
      { Shops: ["s1"], "Shops/Berlin": ["b1", "b2"], "Shops/Hamburg": ["h1", "h2"], Offices: ["o1", "o2"] },
      { deviceMs: 60, pageSize: 3 },
    );
  });

  afterEach(() => simulator.close());

  /** Runs `up` on a new target and says what was sent. */
  async function move(stack: Stack, target: unknown): Promise<readonly string[]> {
    const before = commandsOf(simulator).length;
    await stack.writeProgram(programFor(target));
    expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
    return commandsOf(simulator).slice(before);
  }

  it("sends only to devices that came, and removes only from devices that nothing covers any more", async function () {
    this.timeout(240_000);
    const start = programFor({ groups: [group("Berlin")], devices: [device("o1"), device("o1").toUpperCase()] });
    await withStack(start, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("set.example"), password));
      expectOperations(await stack.up(), { created: 2 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp DYNAMIC 3"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "o1"]);
      const id = at(await storedResource(stack, "corp"), "id");

      // Berlin lies in Shops: its devices stay covered, the rest of Shops comes, o1 leaves.
      expect(await move(stack, { groups: [group("Shops")] })).to.have.members([
        "INSTALL corp DEVICE 3",
        "UNINSTALL corp DEVICE 1",
      ]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "h1", "h2", "s1"]);
      await expectNothingToDo(stack, simulator, 2);

      // The other way round: Berlin's devices and h1 stay covered through entries of their own.
      const narrow = { groups: [group("Berlin")], devices: [device("h1")] };
      expect(await move(stack, narrow)).to.deep.equal(["UNINSTALL corp DEVICE 2"]);
      expect(simulator.world.commandLog.at(-1)?.devices).to.have.members([device("s1"), device("h2")]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "h1"]);

      // The same devices in another order and another writing are no change.
      await stack.writeProgram(programFor({ devices: [device("h1").toUpperCase()], groups: [group("Berlin")] }));
      await expectNothingToDo(stack, simulator, 2);

      expect(await move(stack, { devices: [device("h1"), device("o2")] })).to.have.members([
        "INSTALL corp DEVICE 1",
        "UNINSTALL corp DEVICE 2",
      ]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["h1", "o2"]);
      expect(at(await storedResource(stack, "corp"), "id"), "the id of a set is stable").to.equal(id);

      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(commandsOf(simulator).at(-1)).to.equal("UNINSTALL corp DEVICE 2");
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("leaves devices alone that it has taken out, when another resource gives them the alias", async function () {
    this.timeout(240_000);
    simulator.world.setOnline(device("h1"), false);
    const corp = (...aliases: string[]) => ({ alias: "corp", target: { devices: aliases.map(device) }, source });
    const start = programOf({ one: corp("b1", "b2", "h1") });
    await withStack(start, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("set.example"), password));
      expectOperations(await stack.up(), { created: 2 });
      // h1 is offline, so the removal stays open.
      await stack.writeProgram(programOf({ one: corp("b1") }));
      const taken = await stack.up();
      expectOperations(taken, { updated: 1, unchanged: 1 });
      expect(taken.text).to.contain("1 device will lose the certificate when next online; Esper keeps the command");
      await stack.writeProgram(programOf({ one: corp("b1"), two: corp("b2", "h1") }));
      expectOperations(await stack.up(), { created: 1, unchanged: 2 });
      await stack.writeProgram(programOf({ two: corp("b2", "h1") }));
      expectOperations(await stack.up(), { deleted: 1, unchanged: 2 });
      expect(commandsOf(simulator).at(-1)).to.equal("UNINSTALL corp DEVICE 1");
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b2"]);
    });
  });

  it("addresses groups alone as GROUP, and replaces when a set becomes one group", async function () {
    this.timeout(240_000);
    const start = programFor({ groups: [group("Berlin"), group("Offices")] });
    await withStack(start, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("set.example"), password));
      expectOperations(await stack.up(), { created: 2 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 4"]);
      await expectNothingToDo(stack, simulator, 2);

      await stack.writeProgram(programFor({ group: group("Berlin") }));
      expectOperations(await stack.up(), { replaced: 1, unchanged: 1 });
      // Berlin's devices keep it: the new certificate claims them.
      expect(commandsOf(simulator).slice(1)).to.deep.equal(["UNINSTALL corp DEVICE 2", "INSTALL corp GROUP 2"]);
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2"]);
      expect(at(await storedResource(stack, "corp"), "id")).to.equal(`corp@${group("Berlin")}`);
      await expectNothingToDo(stack, simulator, 2);
    });
  });
});
