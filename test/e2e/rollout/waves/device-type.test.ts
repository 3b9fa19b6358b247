// Rollouts to online or offline devices only (docs/design.md, sections 2 and 7): the provider in this process against a
// real server, over both endpoints.

import { expect } from "chai";
import { waves } from "../shops";
import { testStories, type Stories } from "../stories";
import { half, offline } from "./given";

const stories: Stories = {
  "reaches only those online, or offline, as deviceType says": {
    devices: half(12, 8),
    tell: async (shops) => {
      await shops.upWell("first", { deviceType: "active" });
      expect(shops.outputs?.["coverage"]).to.include({ members: 12, installed: 12, pending: 0 });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 4", "INSTALL 6"]);
      expect(new Set(shops.simulator.world.commandLog.map(({ deviceType }) => deviceType))).to.deep.equal(
        new Set(["active"]),
      );
      await shops.refresh();
      await shops.upUnchanged("first", { deviceType: "active" });
      await shops.upWell("second", { deviceType: "inactive" });
      expect(shops.outputs?.["coverage"]).to.include({ members: 8, installed: 0, pending: 8, offline: 8 });
      expect(shops.sent()).to.deep.equal(["INSTALL 1", "INSTALL 3", "INSTALL 4"]);
      expect(shops.holds()).to.deep.equal({ first: 12, nothing: 8 });
      for (const id of shops.devices()) shops.simulator.world.setOnline(id, true);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(shops.holds()).to.deep.equal({ first: 12, second: 8 });
    },
  },
  "leaves the certificate on an offline device that the target still covers": {
    devices: 3,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const groups = [world.group("Shops").id, world.addGroup("Berlin", "Shops")];
      const away = world.join("Berlin");
      const active = { rollout: {}, deviceType: "active" };
      await shops.upWell("first", { ...active, target: { groups } });
      world.setOnline(away, false);
      shops.sent();
      await shops.upWell("first", { ...active, target: { groups: groups.slice(0, 1) } });
      expect(shops.sent()).to.deep.equal([]);
    },
  },
  "counts members whose wave has not come also after a refresh of active devices": {
    devices: half(12, 8),
    tell: async (shops) => {
      const paused = { deviceType: "active", rollout: { waves, pauseAfterWave: 1 } };
      await shops.upWell("first", paused);
      expect(shops.outputs?.["coverage"]).to.include({ members: 12, installed: 2, missing: 10 });
      shops.simulator.world.join("Shops", offline);
      await shops.refresh();
      expect(shops.outputs?.["coverage"]).to.include({ members: 12, installed: 2, missing: 10 });
    },
  },
};

testStories("a rollout narrowed by deviceType", stories);
