// What the stories of rollouts share: a group of devices in a simulated tenant, three certificates, the provider driven in
// this process as the engine drives it, and short views of who was sent what, and who holds what now.
// Each run gets a client of its own, as a run of the engine has a process of its own: nobody remembers lists of devices.

import { expect } from "chai";
import { startSimulator, type DeviceSpec, type Simulator } from "../../../simulator";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { waveBoundaries, waveOf } from "../../../provider/lifecycle/state/wave-boundaries";
import { digestOf, readPkcs12 } from "../../../provider/pkcs12";
import { makeIdentity, p12Of } from "../../support/certificates";
import { QuickStack, type Ended } from "../../support/quick-stack";
import { settingsOf } from "../../support/given-fleet";

export type Endpoint = "request" | "v2";
export type ContentName = "first" | "second" | "third";
export type Change = Readonly<Record<string, unknown>>;

export const password = "a-password-of-the-waves";
export const alias = "corp";

interface Content {
  readonly file: Uint8Array;
  readonly digest: string;
}

export type Contents = Readonly<Record<ContentName, Content>>;

export async function makeContents(): Promise<Contents> {
  const make = async (name: ContentName, notAfter: string): Promise<Content> => {
    const file = await p12Of(makeIdentity(`${name}.example`, { notAfter: new Date(notAfter) }), password);
    return { file, digest: digestOf(await readPkcs12(file, password)) };
  };
  return {
    first: await make("first", "2045-01-01"),
    second: await make("second", "2046-01-01"),
    third: await make("third", "2047-01-01"),
  };
}

export interface ShopsOptions {
  readonly endpoint?: Endpoint;
  /** How many there are, or which. Default 20: 2, 8 and 10 in the waves of 10 %, 50 % and 100 %. */
  readonly devices?: number | readonly DeviceSpec[];
}

/** Ten percent, half, everyone: of twenty devices 2, 8 and 10. */
export const waves: readonly string[] = ["10%", "50%", "100%"];

export class Shops {
  private readonly run: Record<string, string>;
  private readonly stack: QuickStack;
  private seen = 0;

  private constructor(
    readonly simulator: Simulator,
    private readonly contents: Contents,
    private readonly title: string,
    private readonly endpoint: Endpoint,
    private readonly original?: QuickStack,
  ) {
    this.run = settingsOf(simulator, {
      "esper:commandsApi": endpoint,
      ...{ "esper:pollSeconds": "0.1", "esper:requestTimeoutSeconds": "10" },
    });
    this.stack = new QuickStack(title, this.run);
  }

  get hasLabels(): boolean {
    return this.endpoint === "request";
  }

  static async open(
    title: string,
    contents: Contents,
    { endpoint = "request", devices = 20 }: ShopsOptions,
    body: (shops: Shops) => Promise<void>,
  ): Promise<void> {
    const fleet = { groups: [{ name: "Shops", devices }] };
    const simulator = await startSimulator({ deviceMs: 20, pageSize: 50, fleet });
    try {
      await body(new Shops(simulator, contents, title, endpoint));
      expect(simulator.traffic.unknownRoutes).to.deep.equal([]);
    } finally {
      await simulator.close();
    }
  }

  /** Runs of the same program that are killed: each begins with the state of this one, which never learns of it. */
  twin(): Shops {
    return new Shops(this.simulator, this.contents, this.title, this.endpoint, this.stack);
  }

  /** The same program where no state is known: the run that created it was killed. */
  withoutState(): Shops {
    return new Shops(this.simulator, this.contents, this.title, this.endpoint);
  }

  async up(content: ContentName, change: Change = {}): Promise<Ended> {
    this.newProcess();
    if (this.original !== undefined) this.stack.adopt(this.original);
    return this.stack.up(this.program(content, change));
  }

  /** An `up` that must end well. */
  async upWell(content: ContentName, change: Change = {}): Promise<Ended> {
    const ended = await this.up(content, change);
    expect(ended.error).to.equal(undefined);
    return ended;
  }

  /** An `up` that must fail with these words. */
  async upBadly(words: RegExp, content: ContentName, change: Change = {}): Promise<void> {
    const { error } = await this.up(content, change);
    expect(error).to.match(words);
  }

  /** An `up` of what is there already: nothing is to be done, and nothing is sent. */
  async upUnchanged(content: ContentName, change: Change = {}): Promise<void> {
    this.sent();
    expect(await this.up(content, change)).to.deep.equal({ did: "nothing" });
    expect(this.sent()).to.deep.equal([]);
  }

  async refresh(): Promise<void> {
    this.newProcess();
    expect((await this.stack.refresh()).error).to.equal(undefined);
  }

  async destroy(): Promise<void> {
    this.newProcess();
    expect(await this.stack.destroy()).to.deep.equal({ did: "deleted" });
    expect(this.holds()).to.deep.equal({ nothing: this.devices().length });
  }

  /** A `destroy` that must fail with these words, after which the resource is still there. */
  async destroyBadly(words: RegExp): Promise<void> {
    this.newProcess();
    expect((await this.stack.destroy()).error).to.match(words);
  }

  /** An `up` that is killed when all is sent: the state does not know of it. */
  async upKilled(content: ContentName, change: Change = {}): Promise<void> {
    await this.stack.killedAfter(() => this.upWell(content, change));
  }

  get outputs(): Readonly<Record<string, unknown>> | undefined {
    return this.stack.outputs;
  }

  /** All ids. */
  devices(): readonly string[] {
    return this.simulator.world.devices("Shops").map(({ id }) => id);
  }

  /** The devices of a wave; those that are in the shops now count as the members at its start. */
  inWave(wave: number, rollout: Change = { waves }): readonly string[] {
    const waveById = this.wavesNow(rollout);
    return this.devices().filter((id) => waveById(id) === wave);
  }

  /** To be asked before anybody joins: makes devices that will fall into a wave; undefined means beyond the last one. */
  joiners(rollout: Change = { waves }): (wave: number | undefined) => string {
    const waveById = this.wavesNow(rollout);
    let number = 0;
    return (wave) => {
      let id: string;
      do {
        number += 1;
        id = `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
      } while (waveById(id) !== wave);
      return this.simulator.world.join("Shops", { id });
    };
  }

  private wavesNow(rollout: Change): (id: string) => number | undefined {
    const { options } = readInputs({ rollout });
    const none = new Set<string>();
    const limits = waveBoundaries(options.rollout, alias, this.devices(), none);
    return (id) => waveOf(limits, alias, id, none);
  }

  /** One device of a wave. */
  oneInWave(wave: number, rollout?: Change): string {
    const [one] = this.inWave(wave, rollout);
    if (one === undefined) throw new Error(`There is no device in wave ${wave}.`);
    return one;
  }

  /** What came since the last call, oldest first, for example `INSTALL 8`: the number is that of devices. */
  sent(): readonly string[] {
    const log = this.simulator.world.commandLog.slice(this.seen);
    this.seen += log.length;
    return log.map(({ command, resolved }) => `${command.replace("_CERTIFICATE", "")} ${resolved}`);
  }

  /** How many devices hold which content. */
  holds(): Readonly<Record<string, number>> {
    const numbers: Record<string, number> = {};
    for (const id of this.devices()) {
      const name = this.held(id);
      numbers[name] = (numbers[name] ?? 0) + 1;
    }
    return numbers;
  }

  /** Which content one device holds. */
  held(device: string): string {
    const digest = this.simulator.world.keystore(device).get(alias)?.digest;
    if (digest === undefined) return "nothing";
    return Object.entries(this.contents).find(([, content]) => content.digest === digest)?.[0] ?? "another one";
  }

  private program(content: ContentName, change: Change): Change {
    return {
      alias,
      target: { group: this.simulator.world.group("Shops").id },
      source: { base64: Buffer.from(this.contents[content].file).toString("base64"), password },
      wait: { timeoutMinutes: 0.1 },
      rollout: { waves },
      ...change,
    };
  }

  // The client is kept by its settings; another patience makes another one.
  private newProcess(): void {
    processes += 1;
    this.run["esper:requestTimeoutSeconds"] = String(10 + processes / 1_000);
  }
}

let processes = 0;
