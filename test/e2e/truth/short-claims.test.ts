// A removal leaves alone what another certificate of the program claims, also where the list of that one's devices is short: then
// nothing is removed on that ground (docs/design.md, section 3). The provider is driven in this process.

import { expect } from "chai";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { deviceNamed } from "../../support/sent";
import { holdersOf } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-short-lists";

describe("a certificate that goes, while lists of devices are short,", () => {
  it("stays on every device that another of the program may claim, and is removed once they are whole", async () => {
    const base64 = await base64Of(makeIdentity("claims.example"), password);
    const devices = Array.from({ length: 7 }, (_, index) => ({ alias: `b${index}`, osVersion: "13" }));
    const simulator = await givenFleet(
      { Berlin: devices, Store: [{ alias: "s1", osVersion: "13" }] },
      { deviceMs: 10, pageSize: 3 },
    );
    const on = (target: unknown): Readonly<Record<string, unknown>> => ({
      ...{ alias: "corp", target, source: { base64, password }, wait: { timeoutMinutes: 0.05 } },
    });
    const berlin = on({ group: simulator.world.group("Berlin").id });
    const ids = [...devices.map(({ alias }) => alias), "s1"].map((alias) => deviceNamed(simulator, alias));
    try {
      const config = settingsOf(simulator, { "esper:pollSeconds": "0.05" });
      const program = new QuickProgram(config);
      await program.up({ berlin, all: on({ devices: ids }) });
      const everyone = [...holdersOf(simulator, "corp")];
      expect(everyone).to.have.length(8);
      simulator.faults.set({ overlappingPages: { on: ["devices"] } });
      const { all } = await program.up({ berlin });
      expect(all?.error).to.contain("has fewer devices than Esper counts, so nobody can tell which devices it claims");
      expect([...holdersOf(simulator, "corp")]).to.deep.equal(everyone);
      simulator.faults.set({});
      expect(await program.up({ berlin })).to.deep.include({ all: { did: "deleted" } });
      expect([...holdersOf(simulator, "corp")]).to.deep.equal(everyone.filter((name) => name !== "s1"));
    } finally {
      await simulator.close();
    }
  });
});
