// Installs that wait for a window: what is sent, shown, moved, cancelled, and left behind by a window that is over
// (docs/design.md, sections 2 to 4): the provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { printed } from "../../support/quick-stack";
import { waves, type Change, type Shops } from "./shops";
import { testStories, type Stories } from "./stories";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const atOnce = { rollout: {} };

/** A window in milliseconds from now, in the console's time. */
function windowIn(startMs: number, endMs: number): Change {
  const start = new Date(Date.now() + startMs).toISOString();
  return { window: { start, end: new Date(Date.now() + endMs).toISOString(), timeZone: "console" } };
}

const nextHour = (): Change => ({ ...atOnce, schedule: windowIn(hourMs, 2 * hourMs) });

/** Long enough for what has to happen within it, also on a machine that does much else. */
const windowMs = 8_000;

/** A window that is open now, and a rest until it is over. */
function openWindow(): { readonly schedule: Change; readonly over: () => Promise<void> } {
  const endMs = Date.now() + windowMs;
  return { schedule: windowIn(-60_000, windowMs), over: () => rest(Math.max(0, endMs - Date.now()) + 200) };
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function shown(shops: Shops): unknown {
  return shops.outputs?.["coverage"];
}

/** Two devices come first, a third is to fail, and nobody waits for a window longer than a second. */
function withCanary(shops: Shops) {
  const [one, two, bad = ""] = shops.devices();
  const rollout = { canary: { devices: [one, two] }, onFailure: "rollback" };
  return { bad, rollout, briefly: { rollout, wait: { timeoutMinutes: 0.02, onTimeout: "warn" } } };
}

/** The V2 endpoint has no way to take a command back. */
const canCancel = "request";

const stories: Stories = {
  "brings it to the devices when the window opens, and a refresh shows it": {
    tell: async (shops) => {
      const later = nextHour();
      const startedAt = Date.now();
      await shops.upWell("first", later);
      expect(Date.now() - startedAt, "nobody waits for the window").to.be.lessThan(5_000);
      expect(shops.sent()).to.deep.equal(["INSTALL 20"]);
      expect(shops.simulator.world.commandLog[0]).to.include({ schedule: "WINDOW", deviceType: "all" });
      expect(shown(shops)).to.include({ installed: 0, pending: 20, offline: 0, failed: 0 });
      expect(printed.join("\n")).to.contain(
        "20 devices wait for the schedule; a device that is off for all of it does not get the command.",
      );
      expect(shops.outputs)
        .to.have.nested.property("exceptions[0].state")
        .that.matches(/Scheduled/);
      await shops.refresh();
      await shops.upUnchanged("first", later);
      expect(shops.holds()).to.deep.equal({ nothing: 20 });

      shops.simulator.world.advance(hourMs + 5_000);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.refresh();
      expect(shown(shops)).to.include({ installed: 20, pending: 0 });
      expect(shops.outputs?.["exceptions"]).to.deep.equal([]);
      await shops.upUnchanged("first", later);
      await shops.destroy();
    },
  },
  "waits for the window to open when all are waited for": {
    tell: async (shops) => {
      await shops.upWell("first", { ...atOnce, wait: { for: "all" }, schedule: windowIn(1_500, hourMs) });
      expect(shown(shops)).to.include({ installed: 20, pending: 0 });
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
  "cancels what is still scheduled when it is destroyed": {
    only: canCancel,
    tell: async (shops) => {
      await shops.upWell("first", nextHour());
      await shops.destroy();
      shops.simulator.world.advance(3 * hourMs);
      expect(shops.holds()).to.deep.equal({ nothing: 20 });
      const states = shops
        .devices()
        .flatMap((id) => shops.simulator.world.device(id).commands.map(({ state }) => state));
      expect(states.filter((state) => state === "Command Cancelled")).to.have.length(20);
    },
  },
  "cancels what is still scheduled in every wave, and under the old alias when that changes": {
    only: canCancel,
    tell: async (shops) => {
      const later = { schedule: windowIn(hourMs, 2 * hourMs), rollout: { waves } };
      await shops.upWell("first", { ...later, alias: "old" });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "INSTALL 10"]);
      await shops.upWell("first", later);
      shops.simulator.world.advance(90 * 60_000);
      const aliases = new Set(shops.devices().flatMap((id) => [...shops.simulator.world.keystore(id).keys()]));
      expect([...aliases]).to.deep.equal(["corp"]);
    },
  },
  "cancels a scheduled install of older content before newer content is sent at once": {
    only: canCancel,
    tell: async (shops) => {
      await shops.upWell("first", nextHour());
      await shops.upWell("second", atOnce);
      expect(shops.holds()).to.deep.equal({ second: 20 });
      shops.simulator.world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the first").to.deep.equal({ second: 20 });
    },
  },
  "cancels a scheduled install even some runs after the schedule left the program": {
    only: canCancel,
    devices: 3,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const briefly = { ...atOnce, wait: { timeoutMinutes: 0.01, onTimeout: "warn" } };
      await shops.upWell("first", nextHour());
      world.join("Shops");
      await shops.refresh();
      await shops.upWell("first", briefly);
      expect(shops.sent()).to.deep.equal(["INSTALL 3", "INSTALL 1"]);
      await shops.upWell("second", briefly);
      expect(shops.holds()).to.deep.equal({ second: 4 });
      world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the first").to.deep.equal({ second: 4 });
    },
  },
  "cancels what a killed run has scheduled before the next run sends at once": {
    only: canCancel,
    devices: 3,
    tell: async (shops) => {
      await shops.upWell("first", atOnce);
      await shops.upKilled("second", nextHour());
      await shops.refresh();
      await shops.upWell("first", atOnce);
      await shops.upKilled("second", nextHour());
      await shops.upWell("third", atOnce);
      await shops.refresh();
      await shops.upUnchanged("third", atOnce);
      shops.simulator.world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the second").to.deep.equal({ third: 3 });
    },
  },
  "leaves in place what a killed run has scheduled where the next one wants the same, and cancels it when other content comes":
    {
      only: canCancel,
      devices: 3,
      tell: async (shops) => {
        const { world } = shops.simulator;
        await shops.upWell("first", atOnce);
        world.join("Shops");
        await shops.refresh();
        const later = nextHour();
        await shops.upKilled("first", later);
        await shops.upWell("first", later);
        expect(shops.sent()).to.deep.equal(["INSTALL 3", "INSTALL 1"]);
        await shops.upWell("second", atOnce);
        world.advance(90 * 60_000);
        expect(shops.holds(), "after the window of the first").to.deep.equal({ second: 4 });
      },
    },
  "cancels on destroy what a killed run has scheduled": {
    only: canCancel,
    devices: 3,
    tell: async (shops) => {
      await shops.upWell("first", atOnce);
      await shops.upKilled("second", nextHour());
      await shops.destroy();
      shops.simulator.world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the second").to.deep.equal({ nothing: 3 });
    },
  },
  "cancels scheduled content that is rolled back before its window": {
    only: canCancel,
    devices: 4,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const { bad, rollout, briefly } = withCanary(shops);
      await shops.upWell("first", { rollout });
      await shops.upWell("second", { ...nextHour(), rollout: { ...rollout, pauseAfterWave: 1 } });
      world.failWith(bad, "The keystore is locked");
      await shops.upBadly(/rolled back/, "second", briefly);
      world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the second").to.deep.equal({ first: 4 });
    },
  },
  "cancels scheduled content that is rolled back to nothing before its window": {
    only: canCancel,
    devices: 4,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const { bad, rollout, briefly } = withCanary(shops);
      await shops.upWell("first", { ...nextHour(), rollout: { ...rollout, pauseAfterWave: 1 } });
      world.failWith(bad, "The keystore is locked");
      await shops.upBadly(/rolled back/, "first", briefly);
      world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the first").to.deep.equal({ nothing: 4 });
    },
  },
  "cancels a scheduled install on an offline device that a run with `deviceType: active` leaves out": {
    only: canCancel,
    devices: 3,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const [one, away = "", late] = shops.devices();
      const online = (...devices: unknown[]): Change => ({ ...atOnce, deviceType: "active", target: { devices } });
      await shops.upWell("first", online(one));
      await shops.upWell("first", { ...online(one, away), ...nextHour() });
      world.setOnline(away, false);
      await shops.upWell("first", online(one, away, late));
      world.setOnline(away, true);
      await shops.upWell("second", online(one, away, late));
      expect(shops.sent()).to.deep.equal(["INSTALL 1", "INSTALL 1", "INSTALL 1", "INSTALL 3"]);
      world.advance(90 * 60_000);
      expect(shops.holds(), "after the window of the first").to.deep.equal({ second: 3 });
    },
  },
  "is not waited for once the schedule has left the program": {
    devices: 3,
    tell: async (shops) => {
      await shops.upWell("first", nextHour());
      shops.simulator.world.join("Shops");
      await shops.refresh();
      await shops.upWell("first", { ...atOnce, wait: { timeoutMinutes: 0.02 } });
      expect(shown(shops)).to.include({ installed: 1, pending: 3 });
    },
  },
  "cancels a scheduled install on a device that leaves the set before the window": {
    only: canCancel,
    tell: async (shops) => {
      const devices = shops.devices().slice(0, 3);
      const later = nextHour();
      await shops.upWell("first", { ...later, target: { devices } });
      await shops.upWell("first", { ...later, target: { devices: devices.slice(1) } });
      shops.simulator.world.advance(90 * 60_000);
      expect(shops.held(devices[0] ?? "")).to.equal("nothing");
      expect(shops.holds()).to.deep.equal({ first: 2, nothing: 18 });
    },
  },
  "is sent again in a new window when `triggers` change": {
    tell: async (shops) => {
      await shops.upWell("first", { ...nextHour(), triggers: [1] });
      shops.simulator.world.advance(90 * 60_000);
      await shops.upWell("first", { ...atOnce, schedule: windowIn(3 * hourMs, 4 * hourMs), triggers: [2] });
      expect(shops.sent()).to.deep.equal(["INSTALL 20", "INSTALL 20"]);
      expect(shown(shops)).to.include({ installed: 0, pending: 20 });
    },
  },
  "warns of a device that was offline all through the window, and sends to that device in a new window": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      const [away = ""] = shops.devices();
      world.setOnline(away, false);
      const { schedule, over } = openWindow();
      const now = { ...atOnce, schedule };
      await shops.upWell("first", now);
      await over();
      world.setOnline(away, true);
      await rest(200);
      await shops.refresh();
      expect(shown(shops)).to.include({ installed: 19, failed: 1, pending: 0 });
      expect(shops.holds()).to.deep.equal({ first: 19, nothing: 1 });
      shops.sent();

      // Time alone must not break the next up, and nothing can be sent any more.
      await shops.upWell("first", now);
      expect(shops.sent()).to.deep.equal([]);
      expect(printed.join("\n")).to.contain("The schedule is over");
      await shops.upWell("first", { ...atOnce, schedule: windowIn(hourMs, 2 * hourMs) });
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      world.advance(90 * 60_000);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.refresh();
      expect(shown(shops)).to.include({ installed: 20, failed: 0 });
    },
  },
  "pauses a rollout whose window is over, and continues it in a new window": {
    tell: async (shops) => {
      const paused = { waves, pauseAfterWave: 1 };
      const { schedule, over } = openWindow();
      await shops.upWell("first", { schedule, rollout: paused });
      await over();
      await shops.upWell("first", { schedule, rollout: { waves, pauseAfterWave: 2 } });
      expect(shops.sent()).to.deep.equal(["INSTALL 2"]);
      expect(shops.outputs).to.deep.include({ progress: { wave: 1, waves: 3, state: "paused" } });
      await shops.upWell("first", { rollout: { waves, pauseAfterWave: 2 } });
      expect(shops.sent()).to.deep.equal(["INSTALL 8"]);
    },
  },
  "remembers changed `triggers` while the window is over, and sends in a new window": {
    devices: 4,
    tell: async (shops) => {
      const { schedule, over } = openWindow();
      await shops.upWell("first", { ...atOnce, schedule, triggers: [1] });
      await over();
      shops.sent();
      await shops.upWell("first", { ...atOnce, schedule, triggers: [2] });
      expect(shops.sent()).to.deep.equal([]);
      await shops.upWell("first", { ...atOnce, schedule: windowIn(hourMs, 2 * hourMs), triggers: [2] });
      expect(shops.sent()).to.deep.equal(["INSTALL 4"]);
    },
  },
  "remembers a raised `retryRounds` while the window is over": {
    devices: 4,
    tell: async (shops) => {
      const { world } = shops.simulator;
      const [bad = ""] = shops.devices();
      world.failWith(bad, "The keystore is locked");
      const { schedule, over } = openWindow();
      const patient = { ...atOnce, retryRounds: 1, wait: { for: "all", timeoutMinutes: 0.1 } };
      for (const expected of ["INSTALL 4", "INSTALL 1"]) {
        await shops.upBadly(/The keystore is locked/, "first", { ...patient, schedule });
        expect(shops.sent()).to.deep.equal([expected]);
      }
      await over();
      world.failWith(bad, undefined);
      await shops.upWell("first", { ...patient, schedule, encoding: "modern" });
      expect(shops.sent()).to.deep.equal([]);
      await shops.upWell("first", { ...patient, schedule: windowIn(-60_000, hourMs), encoding: "modern" });
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      expect(shops.holds()).to.deep.equal({ first: 4 });
    },
  },
  "refuses a new resource whose window is over, and sends nothing": {
    tell: async (shops) => {
      await shops.upBadly(/^is in the past$/, "first", { ...atOnce, schedule: windowIn(-2 * hourMs, -hourMs) });
      expect(shops.sent()).to.deep.equal([]);
    },
  },
  "retries in every slot of a recurring schedule": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      const [flaky = ""] = shops.devices();
      world.flaky(flaky, 1);
      const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
      const recurring = {
        ...{ start: new Date(Date.now()).toISOString(), end: new Date(Date.now() + 30 * dayMs).toISOString() },
        ...{ days, from: slotIn(3), to: slotIn(4), timeZone: "console" },
      };
      const nightly = { ...atOnce, schedule: { recurring } };
      await shops.upWell("first", nightly);
      expect(world.commandLog[0]).to.include({ schedule: "RECURRING" });
      world.advance(5 * hourMs);
      await shops.refresh();
      expect(shown(shops)).to.include({ installed: 19, pending: 1, failed: 0 });
      await shops.upUnchanged("first", nightly);
      world.advance(dayMs);
      await shops.refresh();
      expect(shown(shops)).to.include({ installed: 20, pending: 0 });
      await shops.upUnchanged("first", nightly);
    },
  },
};

/** A time of day, so many hours from now (UTC). */
function slotIn(hours: number): string {
  return new Date(Date.now() + hours * hourMs).toISOString().slice(11, 16);
}

testStories("a schedule", stories);
