// Whatever two programs of several certificates do to one fleet and in whatever order (they share aliases and names, rename,
// split and drop resources, devices move, fail, are too old, have no rows, runs are killed, lists overlap), no device loses a
// certificate that a resource claims, nothing is called installed that is not, and once all is destroyed nothing is left.
// Histories are made by a seed; the provider is driven in this process (docs/design.md, section 3).

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { chanceOf, happenOneOf, pickOf, type Event } from "../../support/chance";
import { base64Of, makeIdentity } from "../../support/certificates";
import { QuickProgram } from "../../support/quick-program";
import type { Ended } from "../../support/quick-stack";
import { at, listAt } from "../../support/story";
import { startTogether, type Told } from "../../support/together";
import { givenFleet, settingsOf } from "../../support/given-fleet";

const password = "a-password-of-any-programs";
const groupNames = ["Berlin", "Hamburg", "Offices"] as const;
const resourceNames = ["corp", "till", "spare"] as const;
const aliases = ["corp", "till"] as const;
const eventsEach = 30;
// By hand more, or one: PROGRAM_HISTORIES=500, PROGRAM_SEED=3.
const histories = Number(process.env["PROGRAM_HISTORIES"] ?? 24);
const only = process.env["PROGRAM_SEED"];
const seeds = only === undefined ? Array.from({ length: histories }, (_, index) => index + 1) : [Number(only)];

describe("any history of two programs", () => {
  let told: Told<number, void>;

  before(async () => {
    const files = await Promise.all(["first.example", "second.example"].map(made));
    told = startTogether(seeds, 12, (seed) => new Histories(seed, files, seed % 4 === 0 ? "v2" : "request").play());
  });

  for (const seed of seeds) {
    it(`takes no certificate from a device that is meant to have it (seed ${seed})`, async function () {
      this.timeout(600_000);
      await told(seed);
    });
  }
});

/** What a program wants of one certificate. */
interface Wanted {
  readonly alias: string;
  readonly content: number;
  readonly groups: readonly string[];
  readonly devices: readonly string[];
}

/** One program and whoever writes it. */
class Author {
  readonly program: QuickProgram;
  wanted: Readonly<Record<string, Wanted>> = {};

  constructor(
    readonly name: "ours" | "theirs",
    config: Readonly<Record<string, string>>,
  ) {
    this.program = new QuickProgram({ ...config });
  }

  /** Whether no two certificates of the program would name a group or device under one alias, which is refused. */
  isAllowed(wanted: Readonly<Record<string, Wanted>>): boolean {
    const named = Object.values(wanted).flatMap(({ alias, groups, devices }) =>
      [...groups, ...devices].map((id) => `${alias} ${id}`),
    );
    return new Set(named).size === named.length;
  }
}

class Histories {
  private readonly chance: () => number;
  private readonly told: string[] = [];
  private simulator: Simulator | undefined;
  private authors: readonly Author[] = [];
  private content = 0;
  private overlaps = false;
  /** Devices that left a target by themselves, or were reached by a run that was killed: a certificate may stay there. */
  private readonly strayed = new Set<string>();

  constructor(
    seed: number,
    private readonly files: readonly string[],
    private readonly endpoint: "request" | "v2",
  ) {
    this.chance = chanceOf(seed);
  }

  async play(): Promise<void> {
    const simulator = await givenFleet(
      { Berlin: [{}, {}, {}], Hamburg: [{}, {}, { osVersion: "8.1.0" }], Offices: [{}, {}] },
      { deviceMs: 10, pageSize: 4, androidSupport: true },
    );
    this.simulator = simulator;
    const config = settingsOf(simulator, { ...{ "esper:pollSeconds": "0.05", "esper:commandsApi": this.endpoint } });
    // Without labels no one can tell the commands of two programs apart.
    const names = this.endpoint === "v2" ? (["ours"] as const) : (["ours", "theirs"] as const);
    this.authors = names.map((name) => new Author(name, config));
    try {
      for (const author of this.authors) this.add(author);
      for (let events = 0; events < eventsEach; events += 1) await this.happen();
      await this.heal();
      await this.end();
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
    const author = this.pick(this.authors);
    if (author === undefined) return;
    const events: readonly Event[] = [
      [2, () => this.onDevice("fails", (id) => world.failWith(id, "The keystore is locked"))],
      [3, () => this.onDevice("is well", (id) => world.failWith(id, undefined))],
      [1, () => this.onDevice("is offline", (id) => world.setOnline(id, false))],
      [2, () => this.onDevice("is online", (id) => world.setOnline(id, true))],
      [1, () => this.onDevice("moves", (id) => this.move(id))],
      [1, () => this.join()],
      [2, () => this.trouble()],
      [2, () => this.add(author)],
      [1, () => this.drop(author)],
      [2, () => this.rename(author)],
      [3, () => this.change(author)],
      [3, () => this.refresh(author)],
      [6, () => this.up(author)],
      [1, () => this.killed(author)],
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
    const group = this.pick(groupNames) ?? "Offices";
    this.world.move(id, group);
    this.told.push(`to ${group}`);
    this.strayed.add(id);
  }

  private join(): void {
    const group = this.pick(groupNames) ?? "Offices";
    this.told.push(`${this.world.join(group).slice(0, 4)} joins ${group}`);
  }

  /** Rows come late, or pages overlap, for the next few answers. */
  private trouble(): void {
    const faults = this.pick([
      { lateStatusRowsMs: { ms: 100 } },
      { overlappingPages: { times: 3 } },
      {
        missingRows: {
          devices: this.world
            .devices()
            .slice(0, 1)
            .map(({ id }) => id),
          lateMs: 300,
        },
      },
      {},
    ]);
    this.told.push(`faults ${JSON.stringify(faults)}`);
    this.simulator?.faults.set(faults ?? {});
    this.overlaps = faults !== undefined && "overlappingPages" in faults;
  }

  private ask(author: Author, wanted: Readonly<Record<string, Wanted>>, what: string): void {
    if (!author.isAllowed(wanted)) return;
    author.wanted = wanted;
    this.told.push(`${author.name} ${what}: ${inShort(wanted)}`);
  }

  private add(author: Author): void {
    const name = resourceNames.find((one) => !(one in author.wanted));
    if (name === undefined) return;
    this.ask(author, { ...author.wanted, [name]: this.some(this.pick(aliases) ?? "corp") }, `adds ${name}`);
  }

  private drop(author: Author): void {
    const name = this.pick(Object.keys(author.wanted));
    if (name === undefined) return;
    const { [name]: _gone, ...rest } = author.wanted;
    this.ask(author, rest, `drops ${name}`);
  }

  private rename(author: Author): void {
    const name = this.pick(Object.keys(author.wanted));
    const other = resourceNames.find((one) => !(one in author.wanted));
    if (name === undefined || other === undefined) return;
    const { [name]: moved, ...rest } = author.wanted;
    if (moved !== undefined) this.ask(author, { ...rest, [other]: moved }, `renames ${name} to ${other}`);
  }

  private change(author: Author): void {
    const name = this.pick(Object.keys(author.wanted));
    const before = name === undefined ? undefined : author.wanted[name];
    if (name === undefined || before === undefined) return;
    const after = this.chance() < 0.3 ? { ...before, content: 1 - before.content } : this.some(before.alias);
    this.ask(author, { ...author.wanted, [name]: after }, `changes ${name}`);
  }

  private some(alias: string): Wanted {
    const groups = groupNames.filter(() => this.chance() < 0.5);
    const devices = this.world.devices().filter(() => this.chance() < 0.2);
    this.content = 1 - this.content;
    return {
      ...{ alias, content: this.content },
      groups: groups.length + devices.length === 0 ? ["Offices"] : groups,
      devices: devices.map(({ id }) => id),
    };
  }

  private async up(author: Author): Promise<Readonly<Record<string, Ended>>> {
    // While a list is short nothing is removed, and a sentence says so.
    if (this.overlaps) for (const { id } of this.world.devices()) this.strayed.add(id);
    const program = Object.entries(author.wanted).map(([name, wanted]) => [name, this.args(wanted)] as const);
    return this.tell(`${author.name} up`, await author.program.up(Object.fromEntries(program)));
  }

  private async refresh(author: Author): Promise<Readonly<Record<string, Ended>>> {
    return this.tell(`${author.name} refresh`, await author.program.refresh());
  }

  /** One certificate's update is killed before the state is stored; then the same program again. */
  private async killed(author: Author): Promise<void> {
    const name = this.pick(Object.keys(author.wanted).filter((one) => author.program.outputs(one) !== undefined));
    const wanted = name === undefined ? undefined : author.wanted[name];
    if (name === undefined || wanted === undefined) return;
    this.told.push(`${author.name}: a run is killed in ${name}`);
    const stack = author.program.stack(name);
    await stack.killedAfter(() => stack.up(this.args(wanted)));
    await this.up(author);
  }

  private tell(what: string, ended: Readonly<Record<string, Ended>>): Readonly<Record<string, Ended>> {
    const each = Object.entries(ended).map(([name, { did, error = "" }]) => `${name} ${did} ${error}`);
    this.told.push(`${what}: ${each.join("; ")}`);
    return ended;
  }

  private args({ alias, content, groups, devices }: Wanted): Record<string, unknown> {
    return {
      alias,
      target: { groups: groups.map((name) => this.world.group(name).id), devices },
      source: { base64: this.files[content], password },
      ...{ wait: { timeoutMinutes: 0.01 }, retryRounds: 1_000 },
    };
  }

  private async heal(): Promise<void> {
    const { world } = this;
    this.told.push("the trouble is over");
    this.simulator?.faults.set({});
    this.overlaps = false;
    for (const { id } of world.devices()) {
      world.failWith(id, undefined);
      world.setOnline(id, true);
    }
    await this.rest();
    let last: readonly Ended[] = [];
    for (let round = 1; round <= 4; round += 1) {
      last = [];
      for (const author of this.authors) {
        await this.refresh(author);
        this.expectTruth(author);
        last = [...last, ...Object.values(await this.up(author))];
        await this.rest();
      }
    }
    expect(
      last.filter(({ did }) => did !== "nothing"),
      "the last ups",
    ).to.deep.equal([]);
    this.expectClaimsAreMet();
  }

  private async end(): Promise<void> {
    for (const author of this.authors) {
      author.wanted = {};
      const ended = await this.up(author);
      for (const [name, { error }] of Object.entries(ended)) expect(error, name).to.equal(undefined);
      await this.rest();
      // It may have been the newer owner; whoever claims the device too sees that at the next refresh.
      for (const other of this.authors) {
        await this.refresh(other);
        await this.up(other);
      }
      await this.rest();
      this.expectClaimsAreMet();
    }
  }

  private async rest(): Promise<void> {
    while (this.world.devices().some(({ waiting }) => waiting > 0)) await new Promise((go) => setTimeout(go, 10));
  }

  /** Every member that is no exception holds the content of the resource. */
  private expectTruth({ name: author, program, wanted }: Author): void {
    if (this.endpoint === "v2") return;
    for (const name of Object.keys(wanted)) {
      const outputs = program.outputs(name);
      if (outputs === undefined) continue;
      const groups = listAt(outputs, "target", "groups").flatMap((id) => this.world.devices(String(id)));
      const members = new Set([...groups.map(({ id }) => id), ...listAt(outputs, "target", "devices")]);
      const others = new Set(listAt(outputs, "exceptions").map((exception) => at(exception, "device")));
      for (const { id, keystore, osVersion } of this.world.devices()) {
        if (!members.has(id) || others.has(id) || isOld(osVersion)) continue;
        const held = keystore.get(String(at(outputs, "alias")))?.digest;
        const what = `${id.slice(0, 4)}, which ${author}'s ${name} calls installed`;
        expect(held, what).to.equal(at(outputs, "certificate", "digest"));
      }
    }
  }

  /** A device that resources claim holds the content of one of them; one that none claims holds nothing. */
  private expectClaimsAreMet(): void {
    for (const alias of aliases) {
      for (const { id, keystore, osVersion } of this.world.devices()) {
        const digests = this.authors.flatMap(({ program, wanted }) =>
          Object.entries(wanted).flatMap(([name, one]) => {
            const isClaimed = one.alias === alias && this.isMember(one, id);
            return isClaimed ? [at(program.outputs(name), "certificate", "digest")] : [];
          }),
        );
        const held = keystore.get(alias)?.digest;
        if (isOld(osVersion)) continue;
        if (digests.length > 0) expect(digests, `${alias} on ${id.slice(0, 4)}`).to.include(held);
        else if (!this.strayed.has(id)) expect(held, `${alias} on ${id.slice(0, 4)}`).to.equal(undefined);
      }
    }
  }

  private isMember({ groups, devices }: Wanted, id: string): boolean {
    return devices.includes(id) || groups.some((name) => this.world.devices(name).some((device) => device.id === id));
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return pickOf(list, this.chance);
  }
}

function isOld(osVersion: string | undefined): boolean {
  return osVersion?.startsWith("8") === true;
}

function inShort(wanted: Readonly<Record<string, Wanted>>): string {
  const each = Object.entries(wanted).map(([name, { alias, content, groups, devices }]) => {
    return `${name}=${alias}/${content} ${[...groups, ...devices.map((id) => id.slice(0, 4))].join(" ")}`;
  });
  return each.join("; ");
}

async function made(name: string): Promise<string> {
  return base64Of(makeIdentity(name), password);
}
