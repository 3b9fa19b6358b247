// What is told of others' claims and commands: devices that keep an alias for a resource which has not sent to them yet,
// commands that nobody can tell apart, and what a refresh finds lost. The provider is driven in this process
// (docs/design.md, section 3).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import { printed } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { at, holdersOf } from "../../support/story";
import { until } from "../../support/until";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-telling";

for (const commandsApi of ["request", "v2"] as const) {
  describe(`of others is told (${commandsApi})`, () => {
    let file: string;
    let simulator: Simulator;
    let program: QuickProgram;

    before(async () => {
      file = await base64Of(makeIdentity("told.example"), password);
    });

    beforeEach(async () => {
      simulator = await givenFleet({ Berlin: ["b1", "b2", "b3"] }, { deviceMs: 10, pageSize: 5 });
      program = new QuickProgram(
        settingsOf(simulator, { "esper:commandsApi": commandsApi, "esper:pollSeconds": "0.05" }),
      );
      printed.length = 0;
    });

    afterEach(() => simulator.close());

    const device = (alias: string): string => deviceNamed(simulator, alias);
    const said = (): string => printed.join("\n");
    const drift = (): unknown => at(program.stack("mine").inputs, "drift");

    function on(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
      const target = { group: simulator.world.group("Berlin").id };
      return { alias: "corp", target, source: { base64: file, password }, wait: { timeoutMinutes: 0.05 }, ...more };
    }

    async function sendAsOther(kind: "INSTALL" | "UNINSTALL", ...devices: readonly string[]): Promise<void> {
      const ids = devices.map(device);
      const command = `${kind}_CERTIFICATE` as const;
      await simulator.world.sendAsOther({ command, alias: "corp", devices: ids, endpoint: commandsApi });
      while (simulator.world.devices().some(({ waiting }) => waiting > 0))
        await new Promise((go) => setTimeout(go, 10));
    }

    it("that devices keep the alias for a resource which has not sent it to them yet", async () => {
      await program.up({ old: on() });
      const rollout = { canary: { devices: [device("b1")] }, pauseAfterWave: 1 };
      await program.up({ new: on({ rollout }) });
      expect([...holdersOf(simulator, "corp")].sort()).to.deep.equal(["b1", "b2", "b3"]);
      expect(said()).to.include(
        '1 device has "corp" from another resource by now (new in this program); it stays there.',
      );
      expect(said()).to.include(
        '2 devices keep "corp" for another resource, which has sent them nothing newer yet (new in this program).',
      );
    });

    if (commandsApi === "request") {
      const sentence = '1 device got "corp" from another resource at the same moment, and may have lost it: b2.';

      it("that a removal came right after an install of another sender's, and took it off", async () => {
        await program.up({ mine: on() });
        // The list that the removal rests on is on its way when the other one sends.
        simulator.faults.set({ slowMs: { on: ["commands"], ms: 500, times: 1 } });
        const destroying = program.up({});
        await until(() => (simulator.faults.strikes.slowMs ?? 0) > 0);
        await sendAsOther("INSTALL", "b2");
        await destroying;
        expect(holdersOf(simulator, "corp")).to.deep.equal([]);
        expect(said()).to.include(sentence);
      });

      it("no interrupted run where the certificate was removed, and comes back to fewer devices", async () => {
        await program.up({ mine: on() });
        await program.up({});
        await program.up({ mine: on({ target: { devices: [device("b1")] } }) });
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b1"]);
        expect(said()).not.to.include("An interrupted run");
      });

      it("not that another sender's install came after the removal", async () => {
        await program.up({ mine: on() });
        const destroying = program.up({});
        await until(() => simulator.world.commandLog.some(({ command }) => command === "UNINSTALL_CERTIFICATE"));
        await sendAsOther("INSTALL", "b2");
        await destroying;
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b2"]);
        expect(said()).not.to.include("at the same moment");
      });
    }

    if (commandsApi === "v2") {
      it("a command under the alias that has no label there, once, and it counts neither way", async () => {
        await program.up({ mine: on() });
        await sendAsOther("UNINSTALL", "b2");
        const sentence = '1 command under "corp" is unknown to this resource';
        for (const isFirst of [true, false]) {
          printed.length = 0;
          await program.refresh();
          expect(said().includes(sentence), said()).to.equal(isFirst);
          expect(at(program.outputs("mine"), "coverage", "installed")).to.equal(3);
        }
        await sendAsOther("INSTALL", "b2");
        for (const [index, isFirst] of [true, false].entries()) {
          printed.length = 0;
          await program.up({ mine: on({ triggers: [index] }) });
          expect(said().includes(sentence), said()).to.equal(isFirst);
        }
      });
    } else {
      it("as drift what was removed and overwritten, in words of its own", async () => {
        await program.up({ mine: on() });
        await sendAsOther("UNINSTALL", "b2", "b3");
        await sendAsOther("INSTALL", "b1");
        await program.refresh();
        expect(drift()).to.equal("removed on 2 devices, overwritten on 1 device");
        printed.length = 0;
        expect(await program.up({ mine: on() })).to.deep.equal({ mine: { did: "updated" } });
        expect(at(program.outputs("mine"), "coverage", "installed")).to.equal(3);
        await program.refresh();
        expect(drift()).to.equal(undefined);
      });

      it("a command without label and arguments, once by a refresh and not again", async () => {
        await program.up({ mine: on() });
        simulator.faults.set({ hiddenArguments: {} });
        await sendAsOther("UNINSTALL", "b2");
        for (const isFirst of [true, false]) {
          printed.length = 0;
          await program.refresh();
          expect(said().includes("1 command from other programs shows no label"), said()).to.equal(isFirst);
        }
      });
    }
  });
}
