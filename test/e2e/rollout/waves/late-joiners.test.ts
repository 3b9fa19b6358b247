// Devices that join or leave while a rollout goes on, is paused or is through: whose wave has come, and what is drift
// (docs/design.md, section 7): the provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { waves } from "../shops";
import { testStories, type Stories } from "../stories";

const stories: Stories = {
  "brings in late joiners wave by wave, and stops at one that fails": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      await shops.upWell("first");
      const joined = Array.from({ length: 12 }, () => world.join("Shops"));
      world.failWith(joined[0] ?? "", "The keystore is locked");
      await shops.refresh();
      shops.sent();
      await shops.upBadly(/^Wave \d of 3 failed/m, "first");
      const asked = shops.simulator.world.commandLog.slice(3).flatMap(({ devices }) => devices);
      expect(asked, "only those that joined").to.satisfy((ids: string[]) => ids.every((id) => joined.includes(id)));
      world.failWith(joined[0] ?? "", undefined);
      await shops.upWell("first");
      expect(shops.holds()).to.deep.equal({ first: 32 });
      expect(shops.outputs?.["coverage"]).to.include({ members: 32, installed: 32 });
      await shops.upUnchanged("first");
    },
  },
  "keeps late joiners waiting for their wave during a pause, and reports as drift only those whose wave has come": {
    tell: async (shops) => {
      const paused = { rollout: { waves, pauseAfterWave: 2 } };
      await shops.upWell("first", paused);
      const joined = Array.from({ length: 12 }, () => shops.simulator.world.join("Shops"));
      await shops.refresh();
      shops.sent();
      await shops.upWell("first", paused);
      const early = shops.simulator.world.commandLog.slice(2).flatMap(({ devices }) => devices);
      expect(early.length, "some of them fall in the waves that are through").to.be.within(1, 11);
      expect(joined).to.include.members(early);
      await shops.refresh();
      await shops.upUnchanged("first", paused);
      await shops.upWell("first");
      expect(shops.holds()).to.deep.equal({ first: 32 });
    },
  },
  "counts its shares at its start, however many devices join before it continues": {
    tell: async (shops) => {
      const join = shops.joiners();
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 1 } });
      for (let joined = 0; joined < 20; joined += 1) join(3);
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8"]);
      await shops.upWell("first");
      expect(shops.sent()).to.deep.equal(["INSTALL 30"]);
    },
  },
  "reports no drift for a device that joins beyond the last wave": {
    tell: async (shops) => {
      const tenth = { rollout: { waves: ["10%"] } };
      const join = shops.joiners(tenth.rollout);
      await shops.upWell("first", tenth);
      join(undefined);
      await shops.refresh();
      expect(shops.outputs?.["coverage"]).to.include({ members: 21, installed: 2, missing: 19 });
      await shops.upUnchanged("first", tenth);
      const early = join(1);
      await shops.refresh();
      await shops.upWell("first", tenth);
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      expect(shops.held(early)).to.equal("first");
      await shops.upUnchanged("first", tenth);
    },
  },
  "reports no drift for a device that joins a wave that has not come": {
    tell: async (shops) => {
      const paused = { rollout: { waves, pauseAfterWave: 2 } };
      const join = shops.joiners();
      await shops.upWell("first", paused);
      const late = join(3);
      await shops.refresh();
      await shops.upUnchanged("first", paused);
      await shops.upWell("first");
      expect(shops.held(late)).to.equal("first");
    },
  },
  "installs on a device that joins an earlier wave, although a device of a later wave has left": {
    tell: async (shops) => {
      const paused = { rollout: { waves, pauseAfterWave: 2 } };
      const join = shops.joiners();
      await shops.upWell("first", paused);
      shops.simulator.world.leave(shops.oneInWave(3));
      const early = join(1);
      await shops.refresh();
      await shops.upWell("first", paused);
      expect(shops.held(early)).to.equal("first");
      await shops.upUnchanged("first", paused);
    },
  },
};

testStories("a rollout that devices join", stories);
