// Counts are believed only where they can be: a request to a group also counts devices that are no members, such as one with
// Android 8 (docs/design.md, section 6). The provider is driven in this process.

import { expect } from "chai";
import type { Faults } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { TruthStack, type Endpoint } from "./truth-stack";

const password = "a-password-of-counts";

function devicesOf(count: number, osVersion: string, prefix: string): readonly { alias: string; osVersion: string }[] {
  return Array.from({ length: count }, (_, index) => ({ alias: `${prefix}${index}`, osVersion }));
}

describe("a device without a row, beside devices that cannot hold a certificate,", () => {
  let source: unknown;

  before(async () => {
    source = {
      base64: await base64Of(makeIdentity("counts.example"), password),
      password,
    };
  });

  async function on(
    given: { readonly members: number; readonly old: number; readonly endpoint?: Endpoint },
    run: (stack: TruthStack) => Promise<void>,
  ): Promise<void> {
    const devices = [...devicesOf(given.old, "8.1.0", "old"), ...devicesOf(given.members, "13", "m")];
    const stack = await TruthStack.on({ fleet: { groups: [{ name: "Shops", devices }] } }, given.endpoint);
    try {
      await run(stack);
    } finally {
      await stack.simulator.close();
    }
  }

  function withoutRow(stack: TruthStack, alias: string, more: NonNullable<Faults["missingRows"]> = {}): void {
    stack.simulator.faults.set({ missingRows: { devices: [stack.device(alias)], times: 1, ...more } });
  }

  for (const endpoint of ["request", "v2"] as const) {
    for (const [members, old] of [
      [3, 1],
      [30, 1],
      [300, 2],
    ] as const) {
      it(`is never installed: ${members} members and ${old} of Android 8, ${endpoint}`, () =>
        on({ members, old, endpoint }, async (stack) => {
          withoutRow(stack, "m2");
          const args = { target: { group: stack.group("Shops") }, source };
          const { error } = await stack.up(args);
          expect(error).to.contain("1 device did not answer");
          const known = { members, installed: members - 1, pending: 1 };
          expect(stack.stored("coverage")).to.include(known);
          expect(await stack.refresh()).to.deep.equal({ did: "refreshed" });
          expect(stack.stored("coverage"), "after a refresh").to.include(known);
          await stack.up(args);
          expect(stack.stored("coverage"), "after another run").to.include(known);
          expect(await stack.up({ ...args, triggers: [1] })).to.deep.equal({ did: "updated" });
          expect(stack.stored("coverage")).to.include({ members, installed: members });
          stack.simulator.resetTraffic();
          expect(await stack.refresh()).to.deep.equal({ did: "refreshed" });
          expect(stack.stored("coverage")).to.include({ members, installed: members });
          const routes = Object.keys(stack.simulator.traffic.byRoute).filter((route) => /stat(us|s)/.test(route));
          expect(routes, "reads of what is settled").to.deep.equal([]);
        })).timeout(20_000);
    }
  }

  it("is failed once its row comes late and says so", () =>
    on({ members: 30, old: 1 }, async (stack) => {
      stack.simulator.world.failWith(stack.device("m2"), "The keystore is locked");
      withoutRow(stack, "m2", { lateMs: 60_000 });
      await stack.up({ target: { group: stack.group("Shops") }, source });
      stack.simulator.world.advance(61_000);
      await stack.refresh();
      expect(stack.stored("coverage")).to.include({ installed: 29, failed: 1 });
    })).timeout(20_000);

  it("keeps a destroy from ending well", () =>
    on({ members: 30, old: 1 }, async (stack) => {
      expect(await stack.up({ target: { group: stack.group("Shops") }, source })).to.deep.equal({ did: "created" });
      withoutRow(stack, "m2");
      const { error } = await stack.destroy();
      expect(error).to.contain("1 device did not answer");
      expect(await stack.destroy()).to.deep.equal({ did: "deleted" });
    })).timeout(20_000);
});
