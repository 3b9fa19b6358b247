// What is true of the fleet after a run was killed or cut short, and what the next one sends, removes and destroys
// (docs/design.md, sections 3 and 7): the provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { waves } from "../shops";
import { testStories, type Stories } from "../stories";

const stories: Stories = {
  "reaches every member after a kill between two waves of the first content": {
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      const again = shops.withoutState();
      await again.upWell("first");
      expect(shops.holds()).to.deep.equal({ first: 20 });
      const order = shops.simulator.world.commandLog.map(({ devices }) => [...devices].sort());
      expect(order[2], "starts where everyone can be reached in order").to.deep.equal([...shops.inWave(1)].sort());
      await again.upUnchanged("first");
      await again.destroy();
    },
  },
  "reaches every member after a kill between two waves of new content": {
    tell: async (shops) => {
      const killed = shops.twin();
      await killed.upWell("first");
      await shops.upWell("first");
      await killed.upWell("second", { rollout: { waves, pauseAfterWave: 2 } });
      expect(shops.holds()).to.deep.equal({ first: 10, second: 10 });
      await shops.upWell("second");
      expect(shops.holds()).to.deep.equal({ second: 20 });
      await shops.refresh();
      await shops.upUnchanged("second");
    },
  },
  "is the same on every member when the program goes back to the earlier content after a kill": {
    // The V2 endpoint has no labels, by which a refresh would know its own commands.
    only: "request",
    tell: async (shops) => {
      const killed = shops.twin();
      await killed.upWell("first");
      await shops.upWell("first");
      await killed.upWell("second", { rollout: { waves, pauseAfterWave: 2 } });
      await shops.refresh();
      await shops.upWell("first");
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.refresh();
      await shops.upUnchanged("first");
    },
  },
  "is installed again by the next change where a failed destroy has removed it": {
    only: "request",
    devices: 3,
    tell: async (shops) => {
      const [one = "", other, late] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other] } });
      shops.simulator.world.flaky(one, 1);
      await shops.destroyBadly(/1 device/);
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 2 });
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other, late] } });
      expect(shops.holds()).to.deep.equal({ first: 3 });
      await shops.refresh();
      await shops.upUnchanged("first", { rollout: {}, target: { devices: [one, other, late] } });
    },
  },
  "is the same on every member after a change, although the killed run sent other content": {
    only: "request",
    devices: 3,
    tell: async (shops) => {
      const [one, other, late] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other] } });
      await shops.upKilled("second", { rollout: {}, target: { devices: [one, other] } });
      expect(shops.holds()).to.deep.equal({ nothing: 1, second: 2 });
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other, late] } });
      expect(shops.holds()).to.deep.equal({ first: 3 });
    },
  },
  "is removed from a device that only the killed run addressed": {
    only: "request",
    devices: 4,
    tell: async (shops) => {
      const [one, other, mistaken = "", late] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other] } });
      await shops.upKilled("first", { rollout: {}, target: { devices: [one, other, mistaken] } });
      shops.sent();
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other, late] } });
      expect(shops.sent()).to.deep.equal(["UNINSTALL 1", "INSTALL 1"]);
      expect(shops.held(mistaken)).to.equal("nothing");
      expect(shops.holds()).to.deep.equal({ nothing: 1, first: 3 });
    },
  },
  "is retried only on the failed devices after a retry was killed": {
    devices: 3,
    tell: async (shops) => {
      shops.simulator.world.flaky(shops.devices()[0] ?? "", 1);
      await shops.upBadly(/1 device/, "first", { rollout: {} });
      await shops.upKilled("first", { rollout: {} });
      expect(shops.holds()).to.deep.equal({ first: 3 });
      shops.sent();
      await shops.upWell("first", { rollout: {} });
      // The V2 endpoint has no labels, by which the killed run's command would be known.
      expect(shops.sent()).to.deep.equal(shops.hasLabels ? [] : ["INSTALL 1"]);
    },
  },
  "is removed by a destroy from a device that only the killed run addressed, after a refresh": {
    only: "request",
    devices: 4,
    tell: async (shops) => {
      const [one, other = ""] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one] } });
      await shops.twin().upWell("first", { rollout: {}, target: { devices: [one, other] } });
      expect(shops.held(other)).to.equal("first");
      await shops.refresh();
      await shops.destroy();
    },
  },
  "is removed by a destroy from a device that only the killed run addressed, without a refresh": {
    only: "request",
    devices: 4,
    tell: async (shops) => {
      const [one, other] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one] } });
      await shops.upKilled("first", { rollout: {}, target: { devices: [one, other] } });
      await shops.destroy();
    },
  },
  "is removed again from a device whose failed removal Esper showed late": {
    only: "request",
    devices: 3,
    tell: async (shops) => {
      const { world, faults } = shops.simulator;
      const [one, other, kept = ""] = shops.devices();
      const hasty = { rollout: {}, wait: { for: "none" } };
      await shops.upWell("first", { rollout: {}, target: { devices: [one, other, kept] } });
      world.flaky(kept, 1);
      faults.set({ lateStatusRowsMs: { ms: 2_000 } });
      await shops.upWell("first", { ...hasty, target: { devices: [one, other] } });
      await shops.upWell("first", { ...hasty, target: { devices: [one] } });
      faults.set({});
      await shops.refresh();
      await shops.upWell("first", { rollout: {}, target: { devices: [one] } });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 2 });
    },
  },
  "counts no run as interrupted because the old alias was removed after the new one was installed": {
    devices: 3,
    tell: async (shops) => {
      await shops.upWell("first", { rollout: {}, alias: "old" });
      await shops.upWell("first", { rollout: {} });
      await shops.refresh();
      await shops.upUnchanged("first", { rollout: {} });
    },
  },
  "counts no run as interrupted because the earlier target was another group and the new one is empty": {
    devices: 3,
    tell: async (shops) => {
      const elsewhere = { rollout: {}, target: { group: shops.simulator.world.addGroup("Offices") } };
      await shops.upWell("first", { rollout: {} });
      await shops.upWell("first", elsewhere);
      await shops.refresh();
      await shops.upUnchanged("first", elsewhere);
    },
  },
};

testStories("a certificate after an interrupted run", stories);
