// Looks at requests round after round, for all who wait at once: one scheduler, whose rounds read together whatever is
// due within a short span. It must not know how a request is read (an endpoint's `look`), nor when a wait is over.
// Rules: the first look at a request comes soon (poll-batching.ts) as long as devices prove quick; between two looks at the
// same request lies `pollMs` at least; a round that fails is repeated at the next; every wait ends; what Esper has
// forgotten keeps what was last seen.

import type { Clock } from "../../clock";
import type { Sighting, Watched } from "../client";
import type { Round } from "./endpoint";
import { overdueError } from "../http/network-failures";
import { FirstLook } from "./poll-batching";
import { spanMs } from "../coalesce";
import { countOf, finalStates, totalOf } from "./command-states";

/** The interval grows to this share of the time waited … */
const shareOfWaited = 1 / 5;
/** … and no further than this. */
const maxIntervalMs = 15_000;
/** When others are read anyway, this share of an interval may be left out. */
const slackShare = 1 / 4;
/** Later rounds lie `pollMs` apart, but no caller waits longer than this for the next. */
const maxApartMs = 1_000;

export interface PollerOptions {
  readonly clock: Clock;
  readonly pollMs: number;
  /** How long after its end a last round may take. */
  readonly graceMs: number;
  /** The signal is aborted once no caller waits for the round. */
  readonly look: (requests: readonly Watched[], signal: AbortSignal) => Promise<Round>;
}

interface Timing {
  readonly dueAtMs: number;
  /** From then on it is read when others are read anyway. */
  readonly earliestMs: number;
  /** `soon`: the first look, together with those who send at the same time. */
  readonly kind: "soon" | "first" | "later";
}

interface Turn extends Timing {
  readonly requests: readonly Watched[];
  readonly read: (round: Round) => void;
  /** Aborted when it is no longer waited for. */
  readonly over: AbortSignal;
}

export class Poller {
  private readonly turns = new Set<Turn>();
  private readonly firstLook = new FirstLook();
  private lastRoundMs = Number.NEGATIVE_INFINITY;
  /** Whether a device had answered at the last first look; else an early look is a wasted request. */
  private areQuick = true;
  private isRunning = false;
  private wake = new AbortController();

  constructor(private readonly options: PollerOptions) {}

  /** Somebody sends what is likely to be watched next; who has sent already waits a little for the others. */
  async whileSending<T>(send: () => Promise<T>): Promise<T> {
    const token = this.firstLook.sending(this.options.clock.now());
    try {
      return await send();
    } finally {
      this.firstLook.ended(token);
    }
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
    let timing: Timing = this.areQuick
      ? { kind: "soon", dueAtMs: startedAtMs, earliestMs: startedAtMs }
      : { kind: "first", dueAtMs: Math.min(untilMs, startedAtMs + pollMs), earliestMs: startedAtMs };
    for (;;) {
      const open = requests.filter(({ requestId, devices }) => !isSettled(seen.get(requestId), devices));
      const round = await this.turn(open, timing, untilMs);
      const isLast = timing.dueAtMs >= untilMs || clock.now() >= untilMs + graceMs;
      for (const [id, sighting] of round.sightings) seen.set(id, newer(seen.get(id), sighting));
      const failed = open.length > 0 && open.every(({ requestId }) => round.failures.has(requestId));
      if (failed) lastError = [...round.failures.values()][0];
      else succeeded = true;
      if (!failed || (isLast && succeeded)) yield new Map(seen);
      if (isLast && !succeeded) throw lastError;
      if (isLast) return;
      timing = this.nextTiming(clock.now(), startedAtMs, untilMs);
    }
  }

  private nextTiming(now: number, startedAtMs: number, untilMs: number): Timing {
    const { pollMs } = this.options;
    const intervalMs = Math.min(Math.max(pollMs, (now - startedAtMs) * shareOfWaited), maxIntervalMs);
    const dueAtMs = Math.min(untilMs, now + intervalMs);
    const earliestMs = Math.min(dueAtMs, now + Math.max(pollMs, intervalMs * (1 - slackShare)));
    return { kind: "later", dueAtMs, earliestMs };
  }

  /** Takes part in a round; a server that hangs cannot hold a wait much beyond its end. */
  private async turn(requests: readonly Watched[], timing: Timing, untilMs: number): Promise<Round> {
    const { clock, graceMs } = this.options;
    const done = new AbortController();
    let turn: Turn | undefined;
    const read = new Promise<Round>((resolve) => {
      turn = { ...timing, requests, read: resolve, over: done.signal };
      this.turns.add(turn);
    });
    const token = timing.kind === "soon" ? this.firstLook.waiting(clock.now()) : undefined;
    this.wake.abort();
    if (!this.isRunning) void this.run();
    const tooLate = clock.sleep(Math.max(0, untilMs - clock.now()) + graceMs, done.signal).then((): Round => {
      const error = overdueError("read where commands stand");
      return { sightings: new Map(), failures: new Map(requests.map(({ requestId }) => [requestId, error])) };
    });
    try {
      return await Promise.race([read, tooLate]);
    } finally {
      done.abort();
      if (turn !== undefined) this.turns.delete(turn);
      if (token !== undefined) this.firstLook.ended(token);
    }
  }

  private async run(): Promise<void> {
    const { clock, look } = this.options;
    this.isRunning = true;
    while (this.turns.size > 0) {
      const now = clock.now();
      const roundAtMs = this.roundAt();
      if (roundAtMs > now) {
        this.wake = new AbortController();
        await clock.sleep(roundAtMs - now, this.wake.signal);
        continue;
      }
      const taken = [...this.turns].filter(({ earliestMs }) => earliestMs <= now);
      for (const turn of taken) this.turns.delete(turn);
      this.lastRoundMs = now;
      this.firstLook.looked(taken.filter(({ kind }) => kind === "soon").length);
      const round = await look(together(taken), allOver(taken));
      this.learn(taken, round);
      for (const turn of taken) turn.read(round);
    }
    this.isRunning = false;
  }

  private roundAt(): number {
    const turns = [...this.turns];
    const soon = turns.filter(({ kind }) => kind === "soon").map(({ dueAtMs }) => dueAtMs);
    const others = turns.filter(({ kind }) => kind !== "soon").map(({ dueAtMs }) => dueAtMs);
    return Math.min(
      this.firstLook.dueAt(soon),
      Math.max(Math.min(...others), this.lastRoundMs + Math.min(this.options.pollMs, maxApartMs)) + spanMs,
    );
  }

  private learn(taken: readonly Turn[], { sightings }: Round): void {
    const first = taken.filter(({ kind }) => kind !== "later").flatMap(({ requests }) => requests);
    const seen = first.filter(({ requestId }) => sightings.has(requestId));
    if (seen.length === 0) return;
    this.areQuick = seen.some(({ requestId, devices }) => isSettled(sightings.get(requestId), devices));
  }
}

/** A server that hangs, or lists without an end, is not waited for longer than any of them waits. */
function allOver(turns: readonly Turn[]): AbortSignal {
  const over = new AbortController();
  for (const turn of turns) {
    turn.over.addEventListener("abort", () => {
      if (turns.every((one) => one.over.aborted)) over.abort(new Error("The wait for commands is over."));
    });
  }
  return over.signal;
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
  const final = countOf(sighting.counts, finalStates);
  return final >= devices && totalOf(sighting.counts) === final;
}

/** Rows that were there and are gone were dropped by Esper, not undone. */
function newer(before: Sighting | undefined, now: Sighting): Sighting {
  const isEmpty = Object.keys(now.counts).length === 0;
  return before !== undefined && isEmpty ? before : now;
}
