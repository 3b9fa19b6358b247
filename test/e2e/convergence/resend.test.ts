// `resend`: one device is sent the certificate again by a new value under its id, and nobody else is. The provider is driven
// in this process, on both endpoints (docs/design.md, section 2).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed, type Ended } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-resend";

for (const commandsApi of ["request", "v2"]) {
  describe(`one device that is to be sent the certificate again (${commandsApi})`, () => {
    let file: string;
    let simulator: Simulator;
    let program: QuickProgram;
    let sent: () => readonly string[];

    before(async () => {
      file = await base64Of(makeIdentity("again.example"), password);
    });

    beforeEach(async () => {
      simulator = await givenFleet({ Berlin: ["b1", "b2", "b3"] }, { deviceMs: 10, pageSize: 5 });
      program = new QuickProgram(
        settingsOf(simulator, { "esper:pollSeconds": "0.05", "esper:commandsApi": commandsApi }),
      );
      sent = newCommands(simulator);
      printed.length = 0;
    });

    afterEach(() => simulator.close());

    const device = (alias: string): string => deviceNamed(simulator, alias);
    const stranger = "00000000-0000-4000-8000-000000000042";

    async function up(resend: Readonly<Record<string, string>>, more: object = {}): Promise<Ended | undefined> {
      const target = { group: simulator.world.group("Berlin").id };
      const wait = { timeoutMinutes: 0.05 };
      const args = { alias: "corp", target, source: { base64: file, password }, wait, resend, ...more };
      return (await program.up({ mine: args }))["mine"];
    }

    it("is due by a new value and by another one, and by nothing else", async () => {
      await up({});
      sent();
      expect(await up({ [device("b2")]: "swapped" })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b2"]);
      expect(await up({ [device("b2")]: "swapped" })).to.deep.equal({ did: "nothing" });
      expect(await up({ [device("b2")]: "swapped twice", [device("b3")]: "leaked" })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b2 b3"]);
      expect(await up({ [device("b3")]: "leaked" }), "an entry that is dropped").to.deep.equal({ did: "nothing" });
      expect(sent()).to.deep.equal([]);
      expect(at(program.outputs("mine"), "coverage", "installed")).to.equal(3);
    });

    it("is no news where the certificate is new: everybody is sent it", async () => {
      expect(await up({ [device("b1")]: "from the start" })).to.deep.equal({ did: "created" });
      expect(sent()).to.deep.equal(["INSTALL corp GROUP 3"]);
      expect(await up({ [device("b1")]: "from the start" })).to.deep.equal({ did: "nothing" });
    });

    it("is told in the preview, and where it is no member", async () => {
      await up({});
      expect(await up({ [device("b2")]: "swapped", [stranger]: "typed wrong" })).to.deep.equal({ did: "updated" });
      const said = printed.join("\n");
      expect(said).to.include("Sending the certificate again to 2 devices under a new text of `resend`.");
      expect(said).to.include(
        `\`resend\` names ${stranger}, which is not a member of the target; nothing is sent to it.`,
      );
      printed.length = 0;
      expect(await up({ [device("b2")]: "swapped", [stranger]: "typed wrong" })).to.deep.equal({ did: "nothing" });
    });

    it("stays due while its wave cannot be sent", async () => {
      const rollout = { canary: { devices: [device("b1")] } };
      await up({}, { rollout });
      simulator.world.failWith(device("b1"), "Keystore locked");
      const both = { [device("b1")]: "1", [device("b2")]: "1" };
      sent();
      expect(await up(both, { rollout })).to.have.property("error");
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1"]);
      simulator.world.failWith(device("b1"), undefined);
      expect(await up(both, { rollout })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b1", "INSTALL corp DEVICE b2"]);
      expect(await up(both, { rollout })).to.deep.equal({ did: "nothing" });
    });

    it("stays due while it is left out because it is offline", async () => {
      await up({}, { deviceType: "active" });
      simulator.world.setOnline(device("b2"), false);
      sent();
      expect(await up({ [device("b2")]: "1" }, { deviceType: "active" })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal([]);
      simulator.world.setOnline(device("b2"), true);
      expect(await up({ [device("b2")]: "1" }, { deviceType: "active" })).to.deep.equal({ did: "updated" });
      expect(sent()).to.deep.equal(["INSTALL corp DEVICE b2"]);
    });
  });
}
