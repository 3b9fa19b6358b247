// Answers kept for a while by their key. It must not know what is asked: the reader comes in with the question.

import type { Clock } from "../clock";
import { untilAborted } from "./coalesce";

interface Entry<Result> {
  readonly result: Promise<Result>;
  /** Aborted once no caller waits for the answer. */
  readonly unwanted: AbortController;
  waiting: number;
  /** A long list is no older for the time that it took; undefined while it is being read. */
  doneAtMs: number | undefined;
}

/** Answers by key, for as long as a caller finds them young enough; equal questions at the same time share one read. */
export class Cache<Result> {
  private readonly entries = new Map<string, Entry<Result>>();

  constructor(private readonly clock: Clock) {}

  /** A failed read is not kept. A caller whose signal is aborted waits no longer; with the last one the read ends. */
  async get(
    key: string,
    maxAgeMs: number,
    read: (unwanted: AbortSignal) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const known = this.entries.get(key);
    const isYoung =
      known !== undefined &&
      !known.unwanted.signal.aborted &&
      (known.doneAtMs === undefined || this.clock.now() - known.doneAtMs <= maxAgeMs);
    const entry = isYoung ? known : this.begin(key, read);
    entry.waiting += 1;
    try {
      return await untilAborted(entry.result, signal);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && entry.doneAtMs === undefined) entry.unwanted.abort();
    }
  }

  private begin(key: string, read: (unwanted: AbortSignal) => Promise<Result>): Entry<Result> {
    const unwanted = new AbortController();
    const entry: Entry<Result> = {
      ...{ result: read(unwanted.signal), unwanted, waiting: 0, doneAtMs: undefined },
    };
    this.entries.set(key, entry);
    const end = (): void => {
      entry.doneAtMs = this.clock.now();
    };
    const forget = (): void => {
      end();
      if (this.entries.get(key) === entry) this.entries.delete(key);
    };
    entry.result.then(end, forget);
    return entry;
  }
}
