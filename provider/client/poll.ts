// Looks at requests round after round, for all who wait at once: one scheduler, whose rounds read together whatever is
// due within a short span. It must not know how a request is read (an endpoint's `look`), nor when a wait is over.
// Rules: a round that fails is repeated at the next; every wait ends; what Esper has forgotten keeps what was last seen.

import type { Clock } from "../clock";
import type { Sighting, Watched } from "./client";
import type { Round } from "./endpoint";
import { SPAN_MS } from "./share";

/** The interval grows to this share of the time waited … */
const SHARE_OF_WAITED = 1 / 5;
/** … and no further than this. */
const MAX_INTERVAL_MS = 15_000;

export interface PollerOptions {
  readonly clock: Clock;
  readonly pollMs: number;
  /** How long after its end a last round may take. */
  readonly graceMs: number;
  readonly look: (requests: readonly Watched[]) => Promise<Round>;
}

interface Turn {
  readonly requests: readonly Watched[];
  readonly dueAtMs: number;
  /** Read earlier by up to this much, when others are read anyway. */
  readonly slackMs: number;
  readonly read: (round: Round) => void;
}

export class Poller {
  private readonly options: PollerOptions;
  private readonly turns = new Set<Turn>();
  private isRunning = false;
  private wake = new AbortController();

  constructor(options: PollerOptions) {
    this.options = options;
  }

  async *watch(
    requests: readonly Watched[],
    untilMs: number,
  ): AsyncGenerator<ReadonlyMap<string, Sighting>, void, undefined> {
    const { clock, graceMs, pollMs } = this.options;
    const startedAtMs = clock.now();
    const seen = new Map<string, Sighting>();
    let succeeded = false;
    let lastError: unknown;
    // Nothing has answered right after it was sent, and those who begin soon after one another are read together.
    let dueAtMs = Math.min(untilMs, startedAtMs + pollMs);
    let isFirst = true;
    for (;;) {
      const open = requests.filter(({ requestId, devices }) => !isSettled(seen.get(requestId), devices));
      const slackMs = isFirst ? pollMs : Math.max(pollMs, (dueAtMs - clock.now()) / 2) / 2;
      isFirst = false;
      const round = await this.turn(open, { dueAtMs, slackMs }, untilMs);
      const isLast = dueAtMs >= untilMs || clock.now() >= untilMs + graceMs;
      for (const [id, sighting] of round.sightings) seen.set(id, newer(seen.get(id), sighting));
      const failed = open.length > 0 && open.every(({ requestId }) => round.failures.has(requestId));
      if (failed) lastError = [...round.failures.values()][0];
      else succeeded = true;
      if (!failed || (isLast && succeeded)) yield new Map(seen);
      if (isLast && !succeeded) throw lastError;
      if (isLast) return;
      const now = clock.now();
      dueAtMs = Math.min(untilMs, now + this.intervalMs(now - startedAtMs));
    }
  }

  private intervalMs(waitedMs: number): number {
    return Math.min(Math.max(this.options.pollMs, waitedMs * SHARE_OF_WAITED), MAX_INTERVAL_MS);
  }

  /** Takes part in the next round at `dueAtMs`; a server that hangs cannot hold a wait much beyond its end. */
  private async turn(
    requests: readonly Watched[],
    { dueAtMs, slackMs }: Pick<Turn, "dueAtMs" | "slackMs">,
    untilMs: number,
  ): Promise<Round> {
    const { clock, graceMs } = this.options;
    const done = new AbortController();
    let turn: Turn | undefined;
    const read = new Promise<Round>((resolve) => {
      turn = { requests, dueAtMs, slackMs, read: resolve };
      this.turns.add(turn);
    });
    this.wake.abort();
    if (!this.isRunning) void this.run();
    const tooLate = clock.sleep(Math.max(0, untilMs - clock.now()) + graceMs, done.signal).then((): Round => {
      const error = new Error("Esper did not answer before the wait was over.");
      return { sightings: new Map(), failures: new Map(requests.map(({ requestId }) => [requestId, error])) };
    });
    try {
      return await Promise.race([read, tooLate]);
    } finally {
      done.abort();
      if (turn !== undefined) this.turns.delete(turn);
    }
  }

  private async run(): Promise<void> {
    const { clock, look } = this.options;
    this.isRunning = true;
    while (this.turns.size > 0) {
      const firstDueMs = Math.min(...[...this.turns].map(({ dueAtMs }) => dueAtMs));
      if (firstDueMs > clock.now()) {
        this.wake = new AbortController();
        await clock.sleep(firstDueMs - clock.now(), this.wake.signal);
        continue;
      }
      await clock.sleep(SPAN_MS);
      const now = clock.now();
      const taken = [...this.turns].filter(({ dueAtMs, slackMs }) => dueAtMs - slackMs <= now);
      for (const turn of taken) this.turns.delete(turn);
      const round = await look(together(taken));
      for (const turn of taken) turn.read(round);
    }
    this.isRunning = false;
  }
}

/** Each request once, as the largest number of devices any of its watchers knows. */
function together(turns: readonly Turn[]): readonly Watched[] {
  const devicesById = new Map<string, number>();
  for (const { requestId, devices } of turns.flatMap(({ requests }) => requests)) {
    devicesById.set(requestId, Math.max(devices, devicesById.get(requestId) ?? 0));
  }
  return [...devicesById].map(([requestId, devices]) => ({ requestId, devices }));
}

/** Nothing about it can change any more, so it is not read again. */
function isSettled(sighting: Sighting | undefined, devices: number): boolean {
  if (sighting === undefined || devices === 0) return false;
  const { counts } = sighting;
  const final = (counts.Success ?? 0) + (counts.Failure ?? 0) + (counts.Cancelled ?? 0);
  return final >= devices && Object.values(counts).reduce((sum, count) => sum + count, 0) === final;
}

/** Rows that were there and are gone were dropped by Esper, not undone. */
function newer(before: Sighting | undefined, now: Sighting): Sighting {
  const isEmpty = Object.keys(now.counts).length === 0;
  return before !== undefined && isEmpty ? before : now;
}
