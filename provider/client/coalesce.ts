// Reads that several callers share: those who ask within the same short span are collected, and one read answers all.
// The read begins after the last of them asked, so that no caller gets an answer older than the question.
// It must not know what is read.

import { onAbort, type Clock } from "../clock";

/** Long enough to collect what one turn of a program asks, too short to be felt. */
export const spanMs = 20;

interface Gathering<Question, Result> {
  readonly questions: Question[];
  readonly result: Promise<Result>;
  /** Aborted once no caller waits for the answer. */
  readonly unwanted: AbortController;
  waiting: number;
}

export class Gather<Question, Result> {
  private open: Gathering<Question, Result> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly read: (questions: readonly Question[], signal: AbortSignal) => Promise<Result>,
  ) {}

  /** A caller whose signal is aborted waits no longer; when it was the last one, the read's own signal is aborted. */
  async ask(question: Question, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted();
    const gathering = (this.open ??= this.gather());
    gathering.questions.push(question);
    gathering.waiting += 1;
    return untilAborted(gathering.result, signal).finally(() => {
      gathering.waiting -= 1;
      if (gathering.waiting === 0) gathering.unwanted.abort();
    });
  }

  private gather(): Gathering<Question, Result> {
    const questions: Question[] = [];
    const unwanted = new AbortController();
    const result = this.clock.sleep(spanMs).then(() => {
      this.open = undefined;
      return this.read(questions, unwanted.signal);
    });
    // Whoever still waits gets it from `ask`.
    result.catch(() => undefined);
    return { questions, result, unwanted, waiting: 0 };
  }
}

/** The result, or the signal's reason when that comes first. */
export async function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const refuse = (): void => {
      reject(abortReason(signal));
    };
    onAbort(signal, refuse, done.signal);
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([result, aborted]);
  } finally {
    done.abort();
  }
}

export function abortReason(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error("It was no longer waited for.");
}

export function chunksOf<A>(items: readonly A[], size: number): readonly (readonly A[])[] {
  const chunks: (readonly A[])[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
