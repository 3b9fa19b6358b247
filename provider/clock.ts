// Time, as an argument: the only file that reads the clock or waits.
// Everything that depends on time takes a Clock, so that tests decide what time it is.

import { setMaxListeners } from "node:events";

/** What time it is, and waiting. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when the signal is aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest that a timer takes, some 24 days; it answers a longer one at once. */
const longestMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      let timer: NodeJS.Timeout | undefined;
      const wait = (leftMs: number): void => {
        const isLong = leftMs > longestMs;
        timer = isLong ? setTimeout(wait, longestMs, leftMs - longestMs) : setTimeout(done, leftMs);
      };
      wait(ms);
      if (signal !== undefined) onAbort(signal, done);
    }),
};

/**
 * Calls once the signal is aborted, unless `until` is before. Any number may wait for one signal, which Node up to 20 takes for
 * a leak and says so to whoever runs Pulumi.
 */
export function onAbort(signal: AbortSignal, call: () => void, until?: AbortSignal): void {
  setMaxListeners(0, signal);
  signal.addEventListener("abort", call, { once: true, ...(until !== undefined && { signal: until }) });
}
