// The engine or the provider is killed, without a chance to say or store anything, at seeded moments of create, update and
// delete. Whatever comes next ends with the right fleet, and no device is asked more than twice (docs/design.md, section 3).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import { chanceOf } from "../../support/chance";
import { withStack, type Ran, type Stack } from "../../support/engine";
import { descendantsOf, kill, type Process } from "../../support/processes";
import { connectionTo, expectNothingToDo, holdersOf, programOf } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-killed";

/** What was killed, and what was done next. */
type Scene =
  | "create, then up"
  | "update, then up"
  | "update, then back to the old content"
  | "update, then destroy"
  | "delete, then destroy"
  | "delete, then up after all";

/** When: at the nth request of the run that Esper got, or when every device has done it, and so long after that. */
interface Moment {
  readonly after: number | "devices";
  readonly delayMs: number;
  readonly victim: "engine" | "provider";
  /** Whether the processes that the victim leaves behind live on while the next run works. */
  readonly orphansLive: boolean;
}

// Each scene begins where the one before it ends.
const scenesOf: Readonly<Record<"request" | "v2", readonly Scene[]>> = {
  request: [
    "create, then up",
    "update, then up",
    "update, then back to the old content",
    "delete, then up after all",
    "update, then destroy",
    "create, then up",
    "update, then up",
    "delete, then destroy",
    "create, then up",
    "delete, then up after all",
    "update, then back to the old content",
    "update, then up",
    "delete, then destroy",
    "create, then up",
  ],
  // Without labels nobody can tell that a run was cut off, so there is no way back but the way on.
  v2: [
    "create, then up",
    "update, then up",
    "update, then up",
    "delete, then destroy",
    "create, then up",
    "update, then up",
    "update, then destroy",
    "create, then up",
    "delete, then destroy",
    "create, then up",
    "update, then up",
  ],
};

describe("a run that is killed", () => {
  it("loses nothing: 25 times, at 25 moments, on both endpoints", async function () {
    this.timeout(900_000);
    const kills = await Promise.all([killAgainAndAgain("request", 1), killAgainAndAgain("v2", 2)]);
    const all = kills.flat();
    expect(all).to.have.lengthOf(25);
    expect(all.filter((hit) => hit).length, "kills that came before the run had ended").to.be.at.least(20);
  });
});

/** Plays the scenes on one stack, one after the other; says of each whether the kill came in time. */
async function killAgainAndAgain(endpoint: "request" | "v2", seed: number): Promise<readonly boolean[]> {
  const devices = [{ alias: "b1" }, { alias: "b2" }, { alias: "b3" }];
  const simulator = await givenFleet({ Berlin: devices }, { deviceMs: 400 });
  const chance = chanceOf(seed);
  const target = { group: simulator.world.group("Berlin").id };
  const program = programOf({ corp: { alias: "corp", target, source: { file: "corp.p12", password } } });
  const env = { ...connectionTo(simulator), ESPER_COMMANDS_API: endpoint, ESPER_POLL_SECONDS: "0.1" };
  const hits: boolean[] = [];
  try {
    await withStack(program, { env }, async (stack) => {
      const files = [
        await p12Of(makeIdentity("first.example"), password),
        await p12Of(makeIdentity("second.example"), password),
      ];
      let present = 0;
      const write = (index: number): Promise<void> =>
        stack.writeFile("corp.p12", files[index % files.length] ?? new Uint8Array());
      await write(present);
      for (const [index, scene] of scenesOf[endpoint].entries()) {
        const moment = momentOf(index, chance);
        const title = `${endpoint} ${index + 1}: ${scene}, killed ${JSON.stringify(moment)}`;
        const commandsBefore = simulator.world.commandLog.length;
        const [operation, next] = scene.split(", then ");
        if (operation === "update") await write(present + 1);
        const killed = await killedRun(stack, simulator, operation === "delete" ? "destroy" : "up", moment);
        hits.push(killed.ran.code !== 0);
        if (operation === "update" && next !== "back to the old content") present += 1;
        await write(present);

        const destroys = next === "destroy";
        const isChanged = next === "up after all" || next === "back to the old content";
        const ran = destroys ? await stack.destroy() : await stack.up(...(isChanged ? ["--refresh"] : []));
        for (const { pid } of killed.orphans) kill(pid);
        expect(ran.code, `${title}\n${killed.ran.text}\n${ran.text}`).to.equal(0);

        expect(holdersOf(simulator, "corp"), title).to.deep.equal(destroys ? [] : ["b1", "b2", "b3"]);
        if (!destroys) expect(await wantedDigest(stack), title).to.equal(heldDigest(simulator));
        const commands = simulator.world.commandLog.slice(commandsBefore);
        const counts = simulator.world.devices("Berlin").map((device) => {
          return device.commands.filter((each) => commands.some(({ requestId }) => requestId === each.requestId))
            .length;
        });
        expect(Math.max(...counts), `commands to one device, ${title}`).to.be.at.most(2);
      }
      await expectNothingToDo(stack, simulator, 2);
    });
  } finally {
    await simulator.close();
  }
  return hits;
}

interface Killed {
  readonly ran: Ran;
  /** What the victim left behind. */
  readonly orphans: readonly Process[];
}

async function killedRun(
  stack: Stack,
  simulator: Simulator,
  operation: "up" | "destroy",
  { after, delayMs, victim, orphansLive }: Moment,
): Promise<Killed> {
  simulator.resetTraffic();
  const idsBefore = new Set(simulator.world.commandLog.map(({ requestId }) => requestId));
  const { pid, ended } = await stack.start(operation, "--yes", "--skip-preview", "--non-interactive");
  if (pid === undefined) throw new Error("The engine did not start.");
  const ending = { isOver: false };
  void ended.finally(() => (ending.isOver = true));
  const isTime = (): boolean =>
    typeof after === "number" ? simulator.traffic.total >= after : areDone(simulator, idsBefore);
  while (!isTime() && !ending.isOver) await pause(3);
  await pause(delayMs);
  const below = await descendantsOf(pid);
  const provider = below.find(({ command }) => command.some((word) => word.includes("dynamic-provider")));
  const isEngine = victim === "engine" || provider === undefined;
  kill(isEngine ? pid : provider.pid);
  if (!orphansLive) for (const { pid: child } of isEngine ? below : []) kill(child);
  const ran = await ended;
  if (isEngine) await stack.pulumi("cancel", "--yes");
  return { ran, orphans: below };
}

/** Every device has done what this run has sent. */
function areDone({ world }: Simulator, idsBefore: ReadonlySet<string>): boolean {
  const sent = world.commandLog.filter(({ requestId }) => !idsBefore.has(requestId));
  return sent.length > 0 && world.devices("Berlin").every(({ waiting }) => waiting === 0);
}

// Requests of a run: the devices, the command, some looks at its status. Before the first one there is the start itself.
function momentOf(index: number, chance: () => number): Moment {
  const afters = [2, 3, "devices", 1, 2, 4, 0] as const;
  const after = afters[index % afters.length] ?? 2;
  return {
    after,
    delayMs: Math.round(chance() * (after === 0 ? 1_500 : 120)),
    victim: chance() < 0.5 ? "engine" : "provider",
    orphansLive: chance() < 0.5,
  };
}

async function wantedDigest(stack: Stack): Promise<unknown> {
  const found = /"certificate": \{[^}]*"digest": "([0-9a-f]{64})"/.exec(await stack.exported());
  return found?.[1];
}

/** The one content that all devices hold. */
function heldDigest({ world }: Simulator): string | undefined {
  const digests = new Set(world.devices("Berlin").map(({ keystore }) => keystore.get("corp")?.digest));
  expect(digests, "contents that devices hold").to.have.lengthOf(1);
  return [...digests][0];
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
