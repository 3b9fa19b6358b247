// When the first look at what was just sent begins: soon, and for all who send at about the same time together.
// An engine runs some operations at a time and begins the next ones only when these have ended: a look for each of them
// would cost as many requests as they send, and a fixed wait would be paid once for each batch. So the look comes when as
// many wait for it as were under way together lately, or else after a short while. Instants come in as arguments.
// It must not know what is sent, nor how it is read.

import { spanMs } from "../coalesce";

/** Others are waited for until nothing has begun for this long … */
const quietMs = 200;
/** … and no longer than this: a slow engine needs it to begin all its operations. */
const gatherMs = 800;
/** So long it counts how many were under way together. */
const memoryMs = 2_000;
/** Who takes longer than this to send is not waited for. */
const patienceMs = 250;

export class FirstLook {
  private readonly sendingSinceMs = new Map<symbol, number>();
  private readonly waitingSinceMs = new Map<symbol, number>();
  private marks: readonly { readonly atMs: number; readonly number: number }[] = [];

  /** Somebody begins to send what will be looked at. The token is for `ended`. */
  sending(nowMs: number): symbol {
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
  dueAt(sinceMs: readonly number[], nowMs: number): number {
    const lately = this.lately(nowMs);
    const together = Math.max(0, ...lately.map(({ number }) => number));
    const oldestMs = Math.min(...sinceMs);
    if (sinceMs.length >= together) return oldestMs + spanMs;
    const newestMs = Math.max(oldestMs, lately.at(-1)?.atMs ?? oldestMs);
    return Math.min(newestMs + quietMs, oldestMs + gatherMs);
  }

  private begin(group: Map<symbol, number>, nowMs: number): symbol {
    const token = Symbol();
    group.set(token, nowMs);
    const prompt = [...this.sendingSinceMs.values()].filter((sinceMs) => sinceMs > nowMs - patienceMs);
    this.marks = [...this.lately(nowMs), { atMs: nowMs, number: prompt.length + this.waitingSinceMs.size }];
    return token;
  }

  private lately(nowMs: number): FirstLook["marks"] {
    return this.marks.filter(({ atMs }) => atMs > nowMs - memoryMs);
  }
}
