// Reads that several callers share: those who ask within the same short span are collected, and one read answers all.
// The read begins after the last of them asked, so that nobody gets an answer older than the question.
// It must not know what is read.

import type { Clock } from "../clock";

/** Long enough to collect what one turn of a program asks, too short to be felt. */
export const spanMs = 20;

interface Gathering<Question, Result> {
  readonly questions: Question[];
  readonly result: Promise<Result>;
}

export class Gather<Question, Result> {
  private open: Gathering<Question, Result> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly read: (questions: readonly Question[]) => Promise<Result>,
  ) {}

  async ask(question: Question): Promise<Result> {
    if (this.open !== undefined) {
      this.open.questions.push(question);
      return this.open.result;
    }
    const questions = [question];
    const result = this.clock.sleep(spanMs).then(() => {
      this.open = undefined;
      return this.read(questions);
    });
    this.open = { questions, result };
    return result;
  }
}

export function chunksOf<A>(items: readonly A[], size: number): readonly (readonly A[])[] {
  const chunks: (readonly A[])[] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}
