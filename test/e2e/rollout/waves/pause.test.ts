// A rollout that pauses after a wave and goes on by the change of one number (docs/design.md, section 7): the provider in
// this process against a real server, over both endpoints.

import { expect } from "chai";
import { waves } from "../shops";
import { testStories, type Stories } from "../stories";

const stories: Stories = {
  "continues when `pauseAfterWave` is raised, and to the end when it is removed": {
    tell: async (shops) => {
      const pausedAfter = (wave: number): Readonly<Record<string, unknown>> => ({
        rollout: { waves, pauseAfterWave: wave },
      });
      await shops.upWell("first", pausedAfter(1));
      expect(shops.outputs).to.deep.include({ progress: { wave: 1, waves: 3, state: "paused" } });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 2, missing: 18 });
      expect(shops.sent()).to.deep.equal(["INSTALL 2"]);
      await shops.upUnchanged("first", pausedAfter(1));
      await shops.refresh();
      await shops.upUnchanged("first", pausedAfter(1));
      await shops.upWell("first", pausedAfter(2));
      expect(shops.sent()).to.deep.equal(["INSTALL 8"]);
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "paused" } });
      await shops.upWell("first");
      expect(shops.sent()).to.deep.equal(["INSTALL 10"]);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.upUnchanged("first");
    },
  },
  "is removed from every device when it is destroyed": {
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      await shops.destroy();
    },
  },
};

testStories("a paused rollout", stories);
