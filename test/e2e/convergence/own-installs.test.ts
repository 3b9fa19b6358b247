// Removals rest on installs that are known to be the resource's own: devices that came with the alias of somebody else keep
// it. The provider is driven in this process, on both endpoints (docs/design.md, section 3).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { holdersOf } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-own-installs";

for (const commandsApi of ["request", "v2"] as const) {
  describe(`nothing of others is removed (${commandsApi})`, () => {
    let file: string;
    let simulator: Simulator;

    before(async () => {
      file = await base64Of(makeIdentity("own.example"), password);
    });

    beforeEach(async () => {
      const many = (letter: string): readonly { readonly alias: string }[] =>
        Array.from({ length: 100 }, (_, number) => ({ alias: `${letter}${number}` }));
      simulator = await givenFleet(
        { Berlin: ["b1", "b2", "b3"], Hotel: many("h"), Guests: many("g") },
        { deviceMs: 10 },
      );
      printed.length = 0;
    });

    afterEach(() => simulator.close());

    function newProgram(): QuickProgram {
      return new QuickProgram(settingsOf(simulator, { "esper:commandsApi": commandsApi, "esper:pollSeconds": "0.05" }));
    }

    const group = (name: string): string => simulator.world.group(name).id;
    const device = (alias: string): string => deviceNamed(simulator, alias);

    function on(target: unknown, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      return { alias: "corp", target, source: { base64: file, password }, wait: { timeoutMinutes: 0.2 }, ...more };
    }

    it("from so many devices that joined with it that the record cannot tell them apart", async () => {
      const [mine, theirs] = [newProgram(), newProgram()];
      await theirs.up({ theirs: on({ group: group("Guests") }) });
      await mine.up({ mine: on({ group: group("Hotel") }) });
      for (let number = 0; number < 100; number += 1) simulator.world.move(device(`g${number}`), "Hotel");
      expect(await mine.up({})).to.deep.equal({ mine: { did: "deleted" } });
      const left = holdersOf(simulator, "corp");
      expect([left.length, left.filter((name) => name.startsWith("h"))]).to.deep.equal([100, []]);
    });

    it("by a rollback to nothing from devices that had it before, which are named", async () => {
      await newProgram().up({ theirs: on({ devices: [device("b1")] }) });
      simulator.world.failWith(device("b3"), "Keystore locked");
      const rollout = { onFailure: "rollback" };
      const program = newProgram();
      const { mine } = await program.up({ mine: on({ group: group("Berlin") }, { rollout }) });
      expect(mine?.error).to.include("rolled back: 2 devices lost the alias again");
      expect(holdersOf(simulator, "corp")).to.deep.equal(["b1"]);
      expect(printed.join("\n")).to.include(
        '1 device had "corp" from another resource before this one (b1); the rollback stops there, and it keeps the ' +
          "certificate of this rollout.",
      );
      expect(await program.up({}), "the newest install there is its own").to.deep.equal({ mine: { did: "deleted" } });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });
}
