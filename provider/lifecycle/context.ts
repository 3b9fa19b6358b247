// What one operation on one resource works with: the client, time, chance, and telling people how far it is.
// What people are told when it has ended is data (conclude/conclude.ts), not said from here.

import type { Client } from "../client";
import type { Clock } from "../clock";

export interface OperationContext {
  readonly client: Client;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  /** A short hash of the resource's URN. */
  readonly urnHash: string;
  /** The resource's own line while it works; overwritten by the next. Our own words only. */
  readonly status: (text: string) => void;
  /** A lasting line of a long run, such as the begin of a wave. Our own words only. */
  readonly note: (text: string) => void;
}
