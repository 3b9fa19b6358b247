// Whatever happened to a fleet and in whatever order (devices fail, go offline, join, leave, time out; the program changes the
// content and the set, rollouts pause, stop and are taken back; runs are cut off), once the trouble is over a refresh and an
// `up` make it right, and the next `up` changes nothing. Nothing is ever called installed that is not. Histories are made by
// a seed; the provider is driven in this process.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { base64Of, makeIdentity } from "../../support/certificates";
import { chanceOf, happenOneOf, pickOf, type Event } from "../../support/chance";
import { QuickStack, type Ended } from "../../support/quick-stack";
import { at, listAt } from "../../support/story";
import { startTogether, type Told } from "../../support/together";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-any-history";
const groupNames = ["Shops", "Berlin", "Hamburg", "Offices"] as const;
const seeds = Array.from({ length: 45 }, (_, index) => index + 101);
/** By turns: to everyone at once, in waves, in waves that are taken back. */
const kinds = [undefined, "stop", "rollback"] as const;
const eventsEach = 40;

describe("any history of a fleet", () => {
  let told: Told<number, void>;

  before(async () => {
    const files = [await made("first.example"), await made("second.example")];
    told = startTogether(seeds, 20, (seed) => new History(seed, files, kinds[seed % kinds.length]).play());
  });

  for (const seed of seeds) {
    it(`ends right (seed ${seed})`, async function () {
      this.timeout(240_000);
      await told(seed);
    });
  }
});

interface Wanted {
  readonly content: number;
  readonly groups: readonly string[];
  readonly devices: readonly string[];
  readonly pauseAfterWave?: number;
  readonly triggers: number;
}

class History {
  private readonly chance: () => number;
  private readonly told: string[] = [];
  private readonly stack: QuickStack;
  private simulator: Simulator | undefined;
  private runs = 0;
  private wanted: Wanted = { content: 0, groups: [], devices: [], triggers: 0 };
  /** Devices that went to another group by themselves: when they leave the target so, the certificate stays on them. */
  private readonly strayed = new Set<string>();
  private readonly config: Record<string, string> = { "esper:pollSeconds": "0.05" };

  constructor(
    seed: number,
    private readonly files: readonly string[],
    private readonly onFailure: "stop" | "rollback" | undefined,
  ) {
    this.chance = chanceOf(seed);
    this.stack = new QuickStack(`history-${seed}`, this.config);
  }

  async play(): Promise<void> {
    const simulator = await givenFleet(
      { Shops: 1, "Shops/Berlin": 3, "Shops/Hamburg": 3, Offices: 3 },
      { deviceMs: 20, pageSize: 5 },
    );
    this.simulator = simulator;
    Object.assign(this.config, settingsOf(simulator));
    try {
      this.changeSet();
      await this.up();
      for (let events = 0; events < eventsEach; events += 1) await this.happen();
      await this.heal();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new Error(`${error.message}\n${this.told.join("\n")}`, { cause: error });
    } finally {
      await simulator.close();
    }
  }

  private get world(): Simulator["world"] {
    if (this.simulator === undefined) throw new Error("The history has not begun.");
    return this.simulator.world;
  }

  private async happen(): Promise<void> {
    const { world } = this;
    const events: readonly Event[] = [
      [3, () => this.onDevice("fails", (id) => world.failWith(id, "The keystore is locked"))],
      [3, () => this.onDevice("is well", (id) => world.failWith(id, undefined))],
      [2, () => this.onDevice("is offline", (id) => world.setOnline(id, false))],
      [2, () => this.onDevice("is online", (id) => world.setOnline(id, true))],
      [2, () => this.onDevice("will be late", (id) => world.timeOutThenSucceed(id, 300))],
      [1, () => this.onDevice("leaves the tenant", (id) => world.leave(id))],
      [1, () => this.onDevice("moves", (id) => this.move(id))],
      [2, () => this.join()],
      [2, () => this.changeContent()],
      [3, () => this.changeSet()],
      [this.onFailure === undefined ? 0 : 2, () => this.changePause()],
      [2, () => this.refresh()],
      [5, () => this.up()],
      [1, () => this.cutOff()],
    ];
    await happenOneOf(events, this.chance);
  }

  private onDevice(what: string, act: (id: string) => void): void {
    const device = this.pick(this.world.devices());
    if (device === undefined) return;
    this.told.push(`${device.id.slice(0, 4)} ${what}`);
    act(device.id);
  }

  private move(id: string): void {
    this.world.move(id, this.pick(groupNames) ?? "Offices");
    this.strayed.add(id);
  }

  private join(): void {
    const group = this.pick(groupNames) ?? "Offices";
    this.told.push(`${this.world.join(group).slice(0, 4)} joins ${group}`);
  }

  private changeContent(): void {
    this.wanted = { ...this.wanted, content: (this.wanted.content + 1) % this.files.length };
    this.told.push(`content ${this.wanted.content}`);
  }

  private changePause(): void {
    const { pauseAfterWave, ...wanted } = this.wanted;
    this.wanted = pauseAfterWave === undefined ? { ...wanted, pauseAfterWave: 1 } : wanted;
    this.told.push(`pause ${pauseAfterWave === undefined ? "after wave 1" : "no more"}`);
  }

  private changeSet(): void {
    const groups = groupNames.filter(() => this.chance() < 0.4);
    const devices = this.world
      .devices()
      .filter(() => this.chance() < 0.15)
      .map(({ id }) => id);
    if (groups.length + devices.length === 0) return;
    this.wanted = { ...this.wanted, groups, devices };
    this.told.push(`set ${groups.join(" ")} + ${devices.map((id) => id.slice(0, 4)).join(" ")}`);
  }

  private async up(): Promise<Ended> {
    this.startProcess();
    return this.tell("up", await this.stack.up(this.args()));
  }

  private async refresh(): Promise<Ended> {
    this.startProcess();
    return this.tell("refresh", await this.stack.refresh());
  }

  /** Every run has a client of its own, with nothing in its caches: another setting makes another client. */
  private startProcess(): void {
    this.runs += 1;
    this.config["esper:requestTimeoutSeconds"] = String(10 + this.runs / 1_000);
  }

  /** Killed before the state is stored; then the same program again, or a refresh before the program changes. */
  private async cutOff(): Promise<void> {
    this.told.push("a run that is killed");
    await this.stack.killedAfter(() => this.up());
    await (this.chance() < 0.5 ? this.up() : this.refresh());
  }

  private tell(what: string, ended: Ended): Ended {
    this.told.push(`${what}: ${ended.did} ${ended.error ?? ""}`);
    return ended;
  }

  private args(): Record<string, unknown> {
    const { content, groups, devices, pauseAfterWave, triggers } = this.wanted;
    const { onFailure } = this;
    const known = new Set(this.world.devices().map(({ id }) => id));
    return {
      alias: "corp",
      target: {
        groups: groups.map((name) => this.world.group(name).id),
        // A program that names a device that is gone is refused when it is new in it; that is another story.
        devices: devices.filter((id) => known.has(id)),
      },
      source: { base64: this.files[content], password },
      wait: { timeoutMinutes: 0.01 },
      retryRounds: 1_000,
      triggers: [triggers],
      ...(onFailure && { rollout: { waves: ["30%", "100%"], onFailure, ...(pauseAfterWave && { pauseAfterWave }) } }),
    };
  }

  private async heal(): Promise<void> {
    const { world, stack } = this;
    const { devices } = this.wanted;
    const isThere = devices.some((id) => world.devices().some((device) => device.id === id));
    // A program is refused that names nobody.
    const groups = isThere || this.wanted.groups.length > 0 ? this.wanted.groups : ["Shops"];
    this.told.push("the trouble is over");
    for (const { id } of world.devices()) {
      world.failWith(id, undefined);
      world.setOnline(id, true);
    }
    while (world.devices().some(({ waiting }) => waiting > 0)) await new Promise((go) => setTimeout(go, 10));
    // Whatever was paused goes on, and whatever was taken back is wanted again.
    this.wanted = { content: this.wanted.content, groups, devices, triggers: 1 };
    const rounds: Ended[] = [];
    for (let round = 1; round <= 3; round += 1) {
      rounds.push(await this.refresh());
      this.expectTruth();
      rounds.push(await this.up());
      while (world.devices().some(({ waiting }) => waiting > 0)) await new Promise((go) => setTimeout(go, 10));
    }
    expect(rounds.slice(-2), "the last refresh and up").to.deep.equal([{ did: "refreshed" }, { did: "nothing" }]);
    const digest = stack.outputs?.["certificate"];
    for (const { id, keystore } of world.devices()) {
      const held = keystore.get("corp")?.digest;
      if (this.isCovered(id)) expect({ digest: held }, id.slice(0, 4)).to.deep.equal({ digest: digestIn(digest) });
      else if (!this.strayed.has(id)) expect(held, `${id.slice(0, 4)} is not in the set`).to.equal(undefined);
    }
  }

  /** Every member of what was last applied that is no exception holds the content. */
  private expectTruth(): void {
    const { outputs } = this.stack;
    // After an interrupted run nobody is said to have anything; after a rollback to nothing nobody is to have it.
    if (at(outputs, "record", "holding", "kind") !== "content" && at(outputs, "record", "holding", "to") === undefined)
      return;
    const digest = at(outputs, "certificate", "digest");
    const groups = listAt(outputs, "target", "groups").flatMap((id) => this.world.devices(String(id)));
    const members = new Set([...groups.map(({ id }) => id), ...listAt(outputs, "target", "devices")]);
    const others = new Set(listAt(outputs, "exceptions").map((exception) => at(exception, "device")));
    for (const { id, keystore } of this.world.devices()) {
      if (!members.has(id) || others.has(id)) continue;
      expect(keystore.get("corp")?.digest, `${id.slice(0, 4)}, which is called installed`).to.equal(digest);
    }
  }

  private isCovered(id: string): boolean {
    const { groups, devices } = this.wanted;
    return devices.includes(id) || groups.some((name) => this.world.devices(name).some((device) => device.id === id));
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return pickOf(list, this.chance);
  }
}

function digestIn(certificate: unknown): unknown {
  return typeof certificate === "object" && certificate !== null && "digest" in certificate
    ? certificate.digest
    : undefined;
}

async function made(name: string): Promise<string> {
  return base64Of(makeIdentity(name), password);
}
