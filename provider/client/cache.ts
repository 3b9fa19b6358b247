// Answers kept for a while by their key. It must not know what is asked: the reader comes in with the question.

import type { Clock } from "../clock";

/** Answers by key, for as long as a caller finds them young enough; equal questions at the same time share one read. */
export class Cache<Result> {
  private readonly entries = new Map<
    string,
    { readonly askedAtMs: number; readonly result: Promise<Result>; done: boolean }
  >();

  constructor(private readonly clock: Clock) {}

  /** A failed read is not kept. */
  async get(key: string, maxAgeMs: number, read: () => Promise<Result>): Promise<Result> {
    const known = this.entries.get(key);
    if (known !== undefined && (!known.done || this.clock.now() - known.askedAtMs <= maxAgeMs)) return known.result;
    const entry = { askedAtMs: this.clock.now(), result: read(), done: false };
    this.entries.set(key, entry);
    try {
      return await entry.result;
    } catch (error) {
      if (this.entries.get(key) === entry) this.entries.delete(key);
      throw error;
    } finally {
      entry.done = true;
    }
  }
}
