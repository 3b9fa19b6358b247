// When the first look at what was just sent begins: soon, and for all who send at about the same time together.
// An engine runs some operations at a time and begins the next ones only when these have ended: a look for each of them
// would cost as many requests as they send, and a fixed wait would be paid once for each batch. So the look comes when as
// many wait for it as were under way together lately, or else after a short while. An engine with a large state begins its
// operations so slowly that none would ever meet another, so now and then a look waits for company on trial.
// Instants come in as arguments. It must not know what is sent, nor how it is read.

import { spanMs } from "../coalesce";

/** Others are waited for until nothing has begun for some times as long as usually lies between two beginnings … */
const quietGaps = 3;
const leastQuietMs = 200;
const mostQuietMs = 1_000;
/** … and no longer than this: a slow engine needs it to begin all its operations. */
const gatherMs = 3_000;
/** So many beginnings and so long it counts how many were under way together: a batch of a slow engine, and half another. */
const marksKept = 24;
const memoryMs = 6_000;
/** Who takes longer than this to send is not waited for. */
const patienceMs = 250;
/** Operations that begin further apart than this are not waited for on trial. */
const mostTrialGapMs = 300;

interface Mark {
  readonly atMs: number;
  readonly kind: "sending" | "waiting";
  /** How many were under way. */
  readonly number: number;
}

export class FirstLook {
  private readonly sendingSinceMs = new Map<symbol, number>();
  private readonly waitingSinceMs = new Map<symbol, number>();
  private marks: readonly Mark[] = [];
  private lastNumber = 0;
  /** So many looks come before the next trial, and twice as many after each that brought nobody; the first is none. */
  private looksToTrial = 1;
  private looksAfterTrial = 1;

  /** Somebody begins to send what will be looked at. The token is for `ended`. */
  sending(nowMs: number): symbol {
    return this.begin("sending", nowMs);
  }

  /** Somebody waits for the first look at what was sent. */
  waiting(nowMs: number): symbol {
    return this.begin("waiting", nowMs);
  }

  ended(token: symbol): void {
    this.sendingSinceMs.delete(token);
    this.waitingSinceMs.delete(token);
  }

  /** When to look, unless something happens before, for those who wait since these instants; infinite for nobody. */
  dueAt(sinceMs: readonly number[], nowMs: number): number {
    const lately = this.lately(nowMs);
    const together = Math.max(0, ...lately.map(({ number }) => number));
    const gapMs = usualGapMs(lately);
    const oldestMs = Math.min(...sinceMs);
    const areAll = sinceMs.length >= together;
    if (areAll && !this.isTrial(gapMs)) return oldestMs + spanMs;
    const newestMs = Math.max(oldestMs, lately.at(-1)?.atMs ?? oldestMs);
    const quietMs = Math.max(areAll ? spanMs : leastQuietMs, Math.min(mostQuietMs, quietGaps * (gapMs ?? 0)));
    return Math.min(newestMs + quietMs, oldestMs + gatherMs);
  }

  /** A look begins, for so many of them. */
  looked(number: number, nowMs: number): void {
    if (number === 0) return;
    if (this.looksToTrial > 0) this.looksToTrial -= 1;
    else if (this.isTrial(usualGapMs(this.lately(nowMs)))) {
      this.looksAfterTrial = number > this.lastNumber ? 1 : 2 * this.looksAfterTrial;
      this.looksToTrial = this.looksAfterTrial - 1;
    }
    this.lastNumber = number;
  }

  private isTrial(gapMs: number | undefined): boolean {
    return this.looksToTrial === 0 && gapMs !== undefined && gapMs <= mostTrialGapMs;
  }

  private begin(kind: Mark["kind"], nowMs: number): symbol {
    const token = Symbol();
    (kind === "sending" ? this.sendingSinceMs : this.waitingSinceMs).set(token, nowMs);
    const prompt = [...this.sendingSinceMs.values()].filter((sinceMs) => sinceMs > nowMs - patienceMs);
    const mark = { atMs: nowMs, kind, number: prompt.length + this.waitingSinceMs.size };
    this.marks = [...this.lately(nowMs), mark].slice(-marksKept);
    return token;
  }

  private lately(nowMs: number): readonly Mark[] {
    return this.marks.filter(({ atMs }) => atMs > nowMs - memoryMs);
  }
}

/** What usually lies between two beginnings: an engine's save of its state. */
function usualGapMs(marks: readonly Mark[]): number | undefined {
  const beginnings = marks.filter(({ kind }) => kind === "sending").map(({ atMs }) => atMs);
  const gaps = beginnings.slice(1).map((atMs, before) => atMs - (beginnings[before] ?? atMs));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)];
}
