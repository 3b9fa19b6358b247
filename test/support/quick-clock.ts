// Clocks for tests: one that runs faster than the world (for waits over real sockets), and one that stands still until
// the test moves it (for decisions that depend on time alone).

import { systemClock, type Clock } from "../../provider/clock";

/** `speed` seconds pass in each real one. */
export function quickClock(speed: number): Clock {
  const startedAtMs = Date.now();
  const origin = performance.now();
  return {
    now: () => startedAtMs + (performance.now() - origin) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}

export interface SteppedClock extends Clock {
  /** Lets time pass, waking sleepers in their order, and what they start within it. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function steppedClock(startMs = 1_800_000_000_000): SteppedClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const sleeper: Sleeper = {
          atMs: nowMs + Math.max(0, ms),
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    pass: async (ms) => {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((one, other) => one.atMs - other.atMs)[0];
        if (next === undefined || next.atMs > endMs) break;
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
        await settle();
      }
      nowMs = endMs;
      await settle();
    },
  };
}
