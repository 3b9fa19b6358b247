// Simulated time: a clock that may run faster than the one it rests on, and that can be put forward.
// It holds no timers. The world is brought up to now() whenever somebody looks at it.

import type { Clock } from "../../provider/clock";

export interface SimulatedTime {
  /** Milliseconds since 1970-01-01T00:00:00Z, simulated. */
  now(): number;
  /** Puts the simulated time forward at once. */
  advance(ms: number): void;
}

/** `timeFactor` is the number of simulated seconds that pass in one second of `clock`. */
export function simulatedTime(clock: Clock, timeFactor: number): SimulatedTime {
  const startedAt = clock.now();
  let addedMs = 0;
  return {
    now: () => startedAt + (clock.now() - startedAt) * timeFactor + addedMs,
    advance: (ms) => {
      addedMs += ms;
    },
  };
}
