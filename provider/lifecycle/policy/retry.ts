// How many retry rounds are used up and left, and what is said when none is. Pure. Which members are tried again stands in
// steps.ts, and for a rollback in rollback/rollback-plan.ts. Follows docs/design.md, section 2 (`retryRounds`).
//
// A round is one run that sends again to members that failed. Their number starts anew with new content (steps.ts: everyone
// is sent it), with another `encoding` (they failed with the one before) and with a higher `retryRounds`. With 0 nothing is
// ever retried.

import type { Settings } from "../arguments/arguments";
import { count } from "../messages/words";
import { digestHeld } from "../state/holding";
import { type State } from "../state/state";

/** Whether failed members may be tried again. */
export function mayRetry(prior: State, settings: Settings): boolean {
  return roundsUsed(prior, settings) < settings.retryRounds;
}

/** The retry rounds used up before this run. */
export function roundsUsed({ record, settings: before }: State, settings: Settings): number {
  const startsAnew = settings.retryRounds > before.retryRounds || settings.encoding !== before.encoding;
  return startsAnew ? 0 : record.roundsUsed;
}

/** The retry rounds used up once this run has sent what it retries. */
export function roundsUsedAfter(prior: State, settings: Settings, retries: boolean): number {
  return roundsUsed(prior, settings) + (retries ? 1 : 0);
}

/** Whether the run after this one may try failed members again. */
export function hasRoundLeft({
  roundsUsed,
  settings,
}: {
  readonly roundsUsed: number;
  readonly settings: Settings;
}): boolean {
  return roundsUsed < settings.retryRounds;
}

/** Said on every run while members have failed and no round is left for them. */
export function noRetryLeft(prior: State, digest: string | undefined, settings: Settings): string | undefined {
  const { failed } = prior.coverage;
  if (failed === 0 || digest !== digestHeld(prior) || mayRetry(prior, settings)) return undefined;
  return (
    `${count(failed, "device")} failed, and ${usedUp(settings.retryRounds)}. ` +
    "Fix the cause, then raise `retryRounds`, or change `triggers` to send the certificate to every member again."
  );
}

function usedUp(retryRounds: number): string {
  if (retryRounds === 0) return "`retryRounds` is 0";
  return retryRounds === 1 ? "the one retry round is used up" : `all ${retryRounds} retry rounds are used up`;
}
