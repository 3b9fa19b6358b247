// One certificate on one simulated tenant, driven in this process, for stories about what is true on a tenant that changes.
// Every run has a client of its own, with nothing in its caches.

import { startSimulator, type Simulator, type SimulatorOptions } from "../../../simulator";
import { QuickStack, type Ended } from "../../support/quick-stack";
import { deviceNamed, newCommands } from "../../support/sent";
import { at } from "../../support/story";

type Json = Readonly<Record<string, unknown>>;

let runs = 0;

export type Endpoint = "request" | "v2";

export class TruthStack {
  private readonly stack: QuickStack;
  /** Commands since it was asked last. */
  readonly sent: () => readonly string[];

  private constructor(
    readonly simulator: Simulator,
    readonly config: Record<string, string>,
  ) {
    runs += 1;
    this.stack = new QuickStack(`truth-${runs}`, config);
    this.sent = newCommands(simulator);
  }

  static async on(options: SimulatorOptions, endpoint: Endpoint = "request"): Promise<TruthStack> {
    const simulator = await startSimulator({ deviceMs: 20, ...options });
    return new TruthStack(simulator, {
      ...{ "esper:baseUrl": simulator.url, "esper:apiKey": simulator.apiKey, "esper:pollSeconds": "0.05" },
      ...(endpoint === "v2" && { "esper:commandsApi": "v2" }),
    });
  }

  device(alias: string): string {
    return deviceNamed(this.simulator, alias);
  }

  group(name: string): string {
    return this.simulator.world.group(name).id;
  }

  /** A part of the stored outputs. */
  stored(...path: readonly string[]): unknown {
    return at(this.stack.outputs, ...path);
  }

  get inputs(): Json | undefined {
    return this.stack.inputs;
  }

  up(args: Json): Promise<Ended> {
    this.anew();
    return this.stack.up({ alias: "corp", wait: { timeoutMinutes: 0.02 }, ...args });
  }

  refresh(): Promise<Ended> {
    this.anew();
    return this.stack.refresh();
  }

  destroy(): Promise<Ended> {
    this.anew();
    return this.stack.destroy();
  }

  private anew(): void {
    runs += 1;
    this.config["esper:requestTimeoutSeconds"] = String(20 + runs / 1_000);
  }
}
