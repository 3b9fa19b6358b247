// What one operation on one resource works with: the client, time, chance, and reporting progress.
// What people are told when it has ended is data (conclude/conclude.ts), not said from here.

import type { Client } from "../client";
import type { Clock } from "../clock";
import type { AliasTurns } from "./alias-turns";
import type { Claims } from "./claims";
import type { Former } from "./state/state";

/** Why a run ends earlier than the program's waits would have it. */
export type CutShort = { readonly kind: "cancelled" } | { readonly kind: "outOfTime"; readonly timeoutMs: number };

export interface OperationContext {
  readonly client: Client;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  /** A short hash of the resource's URN. */
  readonly urnHash: string;
  /** The id by which the resource knows its own commands. */
  readonly instance: string;
  /** What it was known by before, where that has changed. */
  readonly former?: Former | undefined;
  /** Every certificate that this process has seen. */
  readonly claims: Claims;
  readonly turns: AliasTurns;
  /** The resource's own line while it works; overwritten by the next. Our own words only. */
  readonly status: (text: string) => void;
  /** A lasting line of a long run, such as the start of a wave. Our own words only. */
  readonly note: (text: string) => void;
  /** Undefined while the run may go on; once it is cut short nothing is sent and nobody is waited for. */
  readonly cutShort?: (() => CutShort | undefined) | undefined;
}
