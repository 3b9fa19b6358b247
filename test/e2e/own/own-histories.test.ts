// Whatever happens to the files of devices and to the devices, in whatever order (files change, go and come, devices join, move,
// fail and are offline, runs are killed), who counts as installed holds the content of its own file, and once all is destroyed
// nothing is left but on devices that left the group. Histories are made by a seed; the provider is driven in this process
// (docs/design.md, section 12).

import { expect } from "chai";
import { digestOf, readPkcs12 } from "../../../provider/pkcs12";
import type { Simulator } from "../../../simulator";
import { chanceOf, happenOneOf, pickOf, type Event } from "../../support/chance";
import { makeIdentity, p12Of } from "../../support/certificates";
import { DeviceFiles } from "../../support/device-files";
import { givenFleet, settingsOf } from "../../support/given-fleet";
import { QuickProgram } from "../../support/quick-program";
import type { Ended } from "../../support/quick-stack";
import { at, listAt } from "../../support/story";
import { startTogether, type Told } from "../../support/together";

const password = "a-password-of-own-histories";
const eventsEach = 30;
// By hand more, or one: OWN_HISTORIES=500, OWN_SEED=3.
const histories = Number(process.env["OWN_HISTORIES"] ?? 16);
const only = process.env["OWN_SEED"];
const seeds = only === undefined ? Array.from({ length: histories }, (_, index) => index + 1) : [Number(only)];

/** A file of the pool, with what a device that holds it shows. */
interface Content {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

describe("any history of files of devices", () => {
  let told: Told<number, void>;

  before(async () => {
    const pool = await Promise.all(Array.from({ length: 10 }, (_, index) => made(`own-${index}.example`)));
    told = startTogether(seeds, 8, (seed) => new History(seed, pool, seed % 4 === 0 ? "v2" : "request").play());
  });

  for (const seed of seeds) {
    it(`leaves each device that counts as installed with its own certificate (seed ${seed})`, async function () {
      this.timeout(600_000);
      await told(seed);
    });
  }
});

class History {
  private readonly chance: () => number;
  private readonly told: string[] = [];
  private readonly folder = new DeviceFiles(password);
  /** By serial number: what the folder has now, and all it ever had. */
  private readonly files = new Map<string, Content>();
  private readonly before = new Map<string, Set<string>>();
  private goneFile: "keep" | "remove" = "keep";
  private joined = 0;
  /** Devices that left the group, or were moved: a certificate may stay there. */
  private readonly strayed = new Set<string>();

  constructor(
    seed: number,
    private readonly pool: readonly Content[],
    private readonly endpoint: "request" | "v2",
  ) {
    this.chance = chanceOf(seed);
  }

  async play(): Promise<void> {
    const devices = (from: number, to: number): readonly { readonly serial: string }[] =>
      Array.from({ length: to - from }, (_, index) => ({ serial: `SN-${from + index}` }));
    const simulator = await givenFleet({ Tills: devices(0, 4), Others: devices(4, 6) }, { deviceMs: 10, pageSize: 4 });
    const config = settingsOf(simulator, { "esper:pollSeconds": "0.05", "esper:commandsApi": this.endpoint });
    const program = new QuickProgram({ ...config });
    try {
      for (const { serial } of simulator.world.devices()) this.put(serial);
      for (let events = 0; events < eventsEach; events += 1) await this.happen(simulator, program);
      await this.heal(simulator, program);
      await this.end(simulator, program);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw new Error(`${error.message}\n${this.told.join("\n")}`, { cause: error });
    } finally {
      this.folder.clear();
      await simulator.close();
    }
  }

  private async happen({ world }: Simulator, program: QuickProgram): Promise<void> {
    const device = pickOf(world.devices(), this.chance);
    if (device === undefined) return;
    const { id, serial } = device;
    const tell = (what: string, act: () => void): void => {
      this.told.push(`${serial} ${what}`);
      act();
    };
    const events: readonly Event[] = [
      [4, () => this.put(serial)],
      [2, () => this.take(serial)],
      [1, () => this.swap(world.devices().map((each) => each.serial))],
      [1, () => tell("fails", () => world.failWith(id, "The keystore is locked"))],
      [2, () => tell("is well", () => world.failWith(id, undefined))],
      [1, () => tell("is offline", () => world.setOnline(id, false))],
      [2, () => tell("is online", () => world.setOnline(id, true))],
      [1, () => this.move(world, id, serial)],
      [1, () => this.join(world)],
      [
        1,
        () => tell("has a file that goes, or stays", () => (this.goneFile = this.chance() < 0.5 ? "keep" : "remove")),
      ],
      [2, () => this.refresh(program)],
      [6, () => this.up(world, program)],
      [1, () => this.killed(world, program)],
    ];
    await happenOneOf(events, this.chance);
  }

  private put(serial: string, content = pickOf(this.pool, this.chance)): void {
    if (content === undefined) return;
    this.told.push(`${serial} gets file ${content.digest.slice(0, 4)}`);
    this.folder.write(serial, content.bytes);
    this.files.set(serial, content);
    this.before.set(serial, new Set([...(this.before.get(serial) ?? []), content.digest]));
  }

  private take(serial: string): void {
    if (!this.files.delete(serial)) return;
    this.told.push(`${serial} loses its file`);
    this.folder.remove(serial);
  }

  private swap(serials: readonly string[]): void {
    const [one, other] = [pickOf(serials, this.chance), pickOf(serials, this.chance)];
    const [left, right] = [this.files.get(one ?? ""), this.files.get(other ?? "")];
    if (one === undefined || other === undefined || left === undefined || right === undefined) return;
    this.put(one, right);
    this.put(other, left);
  }

  private move(world: Simulator["world"], id: string, serial: string): void {
    const group = this.chance() < 0.5 ? "Tills" : "Others";
    this.told.push(`${serial} moves to ${group}`);
    world.move(id, group);
    this.strayed.add(id);
  }

  private join(world: Simulator["world"]): void {
    this.joined += 1;
    const serial = `SN-late-${this.joined}`;
    this.told.push(`${serial} joins`);
    world.join("Tills", { serial });
    if (this.chance() < 0.7) this.put(serial);
  }

  private args(world: Simulator["world"]): Readonly<Record<string, unknown>> {
    return {
      alias: "till",
      target: { group: world.group("Tills").id },
      source: { folder: this.folder.folder, password },
      ...{ goneFile: this.goneFile, wait: { timeoutMinutes: 0.01 }, retryRounds: 1_000 },
    };
  }

  private async up(world: Simulator["world"], program: QuickProgram): Promise<Ended | undefined> {
    const { tills: ended } = await program.up({ tills: this.args(world) });
    this.told.push(`up: ${ended?.did ?? ""} ${ended?.error ?? ""}`);
    this.expectTruth(world, program);
    return ended;
  }

  private async refresh(program: QuickProgram): Promise<void> {
    const { tills: ended } = await program.refresh();
    this.told.push(`refresh: ${ended?.did ?? ""} ${ended?.error ?? ""}`);
  }

  /** The run is killed before its state is stored; then the same program again. */
  private async killed(world: Simulator["world"], program: QuickProgram): Promise<void> {
    const stack = program.stack("tills", true);
    if (stack.isEmpty) return;
    this.told.push("a run is killed");
    await stack.killedAfter(() => stack.up(this.args(world)));
    await this.up(world, program);
  }

  /** Every member of the last run that is no exception holds its file, or once held one where its file is gone. */
  private expectTruth(world: Simulator["world"], program: QuickProgram): void {
    const outputs = program.outputs("tills");
    if (outputs === undefined) return;
    const others = new Set(listAt(outputs, "exceptions").map((exception) => at(exception, "device")));
    const installed = Number(at(outputs, "coverage", "installed"));
    expect(installed + others.size, "members in the coverage").to.equal(at(outputs, "coverage", "members"));
    // Devices that joined or left since the last look are not among those that the coverage counts.
    const members = world.devices("Tills");
    if (members.length !== Number(at(outputs, "coverage", "members"))) return;
    if (members.filter(({ id }) => others.has(id)).length !== others.size) return;
    if (members.some(({ id }) => this.strayed.has(id))) return;
    for (const { id, serial, keystore } of members) {
      if (others.has(id)) continue;
      const held = keystore.get("till")?.digest;
      const file = this.files.get(serial);
      if (file === undefined)
        expect([...(this.before.get(serial) ?? [])], `${serial}, whose file is gone`).to.include(held);
      else expect(held, `${serial}, which counts as installed`).to.equal(file.digest);
    }
  }

  private async heal({ world }: Simulator, program: QuickProgram): Promise<void> {
    this.told.push("the trouble is over");
    for (const { id } of world.devices()) {
      world.failWith(id, undefined);
      world.setOnline(id, true);
    }
    await rest(world);
    let last: Ended | undefined;
    for (let round = 0; round < 4; round += 1) {
      await this.refresh(program);
      last = await this.up(world, program);
      await rest(world);
    }
    expect(last?.did, "the last up").to.equal("nothing");
    for (const { serial, keystore } of world.devices("Tills")) {
      const file = this.files.get(serial);
      if (file !== undefined) expect(keystore.get("till")?.digest, serial).to.equal(file.digest);
    }
  }

  private async end({ world }: Simulator, program: QuickProgram): Promise<void> {
    const { tills: ended } = await program.up({});
    expect(ended?.error, "the destroy").to.equal(undefined);
    await rest(world);
    const left = world.devices().filter(({ id, keystore }) => keystore.has("till") && !this.strayed.has(id));
    expect(left.map(({ serial }) => serial)).to.deep.equal([]);
  }
}

async function rest(world: Simulator["world"]): Promise<void> {
  while (world.devices().some(({ waiting }) => waiting > 0)) await new Promise((go) => setTimeout(go, 10));
}

async function made(name: string): Promise<Content> {
  const bytes = await p12Of(makeIdentity(name), password);
  return { bytes, digest: digestOf(await readPkcs12(bytes, password)) };
}
