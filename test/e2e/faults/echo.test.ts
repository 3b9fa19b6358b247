// Devices may answer with what they were sent. Whatever they say, neither a message nor the state repeats the password or a
// piece of the file, also when a refresh in a process of its own is the first to see it, which was never told the password.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { printed, QuickStack, type Ended } from "../../support/quick-stack";
import { deviceNamed } from "../../support/sent";
import { expectNoSecret } from "../../support/story";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-that-devices-repeat";

describe("a device that repeats what it was sent", () => {
  let simulator: Simulator;
  let file: Uint8Array;

  beforeEach(async () => {
    file = await p12Of(makeIdentity("echo.example"), password);
    const devices = [{ alias: "b1" }, { alias: "b2", online: false }, { alias: "b3" }];
    simulator = await givenFleet({ Berlin: devices }, { deviceMs: 40 });
  });

  afterEach(() => simulator.close());

  it("is not quoted, neither by the run that sent it nor by a later refresh", async function () {
    this.timeout(240_000);
    const { world } = simulator;
    const base64 = Buffer.from(file).toString("base64");
    const words = `wrong password ${password} for ${base64.slice(600, 660)}`;
    for (const alias of ["b1", "b2"]) world.failWith(deviceNamed(simulator, alias), words);
    const config: Record<string, string> = settingsOf(simulator);
    const stack = new QuickStack("echo", config);
    const args = { alias: "corp", target: { group: world.group("Berlin").id }, source: { base64, password } };
    const shown: Ended[] = [];
    const show = async (ending: Promise<Ended>): Promise<void> => {
      shown.push(await ending);
      const text = JSON.stringify([shown, stack.outputs, printed]);
      expectNoSecret(text, { password, file: base64.slice(606, 654), "API key": simulator.apiKey });
    };
    await show(stack.up(args));
    expect(shown[0]?.error).to.match(/1 device did not take the certificate \(Failure.*: b1\./);

    world.setOnline(deviceNamed(simulator, "b2"), true);
    while (world.device(deviceNamed(simulator, "b2")).waiting > 0) await new Promise((go) => setTimeout(go, 10));
    // Another setting makes another client, as a run of its own has one.
    config["esper:pollSeconds"] = "0.2";
    await show(stack.refresh());
    expect(stack.outputs?.["coverage"]).to.include({ installed: 1, failed: 2 });
    await show(stack.up(args));
    expect(shown.at(-1)?.error).to.match(/2 devices did not take the certificate/);
  });
});
