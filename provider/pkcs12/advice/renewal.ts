// When a certificate should be renewed. Dates in, date out; follows docs/design.md, section 2, `renewBeforeDays`.

const dayMs = 24 * 60 * 60 * 1000;
const longestDefaultDays = 30;

export interface Renewal {
  /** ISO 8601 in UTC. */
  readonly renewAt: string;
  readonly readyForRenewal: boolean;
}

/**
 * @param notBefore ISO 8601
 * @param notAfter ISO 8601
 * @param renewBeforeDays days before the end; default a third of the certificate's life, at most 30 days
 * @param nowMs milliseconds since 1970
 */
export function renewalOf(
  notBefore: string,
  notAfter: string,
  renewBeforeDays: number | undefined,
  nowMs: number,
): Renewal {
  const endAt = Date.parse(notAfter);
  const lifeMs = Math.max(0, endAt - Date.parse(notBefore));
  const beforeMs =
    renewBeforeDays === undefined ? Math.min(lifeMs / 3, longestDefaultDays * dayMs) : renewBeforeDays * dayMs;
  const renewAt = Math.floor(endAt - beforeMs);
  return { renewAt: new Date(renewAt).toISOString(), readyForRenewal: nowMs >= renewAt };
}

/** Whole days from one instant to a later one, rounded down. */
export function daysBetween(from: number, to: number): number {
  return Math.floor((to - from) / dayMs);
}
