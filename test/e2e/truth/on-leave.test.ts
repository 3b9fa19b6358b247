// `onLeave`: what becomes of the certificate on devices that leave a group by themselves (docs/design.md, sections 2 and 3).
// The provider is driven in this process.

import { expect } from "chai";
import { base64Of, makeIdentity } from "../../support/certificates";
import { printed } from "../../support/quick-stack";
import { holdersOf } from "../../support/story";
import { TruthStack, type Endpoint } from "./truth-stack";

const password = "a-password-of-leaving";

describe("a device that leaves a group", () => {
  let source: unknown;

  before(async () => {
    source = { base64: await base64Of(makeIdentity("leave.example"), password), password };
  });

  async function on(
    members: number,
    endpoint: Endpoint,
    run: (stack: TruthStack, args: (more?: object) => Readonly<Record<string, unknown>>) => Promise<void>,
  ): Promise<void> {
    const devices = Array.from({ length: members }, (_, index) => ({ alias: `m${index}`, osVersion: "13" }));
    const stack = await TruthStack.on(
      {
        fleet: {
          groups: [
            { name: "Shops", devices },
            { name: "Store", devices: [{ alias: "s1" }] },
          ],
        },
      },
      endpoint,
    );
    printed.length = 0;
    try {
      await run(stack, (more = {}) => ({
        target: { group: stack.group("Shops") },
        source,
        onLeave: "remove",
        ...more,
      }));
    } finally {
      await stack.simulator.close();
    }
  }

  function move(stack: TruthStack, count: number, from = 0): void {
    for (let index = from; index < from + count; index += 1) {
      stack.simulator.world.move(stack.device(`m${index}`), "Store");
    }
  }

  const holds = (stack: TruthStack, alias: string): boolean => holdersOf(stack.simulator, "corp").includes(alias);
  const told = (): string => printed.join("\n");

  for (const endpoint of ["request", "v2"] as const) {
    for (const members of [4, 40]) {
      it(`loses the certificate with the next run after a refresh: of ${members}, ${endpoint}`, () =>
        on(members, endpoint, async (stack, args) => {
          expect(await stack.up(args())).to.deep.equal({ did: "created" });
          move(stack, 1);
          expect(await stack.up(args()), "nobody has looked").to.deep.equal({ did: "nothing" });
          expect(await stack.refresh()).to.deep.equal({ did: "refreshed" });
          expect(told()).to.contain("1 device left the target; the next `pulumi up` removes the certificate from it.");
          expect(stack.inputs).to.have.property("drift", "1 device left");
          stack.sent();
          printed.length = 0;
          expect(await stack.up(args())).to.deep.equal({ did: "updated" });
          expect(told()).to.contain("Removing the certificate from 1 device that left the target.");
          expect(stack.sent()).to.deep.equal(["UNINSTALL corp DEVICE m0"]);
          expect(holds(stack, "m0")).to.equal(false);
          expect(stack.stored("coverage")).to.include({ members: members - 1, installed: members - 1 });
          await stack.refresh();
          expect(await stack.up(args())).to.deep.equal({ did: "nothing" });
          expect(stack.sent()).to.deep.equal([]);
        })).timeout(20_000);
    }

    it(`keeps it where many leave at once, until they are allowed, ${endpoint}`, () =>
      on(30, endpoint, async (stack, args) => {
        expect(await stack.up(args())).to.deep.equal({ did: "created" });
        move(stack, 12);
        await stack.refresh();
        const sentence =
          "12 of 30 devices left the target at once; the certificate stays on them. If it is to be removed, allow that many: " +
          "`onLeave: { remove: true, atMost: 12 }`.";
        expect(told()).to.contain(sentence);
        stack.sent();
        printed.length = 0;
        expect(await stack.up(args())).to.deep.equal({ did: "nothing" });
        expect(told(), "as long as it lasts").to.contain(sentence);
        expect(await stack.up(args({ triggers: [1] }))).to.deep.equal({ did: "updated" });
        expect(holds(stack, "m0")).to.equal(true);
        await stack.refresh();
        stack.sent();
        const allowing = args({ triggers: [1], onLeave: { remove: true, atMost: "40%" } });
        expect(await stack.up(allowing)).to.deep.equal({ did: "updated" });
        expect(stack.sent()).to.have.length(1);
        expect(holdersOf(stack.simulator, "corp")).to.have.length(18);
        expect(await stack.up(allowing)).to.deep.equal({ did: "nothing" });
      })).timeout(20_000);
  }

  it("keeps it by default", () =>
    on(4, "request", async (stack, args) => {
      const keeping = args({ onLeave: "keep" });
      expect(await stack.up(keeping)).to.deep.equal({ did: "created" });
      move(stack, 1);
      await stack.refresh();
      expect(told()).to.contain("1 device left the target; the certificate stays on them.");
      expect(await stack.up(keeping)).to.deep.equal({ did: "nothing" });
      expect(holds(stack, "m0")).to.equal(true);
    }));

  it("goes by the rule that the program has by now, once a run has stored it", () =>
    on(4, "request", async (stack, args) => {
      expect(await stack.up(args({ onLeave: "keep" }))).to.deep.equal({ did: "created" });
      stack.sent();
      expect(await stack.up(args())).to.deep.equal({ did: "updated" });
      expect(stack.sent()).to.deep.equal([]);
      move(stack, 1);
      await stack.refresh();
      await stack.up(args());
      expect(holds(stack, "m0")).to.equal(false);
    }));

  it("keeps it when it is back before the run, and when it is another owner's by now", () =>
    on(4, "request", async (stack, args) => {
      expect(await stack.up(args())).to.deep.equal({ did: "created" });
      move(stack, 2);
      await stack.refresh();
      stack.simulator.world.move(stack.device("m0"), "Shops");
      await stack.simulator.world.sendAsOther({ alias: "corp", devices: [stack.device("m1")] });
      stack.simulator.world.advance(2_000);
      await stack.up(args());
      expect([holds(stack, "m0"), holds(stack, "m1")]).to.deep.equal([true, true]);
      await stack.refresh();
      expect(await stack.up(args())).to.deep.equal({ did: "nothing" });
    }));

  it("that fails to remove it is tried again", () =>
    on(4, "request", async (stack, args) => {
      expect(await stack.up(args())).to.deep.equal({ did: "created" });
      move(stack, 1);
      await stack.refresh();
      stack.simulator.world.failWith(stack.device("m0"), "The keystore is locked");
      expect(await stack.up(args())).to.have.property("error");
      stack.simulator.world.failWith(stack.device("m0"), undefined);
      expect(await stack.up(args())).to.deep.equal({ did: "updated" });
      expect(holds(stack, "m0")).to.equal(false);
    }));

  it("loses it with a destroy also where no run has come between", () =>
    on(4, "request", async (stack, args) => {
      expect(await stack.up(args())).to.deep.equal({ did: "created" });
      move(stack, 1);
      await stack.refresh();
      expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
      expect(holdersOf(stack.simulator, "corp")).to.deep.equal([]);
    }));

  it("keeps it where nothing but its Android version has changed", () =>
    on(4, "request", async (stack, args) => {
      expect(await stack.up(args())).to.deep.equal({ did: "created" });
      stack.simulator.world.setOsVersion(stack.device("m0"), "8.1.0");
      await stack.refresh();
      stack.sent();
      await stack.up(args());
      expect(stack.sent()).to.deep.equal([]);
    }));
});
