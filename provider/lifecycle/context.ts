// What one operation on one resource works with: the client, time, chance, and the two ways to tell people something.

import type { Client } from "../client";
import type { Clock } from "../clock";

export interface OperationContext {
  readonly client: Client;
  readonly clock: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  /** A short hash of the resource's URN. */
  readonly urnHash: string;
  /** The resource's own line while it works; overwritten by the next. */
  readonly status: (text: string) => void;
  /** A lasting line on the resource that asks for nothing. */
  readonly note: (text: string) => void;
  /** A lasting warning on the resource. */
  readonly warn: (text: string) => void;
}
