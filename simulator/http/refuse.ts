// What stops a request before its route is asked: rate limit, key, permission, and faults of that kind.
// The order is the order of reading; the first that applies is the answer.

import type { Answer, Route } from "../api/call";
import { problem } from "../api/call";
import type { FaultSwitches } from "../faults/fault-switches";
import { RateLimit } from "./rate-limit";

export interface Gate {
  readonly faults: FaultSwitches;
  readonly apiKey: string;
  /** Of a role that sees nothing. */
  readonly narrowedApiKey: string;
  /** Real time: clients live in it, also when the world runs faster. */
  readonly clock: { now(): number };
}

export interface Caller {
  readonly route: Route;
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
  /** Path and query. */
  readonly target: string;
}

export function gatekeeper(gate: Gate): (caller: Caller) => Answer | undefined {
  const rateLimit = new RateLimit();
  return (caller) => tooMany(gate, rateLimit, caller.route) ?? badKey(gate, caller) ?? brokenService(gate, caller);
}

function badKey({ faults, apiKey, narrowedApiKey }: Gate, { route, authorization }: Caller): Answer | undefined {
  if (authorization === undefined) return problem(401, "Authentication credentials were not provided.");
  const isKnown = [apiKey, narrowedApiKey].some((key) => authorization === `Bearer ${key}`);
  if (!isKnown) return problem(401, "Invalid token.");
  if (faults.strike("forbidden", route.family) === undefined) return undefined;
  return problem(403, "You do not have permission to perform this action.");
}

function brokenService({ faults }: Gate, { route, target }: Caller): Answer | undefined {
  const { family } = route;
  if (faults.strike("redirect", family) !== undefined) {
    return { ...problem(307, "Moved."), headers: { location: `http://elsewhere.invalid${target}` } };
  }
  const failedRead = route.method === "GET" ? faults.strike("failEveryNthRead", family) : undefined;
  const failed = failedRead ?? (family === "send" ? faults.strike("failPostBeforeAccept", family) : undefined);
  if (failed === undefined) return undefined;
  const { status = 503, retryAfter: seconds } = failed;
  const headers = seconds !== undefined && { headers: { "retry-after": String(seconds) } };
  return { ...problem(status, "Service temporarily unavailable."), ...headers };
}

function tooMany({ faults, clock }: Gate, rateLimit: RateLimit, route: Route): Answer | undefined {
  const limit = faults.current.rateLimit;
  if (limit === undefined || limit.on?.includes(route.family) === false) return undefined;
  const size = limit.perSecond ?? limit.perMinute ?? 60;
  const perSecond = limit.perSecond ?? size / 60;
  const now = clock.now();
  const waitMs = rateLimit.take(perSecond, size, now);
  if (waitMs === undefined || faults.strike("rateLimit", route.family) === undefined) return undefined;
  const value = retryAfter(limit.retryAfter ?? Math.max(1, Math.ceil(waitMs / 1000)), now, waitMs);
  return {
    ...problem(429, "Request was throttled."),
    ...(value !== undefined && { headers: { "retry-after": value } }),
  };
}

function retryAfter(wanted: number | "date" | "absent" | "absurd", now: number, waitMs: number): string | undefined {
  if (wanted === "absent") return undefined;
  if (wanted === "absurd") return "999999";
  // An HTTP date has whole seconds: the next one but one is never too early.
  if (wanted === "date") return new Date(now + waitMs + 1000).toUTCString();
  return String(wanted);
}
