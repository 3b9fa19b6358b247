// What stops a rollout, what may fail without stopping it, and what the next run retries (docs/design.md, section 7): the
// provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { printed } from "../../../support/quick-stack";
import { expectNoSecret } from "../../../support/story";
import { password, waves } from "../shops";
import { testStories, type Stories } from "../stories";
import { half, stopped } from "./given";

const stories: Stories = {
  "stops at the wave that fails, retries only the failed device, and continues once that passes": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      const bad = shops.oneInWave(2);
      world.failWith(bad, "The keystore is locked");
      await shops.upBadly(stopped(2, 3, 10), "first");
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8"]);
      expect(shops.holds()).to.deep.equal({ first: 9, nothing: 11 });
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "stopped" } });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 9, failed: 1, missing: 10 });
      await shops.refresh();
      await shops.upBadly(/"The keystore is locked"/, "first");
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      world.failWith(bad, undefined);
      await shops.upWell("first");
      expect(shops.sent()).to.deep.equal(["INSTALL 1", "INSTALL 10"]);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs).to.deep.include({ progress: { wave: 3, waves: 3, state: "complete" } });
      await shops.upUnchanged("first");
    },
  },
  "sends nothing more without retry rounds, and continues when `maxFailures` allows the failures": {
    tell: async (shops) => {
      shops.simulator.world.failWith(shops.oneInWave(2), "The keystore is locked");
      await shops.upBadly(stopped(2, 3, 10), "first", { retryRounds: 0 });
      shops.sent();
      // The engine updates once more after a failure; then runs are unchanged and end well (`retryRounds`).
      await shops.upWell("first", { retryRounds: 0 });
      expect(shops.sent()).to.deep.equal([]);
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "stopped" } });
      await shops.upUnchanged("first", { retryRounds: 0 });
      await shops.refresh();
      await shops.upUnchanged("first", { retryRounds: 0 });
      expect(printed.join("\n")).to.match(/1 device failed, and `retryRounds` is 0\./);
      await shops.upWell("first", { retryRounds: 0, rollout: { waves, maxFailures: 1 } });
      expect(shops.sent()).to.deep.equal(["INSTALL 10"]);
      expect(shops.outputs?.["coverage"]).to.include({ installed: 19, failed: 1, missing: 0 });
      await shops.upUnchanged("first", { retryRounds: 0, rollout: { waves, maxFailures: 1 } });
    },
  },
  "uses up its retry rounds while it is stopped, and begins them anew when their number is raised": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      const bad = shops.oneInWave(1);
      world.failWith(bad, "The keystore is locked");
      await shops.upBadly(stopped(1, 3, 18), "first", { retryRounds: 1 });
      await shops.up("first", { retryRounds: 1 });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 1"]);
      await shops.upWell("first", { retryRounds: 1 });
      await shops.upUnchanged("first", { retryRounds: 1 });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
      world.failWith(bad, undefined);
      await shops.upWell("first", { retryRounds: 2 });
      expect(shops.sent()).to.deep.equal(["INSTALL 1", "INSTALL 8", "INSTALL 10"]);
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
  "lets as many devices fail as `maxFailures` counts, and retries those in the next run": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      for (const id of shops.inWave(2).slice(0, 2)) world.flaky(id, 1);
      const rollout = { waves, maxFailures: 2 };
      await shops.upWell("first", { rollout });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "INSTALL 10"]);
      expect(shops.outputs?.["coverage"]).to.include({ installed: 18, failed: 2 });
      await shops.upWell("first", { rollout });
      expect(shops.sent()).to.deep.equal(["INSTALL 2"]);
      await shops.upUnchanged("first", { rollout });
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
  "warns of allowed failures without the password that devices repeat, also in a run that installs nothing": {
    devices: 2,
    tell: async (shops) => {
      const [bad = "", other] = shops.devices();
      shops.simulator.world.failWith(bad, `No key opens with ${password}`);
      const patient = { rollout: { maxFailures: 1 }, retryRounds: 0 };
      await shops.upWell("first", { ...patient, target: { devices: [bad, other] } });
      await shops.upWell("first", { ...patient, target: { devices: [bad] } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "UNINSTALL 1"]);
      expect(printed.join("\n")).to.contain("(Esper's reason is not shown: it repeats a part of what was sent)");
      expectNoSecret(printed.join("\n"), { password });
    },
  },
  "lets a share of the answers so far fail, and no more": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      // 2 of the 10 answers of two waves are 20 %.
      for (const id of shops.inWave(2).slice(0, 2)) world.failWith(id, "The keystore is locked");
      await shops.upBadly(stopped(2, 3, 10), "first", { rollout: { waves, maxFailures: "19%" } });
      await shops.upWell("first", { rollout: { waves, maxFailures: "20%" } });
      expect(shops.holds()).to.deep.equal({ first: 18, nothing: 2 });
    },
  },
  "stops at a first wave of which half fails, however few devices of the fleet that is": {
    tell: async (shops) => {
      shops.simulator.world.failWith(shops.oneInWave(1), "The keystore is locked");
      await shops.upBadly(stopped(1, 3, 18), "first", { rollout: { waves, maxFailures: "10%" } });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
    },
  },
  "counts offline members as neither failed nor installed, and installs on them when they are back": {
    devices: half(12, 8),
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, maxFailures: "0%" } });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 12, pending: 8, offline: 8, failed: 0 });
      for (const id of shops.devices()) shops.simulator.world.setOnline(id, true);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await shops.refresh();
      expect(shops.outputs?.["coverage"]).to.include({ installed: 20, pending: 0 });
      await shops.upUnchanged("first", { rollout: { waves, maxFailures: "0%" } });
    },
  },
  "stops at a device that times out, and continues without sending again when it succeeds late": {
    tell: async (shops) => {
      const wait = { timeoutMinutes: 0.03 };
      shops.simulator.world.timeOutThenSucceed(shops.oneInWave(1), 3_600_000);
      await shops.upBadly(stopped(1, 3, 18), "first", { wait });
      expect(shops.sent()).to.deep.equal(["INSTALL 2"]);
      shops.simulator.world.advance(3_600_000);
      await shops.refresh();
      await shops.upWell("first", { wait });
      expect(shops.sent()).to.deep.equal(["INSTALL 8", "INSTALL 10"]);
    },
  },
  "continues where sending was refused halfway": {
    tell: async (shops) => {
      const { faults } = shops.simulator;
      faults.set({ forbidden: { on: ["send"], everyNth: 2 } });
      await shops.upBadly(/not allowed to \(403\)/, "first");
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "stopped" } });
      faults.set({});
      await shops.upWell("first");
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "INSTALL 10"]);
      await shops.upUnchanged("first");
    },
  },
  "stops when a device fails while its wave soaks": {
    devices: 20,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const late = shops.oneInWave(1);
      world.setOnline(late, false);
      world.failWith(late, "The keystore is locked");
      setTimeout(() => {
        world.setOnline(late, true);
      }, 700);
      await shops.upBadly(stopped(1, 3, 18), "first", { rollout: { waves, soakMinutes: 0.05 } });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
    },
  },
};

testStories("a rollout with failing devices", stories);
