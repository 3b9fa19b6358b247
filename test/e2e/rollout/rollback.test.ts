// What a failed rollout gives back, to whom, and when not (docs/design.md, section 7: `onFailure: "rollback"`): the
// provider in this process against a real server, over both endpoints.

import { expect } from "chai";
import { printed } from "../../support/quick-stack";
import { at, expectNoSecret } from "../../support/story";
import { until } from "../../support/until";
import { password, waves, type Change } from "./shops";
import { testStories, type Stories } from "./stories";

const rollout = { waves, onFailure: "rollback" };
const rollback = { rollout };
const tookBack = (wave: number, of: number, devices: number, what: RegExp): RegExp =>
  new RegExp(`^Wave ${wave} of ${of} failed, so the rollout was rolled back: ${devices} devices? ${what.source}`, "m");
const gotBack = /got the previous certificate back/;
const lostAgain = /lost the alias again/;

const stories: Stories = {
  "gives the previous content back to the waves sent so far, remembers the rejected content, and sends later waves nothing":
    {
      tell: async (shops) => {
        const { world } = shops.simulator;
        await shops.upWell("first", rollback);
        shops.sent();
        world.flaky(shops.oneInWave(2), 1);
        await shops.upBadly(tookBack(2, 3, 10, gotBack), "second", rollback);
        expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "INSTALL 10"]);
        const back = world.commandLog.at(-1)?.devices ?? [];
        expect([...back].sort()).to.deep.equal([...shops.inWave(1), ...shops.inWave(2)].sort());
        expect(shops.holds()).to.deep.equal({ first: 20 });
        expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "rolledBack" } });
        expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 20, failed: 0, missing: 0 });
        expect(shops.outputs).to.have.nested.property("certificate.subject", "CN=first.example");
        expect(shops.outputs?.["renewAt"], "of the certificate that devices have").to.equal("2044-12-02T00:00:00.000Z");

        // The engine updates once more after a failure.
        await shops.upWell("second", rollback);
        await shops.upUnchanged("second", rollback);
        await shops.refresh();
        await shops.upUnchanged("second", rollback);
        expect(printed.join("\n")).to.contain("This content was rolled back; devices keep what they had");
        expectNoSecret(printed.join("\n"), { password });

        await shops.upUnchanged("first", rollback);
        await shops.upWell("second", { ...rollback, triggers: ["fixed"] });
        expect(shops.holds()).to.deep.equal({ second: 20 });
        expect(shops.outputs).to.deep.include({ progress: { wave: 3, waves: 3, state: "complete" } });
        await shops.destroy();
      },
    },
  "removes the alias where there was no content before, and leaves a destroy nothing to do": {
    tell: async (shops) => {
      shops.simulator.world.flaky(shops.oneInWave(2), 1);
      await shops.upBadly(tookBack(2, 3, 10, lostAgain), "first", rollback);
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 8", "UNINSTALL 10"]);
      expect(shops.holds()).to.deep.equal({ nothing: 20 });
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "rolledBack" } });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 0, missing: 20 });
      await shops.upWell("first", rollback);
      await shops.upUnchanged("first", rollback);
      await shops.refresh();
      await shops.upUnchanged("first", rollback);
      await shops.destroy();
    },
  },
  "rolls out other content after the first was rolled back to nothing": {
    tell: async (shops) => {
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      await shops.upBadly(tookBack(1, 3, 2, lostAgain), "first", rollback);
      await shops.upWell("second", rollback);
      expect(shops.holds()).to.deep.equal({ second: 20 });
      await shops.upUnchanged("second", rollback);
    },
  },
  "tries the rejected content again when `rollout` changes": {
    tell: async (shops) => {
      const { world } = shops.simulator;
      await shops.upWell("first", rollback);
      const bad = shops.oneInWave(1);
      world.flaky(bad, 1);
      await shops.upBadly(tookBack(1, 3, 2, gotBack), "second", rollback);
      await shops.upWell("second", { rollout: { ...rollout, maxFailures: 1 } });
      expect(shops.holds()).to.deep.equal({ second: 20 });
    },
  },
  "stops, and says so, where the state holds no previous content": {
    tell: async (shops) => {
      await shops.upWell("first");
      shops.simulator.world.failWith(shops.oneInWave(1), "The keystore is locked");
      await shops.upBadly(/cannot be rolled back: the state holds no previous content/, "second", rollback);
      expect(shops.holds()).to.deep.equal({ first: 19, second: 1 });
    },
  },
  "is finished by the next run after Esper refused to take a command in the middle": {
    tell: async (shops) => {
      const { world, faults } = shops.simulator;
      await shops.upWell("first", rollback);
      world.flaky(shops.oneInWave(2), 2);
      faults.set({ forbidden: { on: ["send"], everyNth: 3 } });
      await shops.upBadly(/The rollout could not be rolled back: .*\(403\)/, "second", rollback);
      expect(shops.outputs).to.deep.include({ progress: { wave: 2, waves: 3, state: "stopped" } });
      expect(shops.holds()).to.deep.equal({ first: 11, second: 9 });
      faults.set({});
      await shops.upBadly(tookBack(2, 3, 10, gotBack), "second", rollback);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 20 });
      await shops.upWell("second", rollback);
      await shops.upUnchanged("second", rollback);
    },
  },
  "leaves no device with the rejected content where answers could not be read, and continues in the next run": {
    tell: async (shops) => {
      const { world, faults } = shops.simulator;
      await shops.upWell("first", rollback);
      const before = world.commandLog.length;
      world.flaky(shops.oneInWave(2), 1);
      const running = shops.up("second", rollback);
      // The third command is the previous content.
      await until(() => world.commandLog.length >= before + 3);
      faults.set({ forbidden: { on: ["status", "stats", "commands"] } });
      expect((await running).error).to.match(/\(403\)/);
      faults.set({});
      await shops.up("second", rollback);
      await shops.up("second", rollback);
      expect(shops.outputs?.["coverage"]).to.include({ installed: 20 });
      const isBack = at(shops.outputs, "certificate", "subject") === "CN=first.example";
      expect(shops.holds()).to.deep.equal({ [isBack ? "first" : "second"]: 20 });
    },
  },
  "reports devices that did not take the previous content, and sends it only to those in the next run": {
    tell: async (shops) => {
      const [bad = "", good = ""] = shops.inWave(1);
      const { world } = shops.simulator;
      await shops.upWell("first", rollback);
      shops.sent();
      // The one fails, the other takes the second content and then does not give it back.
      world.flaky(bad, 1);
      const running = shops.up("second", rollback);
      await until(() => shops.held(good) === "second");
      world.failWith(good, "The keystore is locked");
      expect((await running).error).to.match(tookBack(1, 3, 2, gotBack));
      expect(shops.outputs?.["coverage"]).to.include({ installed: 19, failed: 1 });
      expect(shops.holds()).to.deep.equal({ first: 19, second: 1 });
      expect(shops.sent()).to.deep.equal(["INSTALL 2", "INSTALL 2"]);

      await shops.upBadly(/1 device did not take the certificate/, "second", rollback);
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      await shops.refresh();
      world.failWith(good, undefined);
      await shops.upWell("second", rollback);
      expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs?.["coverage"]).to.include({ installed: 20, failed: 0 });
      expect(shops.outputs).to.deep.include({ progress: { wave: 1, waves: 3, state: "rolledBack" } });
      await shops.upUnchanged("second", rollback);
      await shops.refresh();
      await shops.upUnchanged("second", rollback);
      await shops.destroy();
    },
  },
  "stops retrying the previous content when the retry rounds are used up": {
    tell: async (shops) => {
      const bad = shops.oneInWave(1);
      const once = { ...rollback, retryRounds: 1 };
      await shops.upWell("first", once);
      shops.simulator.world.failWith(bad, "The keystore is locked");
      await shops.upBadly(tookBack(1, 3, 2, gotBack), "second", once);
      await shops.upBadly(/1 device did not take the certificate/, "second", once);
      shops.sent();
      await shops.upWell("second", once);
      await shops.upUnchanged("second", once);
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
  "reports devices that did not remove the alias, and retries only those in the next run": {
    tell: async (shops) => {
      const [good = "", bad = ""] = shops.inWave(1);
      const { world } = shops.simulator;
      // The one fails, the other takes the certificate and then does not give it back.
      world.flaky(bad, 1);
      const running = shops.up("first", rollback);
      await until(() => shops.held(good) === "first");
      world.failWith(good, "The keystore is locked");
      expect((await running).error).to.match(
        /1 device did not remove the certificate \(Failure, "The keystore is locked"\)/,
      );
      expect(shops.holds()).to.deep.equal({ first: 1, nothing: 19 });
      shops.sent();
      await shops.upBadly(/1 device did not remove the certificate/, "first", rollback);
      expect(shops.sent()).to.deep.equal(["UNINSTALL 1"]);
      await shops.refresh();
      expect(shops.outputs?.["coverage"]).to.include({ installed: 0, missing: 20 });
      world.failWith(good, undefined);
      await shops.upWell("first", rollback);
      expect(shops.sent()).to.deep.equal(["UNINSTALL 1"]);
      expect(shops.holds()).to.deep.equal({ nothing: 20 });
      await shops.upUnchanged("first", rollback);
      await shops.refresh();
      await shops.upUnchanged("first", rollback);
      await shops.destroy();
    },
  },
  "is not triggered by a late joiner that fails after the rollout has finished": {
    tell: async (shops) => {
      const join = shops.joiners();
      await shops.upWell("first", rollback);
      shops.simulator.world.flaky(join(2), 1);
      await shops.refresh();
      shops.sent();
      const { error } = await shops.up("first", rollback);
      expect(error).to.match(/1 device did not take the certificate/);
      expect(shops.holds()).to.deep.equal({ first: 20, nothing: 1 });
      expect(shops.sent().filter((sent) => sent.startsWith("UNINSTALL")))
        .to.be.an("array")
        .with.length.at.most(1);
    },
  },
  "takes nothing off devices that held the same content before it was sent again": {
    tell: async (shops) => {
      await shops.upWell("first", { ...rollback, triggers: [1] });
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      const { error } = await shops.up("first", { ...rollback, triggers: [2] });
      expect(error).to.match(/1 device did not take the certificate/);
      expect(shops.holds()).to.deep.equal({ first: 20 });
    },
  },
  "covers everyone where the rollout has no waves": {
    tell: async (shops) => {
      const one = { rollout: { onFailure: "rollback", maxFailures: 1 } };
      await shops.upWell("first", one);
      for (const id of shops.devices().slice(0, 2)) shops.simulator.world.flaky(id, 1);
      await shops.upBadly(tookBack(1, 1, 20, gotBack), "second", one);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.upWell("second", one);
      await shops.upUnchanged("second", one);
    },
  },
  "after a pause gives the devices of both runs the previous content back, and counts the others as they are": {
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      await shops.upWell("second", { rollout: { ...rollout, pauseAfterWave: 1 } });
      shops.simulator.world.flaky(shops.oneInWave(2), 1);
      await shops.upBadly(tookBack(2, 3, 10, gotBack), "second", rollback);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 20, missing: 0 });
      await shops.upWell("second", rollback);
      await shops.refresh();
      await shops.upUnchanged("first", rollback);
    },
  },
  "after a pause in which a device joined: it counts as one without, and gets the previous content when that is wanted again":
    {
      tell: async (shops) => {
        const join = shops.joiners();
        await shops.upWell("first", rollback);
        await shops.upWell("second", { rollout: { ...rollout, pauseAfterWave: 1 } });
        const bad = shops.oneInWave(2);
        const late = join(3);
        shops.simulator.world.flaky(bad, 1);
        await shops.upBadly(tookBack(2, 3, 10, gotBack), "second", rollback);
        expect(shops.holds()).to.deep.equal({ first: 20, nothing: 1 });
        expect(shops.outputs?.["coverage"]).to.include({ members: 21, installed: 20, missing: 1 });
        await shops.upWell("second", rollback);
        await shops.refresh();
        await shops.upUnchanged("second", rollback);
        shops.sent();
        await shops.upWell("first", rollback);
        expect(shops.sent()).to.deep.equal(["INSTALL 1"]);
        expect(shops.held(late)).to.equal("first");
        await shops.upUnchanged("first", rollback);
      },
    },
  "of a third content in the middle of the second gives back the last content that everyone had": {
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      await shops.upWell("second", { rollout: { ...rollout, pauseAfterWave: 1 } });
      shops.simulator.world.flaky(shops.oneInWave(2), 1);
      await shops.upBadly(/the rollout was rolled back/, "third", rollback);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 20 });
    },
  },
  "of a third content reaches devices to which the second had come further": {
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      await shops.upWell("second", { rollout: { ...rollout, pauseAfterWave: 2 } });
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      await shops.upBadly(/the rollout was rolled back/, "third", rollback);
      await shops.up("third", rollback);
      const { first = 0 } = shops.holds();
      expect(shops.outputs?.["coverage"], JSON.stringify(shops.holds())).to.include({ members: 20, installed: first });
    },
  },
  "of a third content reaches the canary devices of the second, where the third has others": {
    devices: 6,
    tell: async (shops) => {
      const [one, other = ""] = shops.devices();
      const canary = (id: string | undefined, more = {}): Change => ({
        rollout: { canary: { devices: [id] }, onFailure: "rollback", ...more },
      });
      await shops.upWell("first", canary(one));
      await shops.upWell("second", canary(one, { pauseAfterWave: 1 }));
      expect(shops.holds()).to.deep.equal({ first: 5, second: 1 });
      shops.simulator.world.flaky(other, 1);
      await shops.upBadly(tookBack(1, 2, 2, gotBack), "third", canary(other));
      expect(shops.holds()).to.deep.equal({ first: 6 });
      expect(shops.outputs?.["coverage"]).to.include({ members: 6, installed: 6 });
    },
  },
  "holds after a killed run has sent a third content and the program goes back to the rejected one": {
    // Without a label nobody sees what a killed run has sent.
    only: "request",
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      await shops.upBadly(tookBack(1, 3, 2, gotBack), "second", rollback);
      await shops.twin().upWell("third", { rollout: { ...rollout, pauseAfterWave: 2 } });
      expect(shops.holds()).to.deep.equal({ first: 10, third: 10 });
      await shops.refresh();
      await shops.upWell("second", rollback);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      expect(shops.outputs?.["coverage"]).to.include({ members: 20, installed: 20 });
      await shops.refresh();
      await shops.upUnchanged("second", rollback);
    },
  },
  "removes what a killed run has sent, where there was no content before the rejected one": {
    only: "request",
    tell: async (shops) => {
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      await shops.upBadly(tookBack(1, 3, 2, lostAgain), "first", rollback);
      await shops.twin().upWell("second", { rollout: { ...rollout, pauseAfterWave: 2 } });
      expect(shops.holds()).to.deep.equal({ nothing: 10, second: 10 });
      await shops.refresh();
      await shops.upWell("first", rollback);
      expect(shops.holds()).to.deep.equal({ nothing: 20 });
      await shops.refresh();
      await shops.upUnchanged("first", rollback);
    },
  },
  "gives no device content that was only tried before a pause ended by going back": {
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      await shops.upWell("second", { rollout: { ...rollout, pauseAfterWave: 1 } });
      expect(shops.holds()).to.deep.equal({ first: 18, second: 2 });
      shops.simulator.world.flaky(shops.oneInWave(2), 1);
      await shops.upBadly(/^Wave 2 of 3 failed; later waves \(10 devices\) were not started\. /m, "first", rollback);
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.upWell("first", rollback);
      await shops.upUnchanged("first", rollback);
    },
  },
  "counts no device as holding the previous content where a killed run may have sent another": {
    only: "request",
    tell: async (shops) => {
      await shops.upWell("first", rollback);
      await shops.twin().upWell("second", { rollout: {} });
      await shops.refresh();
      await shops.upWell("third", { rollout: { ...rollout, pauseAfterWave: 1 } });
      expect(shops.holds()).to.deep.equal({ second: 18, third: 2 });
      shops.simulator.world.flaky(shops.oneInWave(1), 1);
      await shops.upBadly(/the rollout was rolled back/, "second", rollback);
      const { first = 0 } = shops.holds();
      expect(shops.outputs?.["coverage"], JSON.stringify(shops.holds())).to.include({ installed: first });
    },
  },
  "queues the previous content behind the rejected one for offline devices": {
    devices: [...Array.from({ length: 16 }, () => ({})), ...Array.from({ length: 4 }, () => ({ online: false }))],
    tell: async (shops) => {
      const { world } = shops.simulator;
      for (const id of shops.devices()) world.setOnline(id, true);
      await shops.upWell("first", rollback);
      const [away, bad] = shops.inWave(1);
      world.setOnline(away ?? "", false);
      world.flaky(bad ?? "", 1);
      await shops.upBadly(tookBack(1, 3, 2, gotBack), "second", rollback);
      expect(shops.outputs?.["coverage"]).to.include({ installed: 19, pending: 1, offline: 1 });
      world.setOnline(away ?? "", true);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(shops.holds()).to.deep.equal({ first: 20 });
      await shops.refresh();
      expect(shops.outputs?.["coverage"]).to.include({ installed: 20, pending: 0 });
    },
  },
};

testStories("a rollback", stories);
