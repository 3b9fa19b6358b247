// Whether a request to Vault is sent again, and when: a pure ladder. A second signature harms nobody, so what may have arrived
// is sent again too. It must not send or wait; vault.ts has the loop around it.

import type { Answer, NoAnswer } from "./exchange";

export interface Attempts {
  /** Exchanges of this request that ended, this one included. */
  readonly made: number;
  readonly elapsedMs: number;
  readonly nowMs: number;
}

export type Verdict =
  | { readonly action: "use" }
  | { readonly action: "giveUp" }
  /** `forAll`: the server is busy, so nobody asks before. */
  | { readonly action: "repeat"; readonly afterMs: number; readonly forAll: boolean };

/** About fifteen seconds of trying. */
const maxAttempts = 6;
/** A closed port and a name that does not resolve seldom heal. */
const maxAttemptsUnreached = 3;
const maxElapsedMs = 90_000;
/** Waiting is what a busy server asks for. */
const maxBusyMs = 5 * 60_000;

const busy = [429, 503];
const failing = [500, 502, 504];
const neverReached = ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"];

export function judge(came: Answer | NoAnswer, attempts: Attempts, random: () => number): Verdict {
  const { made, elapsedMs, nowMs } = attempts;
  const afterMs = Math.min(500 * 2 ** (made - 1), 8_000) * (0.5 + random() / 2);
  if ("failure" in came) {
    // The same certificate and the same size will come again.
    if (isOfCertificate(came.failure) || came.failure === "tooLarge" || /^\d+$/u.test(came.failure)) {
      return { action: "giveUp" };
    }
    const allowed = neverReached.includes(came.failure) ? maxAttemptsUnreached : maxAttempts;
    return made < allowed && elapsedMs < maxElapsedMs
      ? { action: "repeat", afterMs, forAll: false }
      : { action: "giveUp" };
  }
  const askedMs = retryAfterMs(came.retryAfter, nowMs);
  if (busy.includes(came.status) && askedMs !== undefined) {
    const isPatient = elapsedMs + askedMs <= maxBusyMs;
    return isPatient ? { action: "repeat", afterMs: askedMs, forAll: true } : { action: "giveUp" };
  }
  if (!busy.includes(came.status) && !failing.includes(came.status)) return { action: "use" };
  return made < maxAttempts && elapsedMs < maxElapsedMs
    ? { action: "repeat", afterMs, forAll: busy.includes(came.status) }
    : { action: "giveUp" };
}

export function isOfCertificate(failure: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS|ERR_SSL|EPROTO/u.test(failure);
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); anything else says nothing. */
function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+$/u.test(text)) return Number(text) * 1000;
  const atMs = /\b[A-Z][a-z]{2}\b.*\d{2}:\d{2}:\d{2}/u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
