// The pace of all requests of the process: one queue, first come first served, a ceiling from the settings, and what
// Esper's 429 teaches. It must not know requests; request.ts asks it before each exchange and tells it what came.
// No public numbers exist for Esper's limit (docs/background/esper-api.md, 7), so the pace is learned: a 429 stops
// everybody for as long as Esper says, halves the pace, and from there it climbs back, slowest near the pace at which
// the 429 came (the idea of TCP CUBIC, RFC 9438).

import { onAbort, type Clock } from "../../clock";
import { abortReason } from "../coalesce";

/** Exchanges at the same time: enough to hide a slow answer, few enough to waste little when the limit is met. */
const maxInFlight = 16;
const firstBackOffMs = 2_000;
/** Esper's own tool keeps below 27 requests a second; less than this is not concluded from a first 429. */
const leastFirstPace = 10;
const leastPace = 0.2;
/** Until the pace is back where the 429 came. */
const recoveryMs = 15_000;
/** Late timers may be made up for, by so much at once. */
const catchUpMs = 100;
/** A shorter wait is not worth a line. */
const sayFromMs = 1_000;

export interface ThrottleOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly requestsPerMinute?: number;
  readonly say: (line: string) => void;
}

/** A request's place in the queue; it keeps it when it has to come again. */
export interface Ticket {
  readonly number: number;
}

interface Waiting {
  readonly number: number;
  readonly go: (turn: number) => void;
}

export class Throttle {
  private tickets = 0;
  private readonly queue: Waiting[] = [];
  private inFlight = 0;
  private sleeping = false;
  private pausedUntilMs = 0;
  private readonly granted: number[] = [];
  private acceptedAt: number[] = [];
  private nextMs = 0;
  private turns = 0;
  private lesson: { readonly atMs: number; readonly pace: number; readonly lastTurn: number } | undefined;
  private lessonsInARow = 0;

  constructor(private readonly options: ThrottleOptions) {}

  ticket(): Ticket {
    this.tickets += 1;
    return { number: this.tickets };
  }

  /** Resolves with the turn's number when the exchange may begin; `ended` must follow it. */
  async turn({ number }: Ticket, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    const done = new AbortController();
    return new Promise<number>((go, reject) => {
      const waiting = { number, go };
      const later = this.queue.findIndex((other) => other.number > number);
      this.queue.splice(later === -1 ? this.queue.length : later, 0, waiting);
      const leave = (): void => {
        const place = this.queue.indexOf(waiting);
        if (place === -1) return;
        this.queue.splice(place, 1);
        reject(abortReason(signal));
      };
      if (signal !== undefined) onAbort(signal, leave, done.signal);
      this.pump();
    }).finally(() => {
      done.abort();
    });
  }

  /** The exchange is over, however it ended. */
  ended(): void {
    this.inFlight -= 1;
    this.pump();
  }

  /** Esper took the request, whatever it thought of it. */
  accepted(): void {
    const now = this.options.clock.now();
    this.lessonsInARow = 0;
    this.acceptedAt.push(now);
    if (this.acceptedAt.length > 2000) this.acceptedAt = this.acceptedAt.slice(1000);
  }

  /** Esper answered that it was too much, and perhaps for how long. `turn`: the number that the exchange began with. */
  limited(told: number | undefined, turn: number): void {
    const now = this.options.clock.now();
    // What was under way when the last 429 came has nothing new to teach, but may name a later instant.
    const isNews = this.lesson === undefined || turn > this.lesson.lastTurn;
    if (isNews) {
      const pace = Math.max(leastPace, this.paceThatWasTooMuch(now));
      this.lesson = { atMs: now, pace, lastTurn: this.turns };
      this.lessonsInARow += 1;
    }
    if (told === undefined && !isNews) return;
    const wanted = told ?? firstBackOffMs * 2 ** Math.min(this.lessonsInARow - 1, 6);
    const pauseMs = wanted * (1 + this.options.random() / 10);
    const until = now + pauseMs;
    if (until <= this.pausedUntilMs) return;
    const isLonger = until - Math.max(now, this.pausedUntilMs) >= sayFromMs;
    this.pausedUntilMs = until;
    if (isLonger) this.options.say(`waiting ${String(Math.ceil(pauseMs / 1000))} s: Esper's rate limit`);
  }

  private paceThatWasTooMuch(now: number): number {
    const learned = this.pace(now);
    if (learned !== undefined) return learned;
    return Math.max(leastFirstPace, this.acceptedAt.filter((at) => at > now - 1000).length);
  }

  /** Requests a second by the last lesson; undefined while there was none, or when it is long past. */
  private pace(now: number): number | undefined {
    if (this.lesson === undefined) return undefined;
    // Time spent paused teaches nothing.
    const t = Math.max(0, now - Math.max(this.lesson.atMs, this.pausedUntilMs)) / recoveryMs;
    const pace = this.lesson.pace * (1 + 0.5 * (t - 1) ** 5);
    return t > 4 ? undefined : pace;
  }

  private pump(): void {
    if (this.sleeping) return;
    for (;;) {
      if (this.queue.length === 0 || this.inFlight >= maxInFlight) return;
      const now = this.options.clock.now();
      const waitMs = this.readyAt(now) - now;
      if (waitMs > 0) {
        this.sleeping = true;
        void this.options.clock.sleep(waitMs).then(() => {
          this.sleeping = false;
          this.pump();
        });
        return;
      }
      this.grant(now);
    }
  }

  private readyAt(now: number): number {
    const { requestsPerMinute } = this.options;
    const paced = this.pace(now) === undefined ? 0 : this.nextMs;
    if (requestsPerMinute === undefined) return Math.max(this.pausedUntilMs, paced);
    // A second's worth may go at once; so many never go again before its time is over.
    const burst = Math.max(1, Math.floor(requestsPerMinute / 60));
    const before = this.granted.at(-burst);
    const ceiling = before === undefined ? 0 : before + (burst * 60_000) / requestsPerMinute;
    return Math.max(this.pausedUntilMs, paced, ceiling);
  }

  private grant(now: number): void {
    const pace = this.pace(now);
    if (pace !== undefined) this.nextMs = Math.max(this.nextMs, now - catchUpMs) + 1000 / pace;
    this.granted.push(now);
    if (this.granted.length > 20_000) this.granted.splice(0, 2000);
    this.inFlight += 1;
    this.turns += 1;
    this.queue.shift()?.go(this.turns);
  }
}
