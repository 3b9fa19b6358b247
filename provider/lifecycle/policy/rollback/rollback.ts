// The questions about rollbacks: when a rollout is taken back, what is kept for it, what it has left undone, and when rejected
// content may be sent again. Pure. What a rollback does stands in rollback-plan.ts. Follows docs/design.md, section 7.
//
// The stable content is the last that everyone had; the candidate is the one whose rollout goes on.

import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../../arguments/arguments";
import { installsContent } from "../../facts/newer/resume";
import type { Facts } from "../../facts/gather";
import type { NewerCommand } from "../../facts/newer/newer-commands";
import { count } from "../../messages/words";
import { overwrittenState, removedState } from "../../state/backlog";
import { sketchOf } from "../../state/members/membership-sketch";
import { digestHeld, isTakenOff, orphanedIds, rejectedDigest } from "../../state/holding";
import { type KeptContent, type State } from "../../state/state";
import type { Plan } from "../plan";
import { contentChanged, type Reason } from "../reasons";
import { mayRetry } from "../retry";

/** Whether this content was rolled back and nothing that would allow it again has changed. */
export function isRejected(prior: State, digest: string, { triggers, rollout }: Settings): boolean {
  const before = prior.settings;
  return (
    rejectedDigest(prior) === digest &&
    isDeepStrictEqual(triggers, before.triggers) &&
    isDeepStrictEqual(rollout, before.rollout)
  );
}

/** What a rollback has not done yet: on so many devices, or on any where a run was interrupted. */
export type Unfinished = number | "interrupted";

export function unfinishedRollback(prior: State, settings: Settings): Unfinished | undefined {
  const hasNewer = prior.record.otherCommands?.some(({ by }) => by === "own") === true;
  if (prior.record.holding.kind === "unknown" || hasNewer) return "interrupted";
  const lost = prior.exceptions.filter(({ state }) => state === overwrittenState || state === removedState).length;
  const failed = mayRetry(prior, settings) ? prior.coverage.failed + lost : 0;
  const devices = (prior.record.removalsFailed ?? 0) + failed;
  return devices === 0 ? undefined : devices;
}

export function rollbackUnfinishedSentence(left: Unfinished): string {
  return left === "interrupted"
    ? "An interrupted run sent commands; rolling those devices back as well."
    : `The rollback is unfinished on ${count(left, "device")}; retrying only those.`;
}

/** What people should know before an update for this reason begins. */
export function rollbackWarning(prior: State, settings: Settings | undefined, reason: Reason): string | undefined {
  const mayRollBack = reason === contentChanged && settings?.rollout.onFailure === "rollback";
  if (!mayRollBack || prior.kept !== undefined || digestHeld(prior) === undefined) return undefined;
  return (
    "If this rollout fails, it stops instead of being rolled back: the state does not hold the previous content yet, " +
    'because `onFailure: "rollback"` is new.'
  );
}

/** The content that devices had before this one, where the state keeps it. */
export function stableContent(prior: State | undefined, candidate: string): KeptContent | undefined {
  // The first one kept is the last that everyone had; what was only tried on some since is none to go back to.
  const first = prior?.kept?.[0];
  return first?.digest === candidate ? undefined : first;
}

/**
 * Whether a failed wave is taken back: only while this content is being rolled out. Once everyone has it, a late joiner or a
 * retried device that fails takes nothing off the others; and content that is sent once more has no other before it.
 */
export function isToTakeBack({ settings, prior, content }: Plan): boolean {
  if (settings.rollout.onFailure !== "rollback") return false;
  return prior === undefined || digestHeld(prior) !== content?.digest || prior.progress.state !== "complete";
}

/** The content that a later run brings devices back to. */
export function stableToFinish(prior: State, candidate: string): KeptContent | undefined {
  if (prior.record.holding.kind === "unknown") return stableContent(prior, candidate);
  return prior.kept?.find(({ digest }) => digest === digestHeld(prior));
}

/** Whether the devices had nothing of this resource before. */
export function isFirstContent(prior: State | undefined, candidate: string): boolean {
  if (prior === undefined || isTakenOff(prior)) return true;
  return digestHeld(prior) === candidate && prior.record.hadOtherContent !== true;
}

/** The members that had the stable content before this rollout, as a sketch, as far as they are remembered. */
export function previouslySentTo({ prior, content }: Plan, { newer }: Facts): string | undefined {
  if (prior === undefined) return undefined;
  // After an interrupted run of other content it is not known which devices hold what, so none counts as holding it.
  const isOther = (command: NewerCommand): boolean => !installsContent(command, content?.digest ?? "");
  if (orphanedIds(prior).length > 0 || newer.commands.some(isOther)) return sketchOf(new Set());
  const begins = digestHeld(prior) === stableContent(prior, content?.digest ?? "")?.digest;
  return begins ? prior.record.sentTo : prior.record.previouslySentTo;
}
