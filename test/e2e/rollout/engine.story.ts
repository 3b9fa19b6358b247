// Rollouts and windows through the real engine: what a user sees and edits, what the stack keeps, what the tenant is told.
// The many combinations are told in the other files of this folder, without the engine.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { waveBoundaries, waveOf } from "../../../provider/lifecycle/state/wave-boundaries";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Stack } from "../../support/engine";
import { descendantsOf, kill } from "../../support/processes";
import {
  at,
  commandsOf,
  connectionTo,
  digestsOf,
  expectNoSecret,
  expectNothingToDo,
  expectOperations,
  holdersOf,
  programOf,
  storedResource,
} from "../../support/story";
import { until } from "../../support/until";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-rollout";
const source = { file: "corp.p12", password };
const hourMs = 3_600_000;

/** The devices of each wave, as the stable hash has them. */
function wavesOf({ world }: Simulator, rollout: unknown): readonly (readonly string[])[] {
  const ids = world.devices("Shops").map(({ id }) => id);
  const { options } = readInputs({ rollout });
  const none = new Set<string>();
  const boundaries = waveBoundaries(options.rollout, "corp", ids, none);
  return boundaries.ends.map((_, index) =>
    ids.filter((id) => waveOf(boundaries, "corp", id, none) === index + 1).sort(),
  );
}

/** Whom the nth command and those after it went to, as one sorted list. */
function sentTo({ world }: Simulator, from: number, to?: number): readonly string[] {
  const log = world.commandLog.slice(from, to);
  return log.flatMap(({ devices }) => devices).sort();
}

async function outputOf(stack: Stack, name: string): Promise<unknown> {
  return at(await storedResource(stack, "corp"), "outputs", name);
}

describe("a rollout through the engine", () => {
  let simulator: Simulator;
  let first: Uint8Array;
  let second: Uint8Array;

  const start = async (devices: number): Promise<void> => {
    simulator = await givenFleet({ Shops: devices }, { deviceMs: 100, pageSize: 1_000 });
  };
  const programWith = (change: Readonly<Record<string, unknown>>): string =>
    programOf({ corp: { alias: "corp", target: { group: simulator.world.group("Shops").id }, source, ...change } });

  before(async () => {
    first = await p12Of(makeIdentity("first.example"), password);
    second = await p12Of(makeIdentity("second.example"), password);
  });

  afterEach(() => simulator.close());

  it("goes to 1 %, 10 %, all of a thousand devices; a failed wave stops it, and a raised maxFailures goes on", async function () {
    this.timeout(240_000);
    await start(1_000);
    const { world } = simulator;
    const rollout = { waves: ["1%", "10%", "100%"] };
    const programFor = (maxFailures: number): string =>
      programWith({ rollout: { ...rollout, maxFailures }, retryRounds: 0 });
    const [one = [], two = [], three = []] = wavesOf(simulator, rollout);
    world.failWith(two[0] ?? "", "The keystore is locked");
    await withStack(programFor(0), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", first);
      const preview = await stack.preview();
      expect(preview.text).to.contain("reaches 1000 devices: 1000 online, 0 offline; wave 1 of 3: 10 devices");
      expect(commandsOf(simulator)).to.deep.equal([]);

      const stopped = await stack.up();
      expect(stopped.code, stopped.text).not.to.equal(0);
      expect(stopped.text)
        .to.contain("Wave 2 of 3 failed; later waves (900 devices) were not started.")
        .and.contain('1 device did not take the certificate (Failure, "The keystore is locked"):');
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp DEVICE 10", "INSTALL corp DEVICE 90"]);
      expect(sentTo(simulator, 0, 1)).to.deep.equal(one);
      expect(sentTo(simulator, 1, 2)).to.deep.equal(two);
      expect(world.devices("Shops").filter(({ commands }) => commands.length > 0)).to.have.length(100);
      expect(await outputOf(stack, "progress")).to.deep.equal({ wave: 2, waves: 3, state: "stopped" });

      // After a failure the engine updates once more; nothing is sent, and that ends well.
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      const given = await stack.up();
      expectOperations(given, { unchanged: 2 });
      expect(given.text).to.contain("1 device failed, and `retryRounds` is 0.");
      expect(commandsOf(simulator)).to.have.length(2);

      await stack.writeProgram(programFor(1));
      const further = await stack.preview();
      expect(further.text).to.contain("The rollout continues after wave 2 of 3. Next is wave 3 of 3 with 900 devices.");
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator).slice(2)).to.deep.equal(["INSTALL corp DEVICE 500", "INSTALL corp DEVICE 400"]);
      expect(sentTo(simulator, 2)).to.deep.equal(three);
      expect(await outputOf(stack, "coverage")).to.include({ members: 1_000, installed: 999, failed: 1, missing: 0 });
      expect(await outputOf(stack, "progress")).to.deep.equal({ wave: 3, waves: 3, state: "complete" });
      await expectNothingToDo(stack, simulator, 2);
      world.failWith(two[0] ?? "", undefined);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("is rolled back on the canaries, stays so, warns, and keeps the content encrypted", async function () {
    this.timeout(240_000);
    await start(20);
    const { world } = simulator;
    const canaries = world.devices("Shops").slice(0, 2);
    const rollout = { canary: { devices: canaries.map(({ id }) => id) }, onFailure: "rollback" };
    await withStack(programWith({ rollout }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", first);
      expectOperations(await stack.up(), { created: 2 });
      const digests = digestsOf(simulator, "corp");
      expect(digests).to.have.length(1);

      await stack.writeFile("corp.p12", second);
      world.flaky(canaries[0]?.id ?? "", 1, "The keystore is locked");
      const refused = await stack.up();
      expect(refused.code, refused.text).not.to.equal(0);
      expect(refused.text).to.contain(
        "Wave 1 of 2 failed, so the rollout was rolled back: 2 devices got the previous certificate back.",
      );
      expect(digestsOf(simulator, "corp")).to.deep.equal(digests);
      expect(holdersOf(simulator, "corp")).to.have.length(20);
      expect(commandsOf(simulator).slice(2)).to.deep.equal(["INSTALL corp DEVICE 2", "INSTALL corp DEVICE 2"]);
      expect(await outputOf(stack, "progress")).to.deep.equal({ wave: 1, waves: 2, state: "rolledBack" });

      const exported = await stack.exported();
      for (const text of [refused.text, exported]) {
        expectNoSecret(text, { password, "first file": first, "second file": second });
      }
      // After a failure the engine updates once more.
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      const later = await stack.up();
      expectOperations(later, { unchanged: 2 });
      expect(later.text).to.contain("This content was rolled back; devices keep what they had");
      expect((await stack.refresh()).code).to.equal(0);
      await stack.writeFile("corp.p12", first);
      expectOperations(await stack.up(), { unchanged: 2 });
      expect(commandsOf(simulator)).to.have.length(4);
    });
  });

  it("pauses, goes on by the change of one number, and goes on after it was killed between two waves", async function () {
    this.timeout(240_000);
    await start(20);
    const waves = ["10%", "50%", "100%"];
    const [one = [], two = [], three = []] = wavesOf(simulator, { waves });
    const programFor = (more: Readonly<Record<string, unknown>>): string =>
      programWith({ rollout: { waves, ...more } });
    await withStack(programFor({ pauseAfterWave: 1 }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", first);
      expectOperations(await stack.up(), { created: 2 });
      expect(sentTo(simulator, 0)).to.deep.equal(one);
      expect(await outputOf(stack, "progress")).to.deep.equal({ wave: 1, waves: 3, state: "paused" });
      await expectNothingToDo(stack, simulator, 2);

      await stack.writeProgram(programFor({ pauseAfterWave: 2 }));
      const further = await stack.preview();
      expect(further.text).to.contain("The rollout continues after wave 1 of 3. Next is wave 2 of 3 with 8 devices.");
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sentTo(simulator, 1)).to.deep.equal(two);

      // New content, killed while the second wave soaks.
      await stack.writeFile("corp.p12", second);
      await stack.writeProgram(programFor({ soakMinutes: 0.02 }));
      const { pid = 0, ended } = await stack.start("up", "--yes", "--skip-preview", "--non-interactive");
      await until(() => simulator.world.commandLog.length >= 4, 60_000);
      const below = await descendantsOf(pid);
      for (const process of [{ pid }, ...below]) kill(process.pid);
      expect((await ended).code).not.to.equal(0);
      await stack.pulumi("cancel", "--yes");
      expect(simulator.world.devices("Shops").filter(({ keystore }) => !keystore.has("corp"))).to.have.length(10);

      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(sentTo(simulator, -1), "the last wave, last").to.deep.equal(three);
      expect(digestsOf(simulator, "corp")).to.have.length(1);
      expect(holdersOf(simulator, "corp")).to.have.length(20);
      expect(await outputOf(stack, "coverage")).to.include({ members: 20, installed: 20 });
      await expectNothingToDo(stack, simulator, 2);
    });
  });

  it("schedules an install, learns by a refresh that its window has opened, and cancels what still waits", async function () {
    this.timeout(240_000);
    await start(6);
    const { world } = simulator;
    const windowIn = (startMs: number, endMs: number): unknown => ({
      window: {
        ...{ start: new Date(Date.now() + startMs).toISOString(), end: new Date(Date.now() + endMs).toISOString() },
        timeZone: "console",
      },
    });
    const schedule = windowIn(hourMs, 2 * hourMs);
    await withStack(programWith({ schedule }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", first);
      const [away] = world.devices("Shops");
      world.setOnline(away?.id ?? "", false);
      expectOperations(await stack.up(), { created: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
      expect(await outputOf(stack, "coverage")).to.include({ installed: 0, pending: 6 });
      await expectNothingToDo(stack, simulator, 2);

      world.advance(2.5 * hourMs);
      world.setOnline(away?.id ?? "", true);
      expect(holdersOf(simulator, "corp")).to.have.length(5);
      const refreshed = await stack.refresh();
      expect(refreshed.code, refreshed.text).to.equal(0);
      expect(await outputOf(stack, "coverage")).to.include({ installed: 5, pending: 0, failed: 1 });

      // The engine's day has not gone on with the tenant's; a window of its own is still to come there.
      await stack.writeProgram(programWith({ schedule: windowIn(5 * hourMs, 6 * hourMs) }));
      const preview = await stack.preview();
      expect(preview.text).to.match(/drift *: "1 device failed"/);
      expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 6", "INSTALL corp DEVICE 1"]);
      expectOperations(await stack.destroy(), { deleted: 2 });
      world.advance(10 * hourMs);
      expect(holdersOf(simulator, "corp"), "after the window of a cancelled install").to.deep.equal([]);
      const states = world.device(away?.id ?? "").commands.map(({ command, state }) => `${command} ${state}`);
      expect(states).to.deep.equal([
        "INSTALL_CERTIFICATE Command TimeOut",
        "INSTALL_CERTIFICATE Command Cancelled",
        "UNINSTALL_CERTIFICATE Command Success",
      ]);
    });
  });
});
