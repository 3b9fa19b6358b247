// Canary devices and groups as the first wave (docs/design.md, section 7): the provider in this process against a real
// server, over both endpoints.

import { expect } from "chai";
import { testStories, type Stories } from "../stories";
import { stopped } from "./given";

const stories: Stories = {
  "serves the canary devices first, then waves of every member": {
    tell: async (shops) => {
      const canaries = [...shops.devices().slice(3, 6)].sort();
      await shops.upWell("first", { rollout: { waves: ["50%", "100%"], canary: { devices: canaries } } });
      expect(shops.sent()).to.deep.equal(["INSTALL 3", "INSTALL 7", "INSTALL 10"]);
      expect([...(shops.simulator.world.commandLog[0]?.devices ?? [])].sort()).to.deep.equal(canaries);
      expect(shops.outputs).to.deep.include({ progress: { wave: 3, waves: 3, state: "complete" } });
    },
  },
  "serves the canary group first, then every member, and stops at the canaries when they fail": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      const lab = world.addGroup("Lab", "Shops");
      const canaries = shops.devices().slice(0, 2);
      for (const id of canaries) world.move(id, lab);
      world.failWith(canaries[0] ?? "", "The keystore is locked");
      await shops.upBadly(stopped(1, 2, 18), "first", { rollout: { canary: { group: lab } } });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
      world.failWith(canaries[0] ?? "", undefined);
      await shops.upWell("first", { rollout: { canary: { group: lab } } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 1", "INSTALL 18"]);
    },
  },
  "is refused when Esper does not know the canary, and sends nothing": {
    tell: async (shops) => {
      const canary = { devices: ["01922b24-adae-787f-a08a-778067704f57"] };
      await shops.upBadly(/01922b24-adae-787f-a08a-778067704f57/, "first", { rollout: { canary } });
      expect(shops.sent()).to.deep.equal([]);
    },
  },
};

testStories("a rollout with a canary", stories);
