// Two certificates of one program that mean the same devices under one alias, and a new one whose alias stands there already:
// both are told before anything is sent. The provider is driven in this process, on both endpoints (docs/design.md, section 4).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed, type Ended } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { holdersOf } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-overlaps";

type Args = Readonly<Record<string, unknown>>;

for (const commandsApi of ["request", "v2"] as const) {
  describe(`two certificates of one program under one alias (${commandsApi})`, () => {
    let file: string;
    let simulator: Simulator;
    let program: QuickProgram;

    before(async () => {
      file = await base64Of(makeIdentity("overlap.example"), password);
    });

    beforeEach(async () => {
      simulator = await givenFleet(
        { Shops: 0, "Shops/Berlin": ["b1", "b2", "b3"], "Shops/Hamburg": ["h1", "h2"] },
        { deviceMs: 10, pageSize: 5 },
      );
      program = newProgram();
      printed.length = 0;
    });

    afterEach(() => simulator.close());

    function newProgram(): QuickProgram {
      return new QuickProgram(settingsOf(simulator, { "esper:commandsApi": commandsApi, "esper:pollSeconds": "0.05" }));
    }

    const group = (name: string): string => simulator.world.group(name).id;
    const device = (alias: string): string => deviceNamed(simulator, alias);
    const said = (): string => printed.join("\n");

    function on(target: unknown, more: Args = {}): Args {
      return { alias: "corp", target, source: { base64: file, password }, wait: { timeoutMinutes: 0.05 }, ...more };
    }

    const berlin = (): Args => on({ group: group("Berlin") });
    const alsoBerlin = (more: Args = {}): Args => on({ groups: [group("Berlin")], devices: [device("h1")] }, more);

    function expectRefused(ended: Ended | undefined, first: string, second: string): void {
      expect(ended?.did).to.equal("refused");
      expect(ended?.error).to.include(`target: ${first} and ${second} name the same group ${group("Berlin")}`);
      expect(ended?.error).to.include('under the alias "corp"');
    }

    it("is refused where both name a group, in whatever order", async () => {
      const ended = await program.up({ one: berlin(), two: alsoBerlin() });
      expect(ended["one"]).to.deep.equal({ did: "created" });
      expectRefused(ended["two"], "one", "two");
      expectRefused((await newProgram().up({ two: alsoBerlin(), one: berlin() }))["one"], "two", "one");
    });

    it("is refused where an old one meets a new one that was checked before it", async () => {
      await program.up({ old: berlin() });
      expectRefused((await program.up({ new: alsoBerlin(), old: berlin() }))["old"], "new", "old");
    });

    it("is refused where one changes its alias or its target so", async () => {
      await program.up({ one: berlin(), two: alsoBerlin({ alias: "other" }), three: on({ devices: [device("h2")] }) });
      expectRefused((await program.up({ one: berlin(), two: alsoBerlin() }))["two"], "one", "two");
      const three = on({ groups: [group("Berlin")], devices: [device("h2")] });
      expectRefused((await program.up({ one: berlin(), three }))["three"], "one", "three");
    });

    it("is only warned of where both stood so before", async () => {
      const [one, two] = [program.stack("one"), program.stack("two")];
      await one.up(berlin());
      await two.up(alsoBerlin());
      printed.length = 0;
      expect(await program.up({ one: berlin(), two: alsoBerlin() })).to.deep.equal({
        ...{ one: { did: "nothing" }, two: { did: "nothing" } },
      });
      expect(said()).to.include(
        `one and two name the same group ${group("Berlin")} under the alias "corp"; each overwrites`,
      );
    });

    it("is no matter under different aliases, on different tenants, or where one goes", async () => {
      expect(await program.up({ one: berlin(), two: alsoBerlin({ alias: "other" }) })).to.deep.equal({
        ...{ one: { did: "created" }, two: { did: "created" } },
      });
      const renamed = await program.up({ anew: berlin(), two: alsoBerlin({ alias: "other" }) });
      expect(renamed).to.deep.include({ anew: { did: "created" }, one: { did: "deleted" } });
      expect(holdersOf(simulator, "corp")).to.have.members(["b1", "b2", "b3"]);
      const elsewhere = await givenFleet({ X: ["x"] }, { deviceMs: 10 });
      const there = {
        "esper:baseUrl": elsewhere.url,
        "esper:apiKey": elsewhere.apiKey,
        "esper:commandsApi": commandsApi,
      };
      const { other } = await new QuickProgram(there).up({ other: berlin() });
      await elsewhere.close();
      expect(other?.error).to.include("Esper does not know the group");
    });

    it("is no matter where one resource is replaced by itself", async () => {
      await program.up({ one: berlin() });
      expect(await program.up({ one: alsoBerlin() })).to.deep.equal({ one: { did: "replaced" } });
      expect(await program.up({ one: alsoBerlin({ alias: "corp2" }) })).to.deep.equal({ one: { did: "replaced" } });
    });

    it("is warned of where only their members are the same, when one of the two is new", async () => {
      const whole = on({ group: group("Shops") });
      await program.up({ berlin: berlin() });
      expect(await program.up({ whole, berlin: berlin() })).to.deep.include({ whole: { did: "created" } });
      expect(said()).to.include(
        'whole and berlin have 3 devices in common under the alias "corp" (b1, b2, b3); each overwrites',
      );
      printed.length = 0;
      await program.up({ whole, berlin: berlin() });
      expect(said()).not.to.include("in common");
    });

    it("overwrites an alias that stands there already, and the preview says on how many devices", async () => {
      await newProgram().up({ theirs: berlin() });
      await newProgram().up({ single: on({ devices: [device("h1"), device("b1")] }) });
      const removal = { command: "UNINSTALL_CERTIFICATE", alias: "corp", devices: [device("b3")] } as const;
      await simulator.world.sendAsOther({ ...removal, endpoint: commandsApi });
      while (simulator.world.devices().some(({ waiting }) => waiting > 0))
        await new Promise((go) => setTimeout(go, 10));
      printed.length = 0;
      await program.up({ mine: on({ group: group("Shops") }) });
      expect(said()).to.include('At least 3 of 5 devices have "corp" already; it is overwritten.');
      printed.length = 0;
      await program.up({ mine: on({ group: group("Shops") }, { triggers: [1] }) });
      expect(said()).not.to.include("already");
    });

    it("says nothing of other aliases that stand there", async () => {
      await newProgram().up({ theirs: alsoBerlin({ alias: "other" }) });
      printed.length = 0;
      await program.up({ mine: berlin() });
      expect(said()).not.to.include("already");
    });
  });
}
