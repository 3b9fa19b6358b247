// A bucket of requests that fills with time: the usual form of a rate limit. Esper's numbers are not published.
// Time comes in as an argument; it is the real one, as clients live in it, also when the world runs faster.

export class RateLimit {
  private room: number | undefined;
  private seenAt = 0;

  /** Undefined when the request may pass, else the milliseconds until one may. */
  take(perSecond: number, size: number, now: number): number | undefined {
    const room = Math.min(size, (this.room ?? size) + ((now - this.seenAt) / 1000) * perSecond);
    this.seenAt = now;
    const waitMs = Math.round(((1 - room) / perSecond) * 1000);
    this.room = waitMs <= 0 ? room - 1 : room;
    return waitMs <= 0 ? undefined : waitMs;
  }
}
