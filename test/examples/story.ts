// What an example's story is made of. Types only.

import type { Simulator } from "../../simulator";
import type { Stack } from "../support/engine";

export interface Story {
  /** Of the simulated fleet: 6, of which the first two are in Berlin, the third in Hamburg, and all three in the shops. */
  readonly devices?: number;
  /** The first stack's name, where it means something. */
  readonly stack?: string;
  /** What the README sets before it starts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Starts what must run beside it; `missing` says why this machine cannot. */
  readonly beside?: () => Promise<Beside | { readonly missing: string }>;
  /** The stack itself among them. */
  readonly resources: number;
  /** Names of devices by alias. */
  readonly holders: Readonly<Record<string, readonly string[]>>;
  /** They end with as many resources as they found. */
  readonly furtherSteps?: (stack: Stack, simulator: Simulator) => Promise<void>;
}

/** Another server that an example asks. */
export interface Beside {
  readonly environment: Readonly<Record<string, string>>;
  /** The stack's settings. */
  readonly config: Readonly<Record<string, string>>;
  /** What it must have come to once the stack is gone. */
  expectAtEnd(): Promise<void>;
  stop(): Promise<void>;
}
