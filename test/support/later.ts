// Moves the time of this process: the provider and the simulator then live so much later, as after a night or a month.

const real = Date.now;

/** From here on it is so many days later than it was; `undo` brings today back. */
export function daysLater(days: number): void {
  const before = Date.now;
  Date.now = () => before() + days * 24 * 3_600_000;
}

export function today(): void {
  Date.now = real;
}
