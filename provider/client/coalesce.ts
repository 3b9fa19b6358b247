// Reads that several callers share: those who ask within the same short span are collected, and one read answers all.
// The read begins after the last of them asked, so that nobody gets an answer older than the question.
// It must not know what is read.

import type { Clock } from "../clock";

/** Long enough to collect what one turn of a program asks, too short to be felt. */
export const SPAN_MS = 20;

interface Gathering<Question, Result> {
  readonly questions: Question[];
  readonly result: Promise<Result>;
}

export class Gather<Question, Result> {
  private readonly clock: Clock;
  private readonly read: (questions: readonly Question[]) => Promise<Result>;
  private open: Gathering<Question, Result> | undefined;

  constructor(clock: Clock, read: (questions: readonly Question[]) => Promise<Result>) {
    this.clock = clock;
    this.read = read;
  }

  async ask(question: Question): Promise<Result> {
    if (this.open !== undefined) {
      this.open.questions.push(question);
      return this.open.result;
    }
    const questions = [question];
    const result = this.clock.sleep(SPAN_MS).then(() => {
      this.open = undefined;
      return this.read(questions);
    });
    this.open = { questions, result };
    return result;
  }
}

/** Answers by key, for as long as a caller finds them young enough; equal questions at the same time share one read. */
export class Cache<Result> {
  private readonly clock: Clock;
  private readonly entries = new Map<
    string,
    { readonly askedAtMs: number; readonly result: Promise<Result>; done: boolean }
  >();

  constructor(clock: Clock) {
    this.clock = clock;
  }

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

export function chunksOf<A>(items: readonly A[], size: number): readonly (readonly A[])[] {
  const chunks: (readonly A[])[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
