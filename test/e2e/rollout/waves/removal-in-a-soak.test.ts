// A removal that is answered while a wave soaks: the wait had ended before, and what it saw counts no more.

import { expect } from "chai";
import type { Simulator } from "../../../../simulator";
import { base64Of, makeIdentity } from "../../../support/certificates";
import { givenFleet, settingsOf } from "../../../support/given-fleet";
import { printed, QuickStack } from "../../../support/quick-stack";
import { deviceNamed } from "../../../support/sent";
import { at, digestsOf, holdersOf } from "../../../support/story";
import { until } from "../../../support/until";

const password = "a-password-of-waves";
const names = ["a1", "a2", "a3", "a4", "left", "gone"];

describe("a device that left a set and answers while a wave soaks", () => {
  let files: readonly string[];
  let simulator: Simulator;
  let stack: QuickStack;

  before(async () => {
    files = await Promise.all(["one.example", "two.example"].map((name) => base64Of(makeIdentity(name), password)));
  });

  beforeEach(async () => {
    simulator = await givenFleet({ Shops: names }, { deviceMs: 10, readsBeforeAnswer: 0 });
    stack = new QuickStack("corp", settingsOf(simulator, { "esper:pollSeconds": "0.05" }));
    printed.length = 0;
  });

  afterEach(() => simulator.close());

  function argsFor(of: readonly string[], file: number, more: Readonly<Record<string, unknown>> = {}) {
    const devices = of.map((name) => deviceNamed(simulator, name));
    const source = { base64: files[file], password };
    return { alias: "corp", target: { devices }, source, wait: { timeoutMinutes: 0.2 }, ...more };
  }

  /** It is offline while the first wave is waited for, and back before its soak is over. */
  async function leaveInASoak(failing: boolean): Promise<unknown> {
    await stack.up(argsFor(names, 0));
    const before = digestsOf(simulator, "corp");
    const gone = deviceNamed(simulator, "gone");
    simulator.world.setOnline(gone, false);
    if (failing) simulator.world.failWith(gone, "no space left");
    const back = (async () => {
      await until(() => digestsOf(simulator, "corp").some((digest) => !before.includes(digest)), 5_000);
      await new Promise((go) => setTimeout(go, 800));
      simulator.world.setOnline(gone, true);
    })();
    const ran = await stack.up(argsFor(names.slice(0, 4), 1, { rollout }));
    await back;
    return ran;
  }

  const rollout = { waves: [2, "100%"], soakMinutes: 0.05, pauseAfterWave: 1 };
  const again = () => stack.up(argsFor(names.slice(0, 4), 1, { rollout }));

  it("has lost the certificate, and is not told to lose it still", async () => {
    expect(await leaveInASoak(false)).to.deep.equal({ did: "updated" });
    expect(holdersOf(simulator, "corp")).to.not.include("gone");
    expect(printed.join("\n")).to.not.include("lose the certificate");
    expect(JSON.stringify(at(stack.outputs, "commands"))).to.not.include("uninstall");
  });

  it("that fails is an error of that run, and is told to remove it again by the next one", async () => {
    expect(await leaveInASoak(true))
      .to.have.property("error")
      .that.includes("1 device did not remove");
    simulator.world.failWith(deviceNamed(simulator, "gone"), undefined);
    await again();
    expect(holdersOf(simulator, "corp")).to.not.include("gone");
  });
});
