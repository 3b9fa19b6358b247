// When the first look at what was just sent begins: soon, and for all who send at about the same time together.
// An engine runs some operations at a time and begins the next ones only when these have ended: a look for each of them
// would cost as many requests as they send, and a fixed wait would be paid once for each batch. So the look comes when as
// many wait for it as were under way together before, or else after a short while. An engine with a large state begins its
// operations so slowly that none would ever meet another, so now and then a look waits for company on trial.
// Instants come in as arguments. It must not know what is sent, nor how it is read.

import { spanMs } from "../coalesce";

/** Others are waited for until nothing has begun for some times as long as usually lies between two beginnings … */
const quietGaps = 3;
const leastQuietMs = 200;
const mostQuietMs = 1_000;
/** … and no longer than this: a slow engine needs it to begin all its operations. */
const gatherMs = 3_000;
/** After a pause of this length everything begins anew. */
const pauseMs = 6_000;
/** The usual time between two beginnings is that of the last ones. */
const beginningsKept = 32;
/** Who takes longer than this to send is not waited for. */
const patienceMs = 250;
/** Operations that begin further apart than this are not waited for on trial. */
const mostTrialGapMs = 300;
/** So many looks come before the first trial: few operations one after the other are not to wait for anybody … */
const looksBeforeTrials = 8;
/** … and so many at most between two: after each trial that brought nobody the next comes twice as late. */
const mostLooksBetween = 32;

export class FirstLook {
  private readonly sendingSinceMs = new Map<symbol, number>();
  private readonly waitingSinceMs = new Map<symbol, number>();
  private beginningsMs: readonly number[] = [];
  /** How many are likely to wait together. */
  private expected = 0;
  private looksToTrial = looksBeforeTrials;
  private looksBetween = 1;
  /** How many waited when the present trial began. */
  private trialOf: number | undefined;

  /** Somebody begins to send what will be looked at. The token is for `ended`. */
  sending(nowMs: number): symbol {
    if (nowMs - (this.beginningsMs.at(-1) ?? nowMs) > pauseMs) {
      this.beginningsMs = [];
      this.expected = 0;
    }
    this.beginningsMs = [...this.beginningsMs, nowMs].slice(-beginningsKept);
    return this.begin(this.sendingSinceMs, nowMs);
  }

  /** Somebody waits for the first look at what was sent. */
  waiting(nowMs: number): symbol {
    return this.begin(this.waitingSinceMs, nowMs);
  }

  ended(token: symbol): void {
    this.sendingSinceMs.delete(token);
    this.waitingSinceMs.delete(token);
  }

  /** When to look, unless something happens before, for those who wait since these instants; infinite for nobody. */
  dueAt(sinceMs: readonly number[]): number {
    const oldestMs = Math.min(...sinceMs);
    const gapMs = this.usualGapMs();
    const areAll = sinceMs.length >= this.expected;
    if (areAll && sinceMs.length > 0 && this.looksToTrial === 0 && gapMs <= mostTrialGapMs) {
      this.trialOf ??= sinceMs.length;
    }
    if (areAll && this.trialOf === undefined) return oldestMs + spanMs;
    const newestMs = Math.max(oldestMs, this.beginningsMs.at(-1) ?? oldestMs, ...sinceMs);
    const leastMs = areAll ? spanMs : leastQuietMs;
    const quietMs = Math.max(leastMs, Math.min(mostQuietMs, quietGaps * gapMs));
    return Math.min(newestMs + quietMs, oldestMs + gatherMs);
  }

  /** A look begins, for so many of them. */
  looked(number: number): void {
    if (number === 0) return;
    if (this.trialOf === undefined) this.looksToTrial = Math.max(0, this.looksToTrial - 1);
    else {
      this.looksBetween = number > this.trialOf ? 1 : Math.min(mostLooksBetween, 2 * this.looksBetween);
      this.looksToTrial = this.looksBetween - 1;
      this.trialOf = undefined;
    }
    // Whoever did not come is not waited for much longer: a batch may be over, and operations come one by one.
    this.expected = Math.max(number, Math.floor(this.expected / 2));
  }

  private begin(group: Map<symbol, number>, nowMs: number): symbol {
    const token = Symbol();
    group.set(token, nowMs);
    const prompt = [...this.sendingSinceMs.values()].filter((sinceMs) => sinceMs > nowMs - patienceMs);
    this.expected = Math.max(this.expected, prompt.length + this.waitingSinceMs.size);
    return token;
  }

  /** What an engine takes to save its state; endless where nothing is known of it. */
  private usualGapMs(): number {
    const gaps = this.beginningsMs.slice(1).map((atMs, before) => atMs - (this.beginningsMs[before] ?? atMs));
    return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Infinity;
  }
}
