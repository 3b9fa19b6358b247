// Waves, stop, pause and going on, with every way that a rollout can be cut, changed or joined (docs/design.md, section 7):
// the provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import type { DeviceSpec } from "../../../simulator";
import { printed } from "../../support/quick-stack";
import { expectNoSecret } from "../../support/story";
import { password, waves } from "./shops";
import { testStories, type Stories } from "./stories";

const stopped = (wave: number, of: number, held: number): RegExp =>
  new RegExp(`^Wave ${wave} of ${of} failed; later waves \\(${held} devices?\\) were not started\\. `, "m");

const offline = { online: false };
const half = (online: number, away: number): readonly DeviceSpec[] => [
  ...Array.from({ length: online }, () => ({})),
  ...Array.from({ length: away }, () => offline),
];

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
  "stops at the wave that fails, tries that device alone again, and goes on once it passes": {
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
  "stops for good without retry rounds, sends nothing more to anybody, and goes on when more failures are allowed": {
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
  "uses up its retry rounds while it is stopped, and starts anew when their number changes": {
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
  "lets as many fail as may, as a count, and tries those again later": {
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
  "warns of those that may fail without the password that they repeat, also in a run that sends no install": {
    devices: 2,
    tell: async (shops) => {
      const [bad = "", other] = shops.devices();
      shops.simulator.world.failWith(bad, `No key opens with ${password}`);
      const patient = { rollout: { maxFailures: 1 }, retryRounds: 0 };
      await shops.upWell("first", { ...patient, target: { devices: [bad, other] } });
      await shops.upWell("first", { ...patient, target: { devices: [bad] } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "UNINSTALL 1"]);
      expect(printed.join("\n")).to.contain("No key opens with [secret]");
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
  "stops at a first wave of which half fails, however small a share that is of the fleet": {
    tell: async (shops) => {
      shops.simulator.world.failWith(shops.oneInWave(1), "The keystore is locked");
      await shops.upBadly(stopped(1, 3, 18), "first", { rollout: { waves, maxFailures: "10%" } });
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
    },
  },
  "counts offline members neither way, and gives it to them when they are back": {
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
  "stops at a device that times out, and goes on without sending it again when it succeeds late": {
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
  "pauses and goes on by the change of one number, then of its removal": {
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
  "takes off everywhere when it is destroyed in a pause": {
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      await shops.destroy();
    },
  },
  "goes on after it was killed between two waves of the first content": {
    tell: async (shops) => {
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      const again = shops.twin();
      await again.upWell("first");
      expect(shops.holds()).to.deep.equal({ first: 20 });
      const order = shops.simulator.world.commandLog.map(({ devices }) => [...devices].sort());
      expect(order[2], "starts where everyone can be reached in order").to.deep.equal([...shops.inWave(1)].sort());
      await again.upUnchanged("first");
      await again.destroy();
    },
  },
  "goes on after it was killed between two waves of a new content": {
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
  "finds what a killed run has sent when the program is changed back, and makes everyone equal again": {
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
  "is put back everywhere by a run that changes something after a destroy that failed halfway": {
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
  "makes everyone equal by a run that changes something after one with another content was killed": {
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
  "is removed by the next run from a device that a killed run has added to the set, and the program has not": {
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
  "is not sent to everyone because a run was killed that tried again on a few": {
    devices: 3,
    tell: async (shops) => {
      shops.simulator.world.flaky(shops.devices()[0] ?? "", 1);
      await shops.upBadly(/1 device/, "first", { rollout: {} });
      await shops.upKilled("first", { rollout: {} });
      expect(shops.holds()).to.deep.equal({ first: 3 });
      shops.sent();
      await shops.upWell("first", { rollout: {} });
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
    },
  },
  "is destroyed also on a device that a killed run has added to the set": {
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
  "is destroyed there also when no refresh came between": {
    only: "request",
    devices: 4,
    tell: async (shops) => {
      const [one, other] = shops.devices();
      await shops.upWell("first", { rollout: {}, target: { devices: [one] } });
      await shops.upKilled("first", { rollout: {}, target: { devices: [one, other] } });
      await shops.destroy();
    },
  },
  "finds later which device kept it that left a set, when Esper did not show that to the run after": {
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
  "takes the removal of the old alias, which comes after the new one stands, for no run that was cut off": {
    devices: 3,
    tell: async (shops) => {
      await shops.upWell("first", { rollout: {}, alias: "old" });
      await shops.upWell("first", { rollout: {} });
      await shops.refresh();
      await shops.upUnchanged("first", { rollout: {} });
    },
  },
  "takes nothing that an earlier one was sent for a run that was cut off, when there was nobody to send it to": {
    devices: 3,
    tell: async (shops) => {
      const elsewhere = { rollout: {}, target: { group: shops.simulator.world.addGroup("Offices") } };
      await shops.upWell("first", { rollout: {} });
      await shops.upWell("first", elsewhere);
      await shops.refresh();
      await shops.upUnchanged("first", elsewhere);
    },
  },
  "goes on where sending was refused in the middle": {
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
  "lets a wave soak before the next one, not after the last": {
    tell: async (shops) => {
      const soakMs = 3_000;
      await shops.upWell("first", { rollout: { waves: ["10%", "100%"], soakMinutes: soakMs / 60_000 } });
      const [first = 0, second = 0] = shops.simulator.world.commandLog.map(({ at }) => at);
      expect(second - first, "time between the waves").to.be.at.least(soakMs);
      expect(Date.now() - second, "time after the last wave").to.be.lessThan(soakMs);
    },
  },
  "lets a wave soak whose devices have answered only after the run gave up": {
    devices: 6,
    tell: async (shops) => {
      const half = { waves: ["50%", "100%"], soakMinutes: 0.04 };
      for (const id of shops.inWave(1, half)) shops.simulator.world.timeOutThenSucceed(id, 1_000);
      await shops.upBadly(stopped(1, 2, 3), "first", { rollout: half, wait: { timeoutMinutes: 0.01 } });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(shops.sent()).to.deep.equal(["INSTALL 3"]);
      const startedAt = Date.now();
      await shops.upWell("first", { rollout: half });
      expect(Date.now() - startedAt).to.be.at.least(2_400);
      expect(shops.sent()).to.deep.equal(["INSTALL 3"]);
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
  "starts again at wave one for everyone when the content changes in the middle": {
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
  "brings in late joiners wave by wave, under the same brakes": {
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
  "keeps late joiners waiting for their wave while it is paused, and calls only those drift that it would send to": {
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
  "counts its shares at its start, however many join before it goes on": {
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
  "takes nobody for drift who joins beyond the last wave": {
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
  "takes nobody for drift whose wave has not come when they join": {
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
  "gives it to one who joins an earlier wave although another, whose wave had not come, has left": {
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
  "takes it off no offline device that the target still covers, when deviceType leaves that one out": {
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
  "counts also those whose wave has not come after a refresh of active devices alone": {
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
  "serves the canary devices first, then waves of everyone": {
    tell: async (shops) => {
      const canaries = [...shops.devices().slice(3, 6)].sort();
      await shops.upWell("first", { rollout: { waves: ["50%", "100%"], canary: { devices: canaries } } });
      expect(shops.sent()).to.deep.equal(["INSTALL 3", "INSTALL 7", "INSTALL 10"]);
      expect([...(shops.simulator.world.commandLog[0]?.devices ?? [])].sort()).to.deep.equal(canaries);
      expect(shops.outputs).to.deep.include({ progress: { wave: 3, waves: 3, state: "complete" } });
    },
  },
  "serves the canary group first, then everyone, and stops there when it fails": {
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
  "refuses a canary that Esper does not know, rather than go to everyone at once": {
    tell: async (shops) => {
      const canary = { devices: ["01922b24-adae-787f-a08a-778067704f57"] };
      await shops.upBadly(/01922b24-adae-787f-a08a-778067704f57/, "first", { rollout: { canary } });
      expect(shops.sent()).to.deep.equal([]);
    },
  },
};

testStories("a rollout in waves", stories);
