// A command that ended in TimeOut may still succeed, and then a device holds older content, or content that it was told to
// remove (docs/design.md, section 3). The provider is driven in this process.

import { expect } from "chai";
import { base64Of, makeIdentity } from "../../support/certificates";
import { printed } from "../../support/quick-stack";
import { holdersOf } from "../../support/story";
import { until } from "../../support/until";
import { TruthStack, type Endpoint } from "./truth-stack";

const password = "a-password-of-late-answers";
type Json = Readonly<Record<string, unknown>>;

function windowIn(startMs: number, endMs: number): Json {
  const [start, end] = [startMs, endMs].map((ms) => new Date(Date.now() + ms).toISOString());
  return { window: { start, end, timeZone: "console" } };
}

describe("a command that timed out and succeeds late", () => {
  let contents: readonly Json[];

  before(async () => {
    contents = await Promise.all(
      ["one.example", "two.example"].map(async (name) => ({
        source: { base64: await base64Of(makeIdentity(name), password), password },
      })),
    );
  });

  async function on(
    endpoint: Endpoint,
    run: (stack: TruthStack, args: (content: number, more?: Json) => Json) => Promise<void>,
  ): Promise<void> {
    const devices = ["b1", "b2", "b3"].map((alias) => ({ alias, osVersion: "13" }));
    const stack = await TruthStack.on({ fleet: { groups: [{ name: "Berlin", devices }] } }, endpoint);
    printed.length = 0;
    try {
      await run(stack, (content, more = {}) => ({
        ...{ target: { group: stack.group("Berlin") }, ...contents[content] },
        ...{ wait: { timeoutMinutes: 0.01 }, ...more },
      }));
    } finally {
      await stack.simulator.close();
    }
  }

  /** The newest states of the device's commands, oldest first. */
  const states = (stack: TruthStack, alias: string): readonly string[] =>
    stack.simulator.world.device(stack.device(alias)).commands.map(({ state }) => state.replace("Command ", ""));

  /** Its first command has ended in Success by now. */
  const late = (stack: TruthStack, alias: string, at = 0): Promise<void> =>
    until(() => states(stack, alias)[at] === "Success");

  for (const endpoint of ["request", "v2"] as const) {
    describe(`(${endpoint})`, () => {
      it("is drift where it brings back older content, and only that device is sent the content again", () =>
        on(endpoint, async (stack, args) => {
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 2_500, true);
          expect((await stack.up(args(0))).error).to.contain("(TimeOut): b1");
          expect(await stack.up(args(1))).to.deep.equal({ did: "updated" });
          expect(stack.stored("coverage")).to.include({ installed: 3 });
          await stack.refresh();
          expect(stack.inputs).not.to.have.property("drift");
          expect(await stack.up(args(1))).to.deep.equal({ did: "nothing" });

          await late(stack, "b1");
          stack.sent();
          await stack.refresh();
          expect(stack.stored("coverage")).to.include({ installed: 2, missing: 1 });
          expect(stack.stored("exceptions", "0")).to.include({ name: "b1", state: "Overwritten" });
          expect(stack.inputs).to.include({ drift: "overwritten on 1 device" });
          expect(await stack.up(args(1))).to.deep.equal({ did: "updated" });
          expect(stack.sent()).to.deep.equal(["INSTALL corp DEVICE b1"]);
          expect(stack.stored("coverage")).to.include({ installed: 3, missing: 0 });
          expect(stack.stored("record")).not.to.have.property("lateCommands");
          await stack.refresh();
          expect(await stack.up(args(1))).to.deep.equal({ did: "nothing" });
          expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
        })).timeout(20_000);

      it("is no drift where it is of the content that devices are to have", () =>
        on(endpoint, async (stack, args) => {
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 2_500, true);
          await stack.up(args(0));
          expect(await stack.up(args(0)), "it is sent again").to.deep.equal({ did: "updated" });
          await late(stack, "b1");
          await stack.refresh();
          expect(stack.stored("coverage")).to.include({ installed: 3 });
          expect(await stack.up(args(0))).to.deep.equal({ did: "nothing" });
        })).timeout(20_000);

      it("of a retried install is drift once other content stands", () =>
        on(endpoint, async (stack, args) => {
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 3_500, true);
          await stack.up(args(0));
          await stack.up(args(0));
          expect(await stack.up(args(1))).to.deep.equal({ did: "updated" });
          await late(stack, "b1");
          await stack.refresh();
          expect(stack.inputs).to.include({ drift: "overwritten on 1 device" });
        })).timeout(20_000);

      it("is drift after a rollback, and the previous content is given back once more", () =>
        on(endpoint, async (stack, args) => {
          const rollout = { onFailure: "rollback" };
          expect(await stack.up(args(0, { rollout }))).to.deep.equal({ did: "created" });
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 3_000, true);
          expect((await stack.up(args(1, { rollout }))).error).to.contain("was rolled back");
          expect(stack.stored("coverage")).to.include({ installed: 3 });
          await late(stack, "b1", 1);
          stack.sent();
          await stack.refresh();
          expect(stack.stored("coverage")).to.include({ installed: 2, missing: 1 });
          expect((await stack.up(args(1, { rollout }))).error).to.equal(undefined);
          expect(stack.sent()).to.deep.equal(["INSTALL corp DEVICE b1"]);
          expect(stack.stored("coverage")).to.include({ installed: 3, missing: 0 });
        })).timeout(20_000);

      it("is a removal that failed after a rollback to nothing", () =>
        on(endpoint, async (stack, args) => {
          const rollout = { onFailure: "rollback" };
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 3_000, true);
          expect((await stack.up(args(1, { rollout }))).error).to.contain("was rolled back");
          expect(holdersOf(stack.simulator, "corp")).to.deep.equal([]);
          await late(stack, "b1");
          await stack.refresh();
          expect(stack.inputs).to.include({ drift: "1 removal failed" });
          expect((await stack.up(args(1, { rollout }))).error).to.equal(undefined);
          expect(holdersOf(stack.simulator, "corp")).to.deep.equal([]);
        })).timeout(20_000);

      it("is a removal that failed on a device that left a set", () =>
        on(endpoint, async (stack, args) => {
          const both = { target: { devices: [stack.device("b1"), stack.device("b2")] } };
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 3_000, true);
          await stack.up(args(0, both));
          expect(await stack.up(args(0, { target: { devices: [stack.device("b2")] } }))).to.deep.equal({
            did: "updated",
          });
          await late(stack, "b1");
          await stack.refresh();
          expect(stack.inputs).to.include({ drift: "1 removal failed" });
          await stack.up(args(0, { target: { devices: [stack.device("b2")] } }));
          expect(holdersOf(stack.simulator, "corp")).to.deep.equal(["b2"]);
        })).timeout(20_000);

      it("fails a destroy that was still waiting for others, and the next one removes it", () =>
        on(endpoint, async (stack, args) => {
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 3_600_000, true);
          await stack.up(args(0, { wait: { timeoutMinutes: 0.03 } }));
          stack.simulator.world.timeOutThenSucceed(stack.device("b2"), 3_600_000);
          const ending = stack.destroy();
          await until(() => states(stack, "b1")[1] === "Success" && states(stack, "b2")[1] === "TimeOut");
          stack.simulator.world.advance(3_600_000);
          const ended = await ending;
          expect(ended.error).to.contain("1 device did not remove the certificate (Installed late): b1.");
          expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
          expect(holdersOf(stack.simulator, "corp")).to.deep.equal([]);
        })).timeout(20_000);

      it("is drift too where it was scheduled, and Esper did not cancel it", () =>
        on(endpoint, async (stack, args) => {
          await stack.up(args(0, { schedule: windowIn(4_000, 60_000) }));
          stack.simulator.faults.set({ cancelIgnored: {} });
          expect((await stack.up(args(1))).error).to.equal(undefined);
          expect(printed.join("\n")).to.contain("3 scheduled installs could not be cancelled");
          expect(stack.stored("coverage")).to.include({ installed: 3 });
          for (const alias of ["b1", "b2", "b3"]) await late(stack, alias);
          await stack.refresh();
          expect(stack.inputs).to.include({ drift: "overwritten on 3 devices" });
          expect(await stack.up(args(1))).to.deep.equal({ did: "updated" });
          expect(stack.stored("coverage")).to.include({ installed: 3 });
          expect(stack.stored("record")).not.to.have.property("lateCommands");
        })).timeout(20_000);

      it("is told by a destroy that ends before it", () =>
        on(endpoint, async (stack, args) => {
          stack.simulator.world.timeOutThenSucceed(stack.device("b1"), 60_000, true);
          await stack.up(args(0));
          expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
          expect(printed.join("\n")).to.contain(
            "1 device has an install that timed out, and may still take the certificate",
          );
        })).timeout(20_000);
    });
  }
});
