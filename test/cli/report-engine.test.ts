// `report` and `doctor` on a stack of the real engine: what Pulumi exports and prints is what they read.

import { expect } from "chai";
import { doctorCommand } from "../../cli/doctor/doctor";
import { reportCommand } from "../../cli/report/command";
import type { Simulator } from "../../simulator";
import { makeIdentity, p12Of } from "../support/certificates";
import { withStack, type Stack } from "../support/engine";
import { deviceNamed } from "../support/sent";
import { connectionTo, programOf } from "../support/story";
import { consoleOf, type Kept } from "./report-console";
import { givenFleet } from "../support/given-fleet";

const password = "a-password-of-the-report-story";
const devices = ["d1", "d2", "d3"].map((alias) => ({ alias }));

describe("on a stack of the real engine", function () {
  this.timeout(240_000);
  let simulator: Simulator;

  before(async () => {
    simulator = await givenFleet({ Shops: devices }, { deviceMs: 40 });
  });
  after(() => simulator.close());

  const consoleFor = (stack: Stack) =>
    consoleOf({
      now: () => Date.now(),
      pulumi: async (args) => {
        const { code, text } = await stack.pulumi(...args);
        if (code !== 0) throw new Error(text);
        return text;
      },
    });
  const report = async (stack: Stack): Promise<Kept> => {
    const own = consoleFor(stack);
    await reportCommand(own).parseAsync([], { from: "user" });
    return own.kept;
  };

  it("report tells of failures and of drift, and ends well once they are gone; doctor finds the stack's key", async () => {
    const target = { group: simulator.world.group("Shops").id };
    const program = programOf({ corp: { alias: "corp", target, source: { file: "corp.p12", password } } });
    const device = deviceNamed(simulator, "d2");
    simulator.world.failWith(device, "The keystore is locked");
    await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("report.example"), password));
      await stack.up();
      const failed = await report(stack);
      expect(failed.printed).to.contain("1 certificate in fleet/test: 1 needs attention.");
      expect(failed.printed).to.contain("1 device failed (Failure: The keystore is locked): d2");
      expect(failed.printed).to.contain("CN=report.example");
      expect(failed.exitCode).to.equal(2);
      expect(failed.printed).not.to.contain(password).and.not.to.contain(simulator.apiKey);

      simulator.world.failWith(device, undefined);
      simulator.world.join("Shops", { alias: "d4" });
      await stack.refresh();
      expect((await report(stack)).printed).to.contain("Drift: 1 device joined; the next `pulumi up` corrects it.");

      await stack.up();
      const well = await report(stack);
      expect(well.printed).to.contain("1 certificate in fleet/test: all is well.").and.to.contain("4 of 4 (100 %)");
      expect(well.exitCode).to.equal(0);

      await stack.setConfig("esper:baseUrl", simulator.url);
      await stack.setConfig("esper:apiKey", simulator.apiKey, true);
      const own = consoleFor(stack);
      await doctorCommand(own, () => stack.folder).parseAsync([], { from: "user" });
      expect(own.kept.printed).to.match(/^ok +esper:apiKey +set, from the stack's configuration\.$/m);
      expect(own.kept.printed).to.match(/^ok +API key +127\.0\.0\.1:\d+ accepts the key/m);
      expect(own.kept.printed).to.match(/^ok +program .* has the same pulumi-esper installed\.$/m);
      expect(own.kept.printed).not.to.contain(simulator.apiKey);
      expect(own.kept.exitCode).to.equal(0);
    });
  });
});
