// Whether a request is sent again, and when: a pure ladder of early returns, each with its reason.
// It must not send, wait or know sockets; request.ts has the loop around it. Follows docs/design.md, section 6:
// a GET and a PUT may be repeated (a PUT here sets one state), a POST only when it is certain that it was not accepted.

import type { NetworkReason } from "../../errors";
import type { Method } from "./exchange";

/** What came of one exchange; the text of a refusal. */
export type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly text: string; readonly readable: boolean }
  | { readonly kind: "failure"; readonly reason: NetworkReason; readonly mayHaveArrived: boolean };

export interface Attempts {
  readonly method: Method;
  /** Exchanges of this request that ended, this one included, those that met the rate limit left out. */
  readonly made: number;
  readonly rateLimited: number;
  /** Since the first turn. */
  readonly elapsedMs: number;
  /** Of it, the time spent waiting for further turns, which tells nothing about the server. */
  readonly waitedMs: number;
  /** What a 429 or 503 asks for. */
  readonly retryAfterMs?: number;
  /** At most so many exchanges, those that met the rate limit left out. */
  readonly allowed: number;
}

export type Verdict =
  | { readonly action: "use"; readonly reason: "answered" }
  | { readonly action: "slowDown"; readonly reason: "rateLimited" }
  | {
      readonly action: "repeat";
      readonly reason: "notSent" | "serverError" | "noAnswer" | "unreadable";
      readonly afterMs: number;
    }
  | {
      readonly action: "giveUp";
      readonly reason: "refused" | "rateLimited" | "closed" | "ambiguous" | "hopeless" | "enough";
    };

/** About twenty seconds of trying: at a server that fails half of all requests, one in a hundred still fails. */
export const maxAttempts = 7;
const maxRateLimited = 12;
/** The same certificate, the same oversized body, the same refusal will come again. */
export const comeAgain: readonly NetworkReason[] = ["certificate", "answerTooLarge", "proxyRefused"];
/** No new attempt after this long; the rate limit has a longer patience, since waiting is what Esper asked for. */
const maxElapsedMs = 90_000;
const maxRateLimitedMs = 20 * 60_000;

export function judge(outcome: Outcome, attempts: Attempts, random: () => number): Verdict {
  if (isRateLimited(outcome)) {
    // Refused before it was looked at, so a POST too is safe to send again; but not to wait longer than anybody would.
    const { retryAfterMs, elapsedMs } = attempts;
    const isClosed = retryAfterMs !== undefined && retryAfterMs > Math.max(0, patienceLeftMs(elapsedMs));
    if (isClosed) return { action: "giveUp", reason: "closed" };
    const patience = attempts.rateLimited <= maxRateLimited && attempts.elapsedMs < maxRateLimitedMs;
    return patience ? { action: "slowDown", reason: "rateLimited" } : { action: "giveUp", reason: "rateLimited" };
  }
  if (outcome.kind === "failure" && comeAgain.includes(outcome.reason)) {
    return {
      action: "giveUp",
      reason: outcome.mayHaveArrived && attempts.method === "POST" ? "ambiguous" : "hopeless",
    };
  }
  // A 4xx or a redirect says what it says; the same request gets the same answer.
  if (outcome.kind === "answer" && outcome.status >= 300 && outcome.status < 500 && outcome.status !== 408) {
    return { action: "giveUp", reason: "refused" };
  }
  if (outcome.kind === "answer" && outcome.status < 300 && outcome.readable)
    return { action: "use", reason: "answered" };

  const sentForCertain = outcome.kind === "answer" || outcome.mayHaveArrived;
  // The command may be in the devices' queues already: look for it first.
  if (attempts.method === "POST" && sentForCertain) return { action: "giveUp", reason: "ambiguous" };
  // It was taken, if only without a word: the caller looks at what stands there now.
  if (attempts.method === "PUT" && outcome.kind === "answer" && outcome.status < 300) {
    return { action: "giveUp", reason: "ambiguous" };
  }
  if (attempts.made >= attempts.allowed || attempts.elapsedMs - attempts.waitedMs > maxElapsedMs)
    return { action: "giveUp", reason: "enough" };
  // Esper says when it will be there again: sooner is no use, and much later is for another run.
  const isUnavailable = outcome.kind === "answer" && outcome.status === 503;
  const askedMs = isUnavailable ? (attempts.retryAfterMs ?? 0) : 0;
  if (askedMs > maxElapsedMs - (attempts.elapsedMs - attempts.waitedMs)) return { action: "giveUp", reason: "closed" };
  const afterMs = Math.max(askedMs, backOffMs(attempts.made, random));
  if (!sentForCertain) {
    // A name that does not resolve or a closed port seldom heals: fewer tries.
    return attempts.made >= 3
      ? { action: "giveUp", reason: "enough" }
      : { action: "repeat", reason: "notSent", afterMs };
  }
  if (outcome.kind === "failure") return { action: "repeat", reason: "noAnswer", afterMs };
  return { action: "repeat", reason: outcome.status >= 300 ? "serverError" : "unreadable", afterMs };
}

/** How long a request may still be held up by the rate limit. */
export function patienceLeftMs(elapsedMs: number): number {
  return maxRateLimitedMs - elapsedMs;
}

/** Esper's own bulk tool also finds this text in bodies of other statuses (docs/background/esper-api.md, 3c). */
function isRateLimited(outcome: Outcome): boolean {
  if (outcome.kind === "failure") return false;
  return outcome.status === 429 || (outcome.status === 403 && /too many requests/i.test(outcome.text.slice(0, 2000)));
}

/** 0.5 s, 1 s, 2 s, 4 s …, of which between a half and the whole is waited. */
export function backOffMs(made: number, random: () => number): number {
  return Math.min(500 * 2 ** (made - 1), 15_000) * (0.5 + random() / 2);
}
