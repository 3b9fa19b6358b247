// The way of a rollout that nothing stops: its order, its soak, its end, and another content in its middle (docs/design.md,
// section 7): the provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { waves } from "../shops";
import { testStories, type Stories } from "../stories";
import { stopped } from "./given";

const stories: Stories = {
  "goes wave by wave, and has nothing to do the second time": {
    tell: async (shops) => {
      await shops.upWell("first");
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "INSTALL 10"]);
      const log = shops.simulator.world.commandLog.map(({ devices }) => [...devices].sort());
      expect(log).to.deep.equal([1, 2, 3].map((wave) => [...shops.inWave(wave)].sort()));
      expect(shops.outputs).to.deep.include({ progress: { wave: 3, waves: 3, state: "complete" } });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 20 });
      await shops.refresh();
      await shops.upUnchanged("first");
      await shops.upWell("second");
      expect(shops.holds()).to.deep.equal({ second: 20 });
      await shops.destroy();
    },
  },
  "lets a wave soak before the next one, not after the last": {
    tell: async (shops) => {
      const soakMs = 3_000;
      await shops.upWell("first", { rollout: { waves: ["10%", "100%"], soakMinutes: soakMs / 60_000 } });
      const [first = 0, second = 0] = shops.simulator.world.commandLog.map(({ at }) => at);
      expect(second - first, "time between the waves").to.be.at.least(soakMs);
      expect(Date.now() - second, "time after the last wave").to.be.lessThan(soakMs);
    },
  },
  "soaks a wave whose devices answered only after the run's time was over": {
    devices: 6,
    tell: async (shops) => {
      const half = { waves: ["50%", "100%"], soakMinutes: 0.04 };
      for (const id of shops.inWave(1, half)) shops.simulator.world.timeOutThenSucceed(id, 60_000);
      await shops.upBadly(stopped(1, 2, 3), "first", { rollout: half, wait: { timeoutMinutes: 0.01 } });
      shops.simulator.world.advance(60_000);
      expect(shops.sent()).to.deep.equal(["INSTALL 3"]);
      const startedAt = Date.now();
      await shops.upWell("first", { rollout: half });
      expect(Date.now() - startedAt).to.be.at.least(2_400);
      expect(shops.sent()).to.deep.equal(["INSTALL 3"]);
    },
  },
  "starts again at wave one for every member when the content changes halfway": {
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      shops.sent();
      const canaries = [...shops.inWave(1)].sort();
      await shops.upWell("second", { rollout: { waves, pauseAfterWave: 1 } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2"]);
      expect([...(shops.simulator.world.commandLog.at(-1)?.devices ?? [])].sort()).to.deep.equal(canaries);
      expect(shops.holds()).to.deep.equal({ first: 8, second: 2, nothing: 10 });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 2, missing: 18 });
      await shops.upUnchanged("second", { rollout: { waves, pauseAfterWave: 1 } });
      await shops.upWell("second");
      expect(shops.sent()).to.deep.equal(["INSTALL 8", "INSTALL 10"]);
      expect(shops.holds()).to.deep.equal({ second: 20 });
    },
  },
  "leaves the rest out when the last wave is below 100 %, and that is no drift": {
    tell: async (shops) => {
      const tenth = { rollout: { waves: ["10%"] } };
      await shops.upWell("first", tenth);
      expect(shops.outputs).to.deep.include({ progress: { wave: 1, waves: 1, state: "complete" } });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 2, missing: 18 });
      await shops.refresh();
      await shops.upUnchanged("first", tenth);
      await shops.upWell("first", { rollout: { waves: ["10%", "100%"] } });
      expect(shops.sent()).to.deep.equal(["INSTALL 18"]);
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
};

testStories("a rollout in waves", stories);
