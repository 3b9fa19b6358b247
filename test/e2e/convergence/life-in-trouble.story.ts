// A certificate on a fleet where things go wrong, from the first `up` to the last `destroy`: a device fails, one is offline,
// one joins, one cannot be cleared. The same story over both endpoints of Esper's API (docs/design.md, sections 3 and 6).

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

const password = "a-password-of-the-troubled-life";

for (const endpoint of ["request", "v2"] as const) {
  describe(`a certificate on a fleet in trouble (${endpoint})`, () => {
    let simulator: Simulator;

    before(async () => {
      const names = ["b1", "b2", "b3", "b4"];
      const devices = names.map((alias) => ({ alias, online: alias !== "b4" }));
      simulator = await givenFleet({ Berlin: devices }, { deviceMs: 60, pageSize: 3 });
    });

    after(() => simulator.close());

    it("sends only to devices that failed or joined, and to no device twice", async function () {
      this.timeout(240_000);
      const { world } = simulator;
      const device = (alias: string): string => deviceNamed(simulator, alias);
      const sent = newCommands(simulator);
      const target = { group: world.group("Berlin").id };
      const program = programOf({ corp: { alias: "corp", target, source: { file: "corp.p12", password } } });
      const env = { ...connectionTo(simulator), ESPER_COMMANDS_API: endpoint };
      await withStack(program, { env }, async (stack) => {
        await stack.writeFile("corp.p12", await p12Of(makeIdentity("first.example"), password));

        world.failWith(device("b1"), "No space left in the keystore");
        const first = await stack.up();
        expect(first.code, first.text).not.to.equal(0);
        expect(first.text).to.contain(
          '1 device did not take the certificate (Failure, "No space left in the keystore"): b1. Free space on the device; ' +
            "the next `pulumi up` retries.",
        );
        expect(first.text).to.contain("1 device is offline; the command waits for it up to 30 days.");
        expect(sent()).to.deep.equal(["INSTALL corp GROUP 4"]);
        expect(await coverage(stack)).to.deep.equal({
          ...{ members: 4, installed: 2, pending: 1, failed: 1, missing: 0, offline: 1, unsupported: 0 },
        });

        world.failWith(device("b1"), undefined);
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(sent(), "the device that failed, alone").to.deep.equal(["INSTALL corp DEVICE b1"]);
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3"]);
        await expectNothingToDo(stack, simulator, 2);

        world.setOnline(device("b4"), true);
        world.join("Berlin", { alias: "b5" });
        await settled(simulator, ["b1", "b2", "b3", "b4"]);
        const refreshed = await stack.refresh();
        expectOperations(refreshed, { updated: 1, unchanged: 1 });
        expect(await coverage(stack)).to.include({ members: 5, installed: 4, missing: 1, pending: 0 });
        const preview = await stack.preview();
        expectOperations(preview, { "to update": 1, unchanged: 1 });
        expect(preview.text).to.match(/- drift\s*: "1 device joined"/);
        expect(preview.text).to.contain("1 device lacks the certificate; installing it on that one.");
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(sent(), "one command, to the one that joined").to.deep.equal(["INSTALL corp DEVICE b5"]);
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2", "b3", "b4", "b5"]);
        await expectNothingToDo(stack, simulator, 2);

        world.setOnline(device("b2"), false);
        await stack.writeFile("corp.p12", await p12Of(makeIdentity("second.example"), password));
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(sent()).to.deep.equal(["INSTALL corp GROUP 5"]);
        await expectNothingToDo(stack, simulator, 2);

        world.failWith(device("b3"), "The keystore is locked");
        const stuck = await stack.destroy();
        expect(stuck.code, stuck.text).not.to.equal(0);
        expect(stuck.text).to.contain(
          '1 device did not remove the certificate (Failure, "The keystore is locked"): b3.',
        );
        expect(await storedResource(stack, "corp"), "the resource after a destroy that failed").not.to.equal(undefined);
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b2", "b3"]);

        world.failWith(device("b3"), undefined);
        world.setOnline(device("b2"), true);
        expectOperations(await stack.destroy(), { deleted: 2 });
        expect(holdersOf(simulator, "corp")).to.deep.equal([]);
        expect(await storedResource(stack, "corp")).to.equal(undefined);
        expect(sent()).to.satisfy((all: readonly string[]) => all.every((each) => each.startsWith("UNINSTALL corp ")));
        expect(simulator.traffic.unknownRoutes).to.deep.equal([]);
      });
    });
  });
}

async function coverage(stack: Stack): Promise<unknown> {
  return at(await storedResource(stack, "corp"), "outputs", "coverage");
}

/** Until these devices hold the certificate; the simulated ones work in real time. */
async function settled(simulator: Simulator, holders: readonly string[]): Promise<void> {
  while (holdersOf(simulator, "corp").join() !== holders.join()) await new Promise((go) => setTimeout(go, 20));
}
