// Everything about rollbacks: when a rollout is taken back, what devices are given instead, what is kept for it, and when
// rejected content may be sent again. Pure. Follows docs/design.md, section 7.
//
// The stable content is the last that everyone had; the candidate is the one whose rollout goes on. A rollback is another
// plan for the same machine: it brings the devices that were sent the candidate to the stable content, or to none.

import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../arguments/arguments";
import { installsContent, noSentRequests, recordedInstalls, type SentRequests } from "../facts/command-history";
import { toRemoveAgain } from "../facts/departed";
import { isOwnedByOther, wasSent, type DeviceStatus } from "../facts/device-status";
import { nobodyOf } from "../facts/fleet";
import type { Facts } from "../facts/gather";
import type { NewerCommand } from "../facts/newer-commands";
import { count } from "../messages/words";
import { difference, sketchOf } from "../state/membership-sketch";
import {
  digestHeld,
  isTakenOff,
  orphanedIds,
  rejectedDigest,
  type KeptContent,
  type RolloutProgress,
  type State,
} from "../state/state";
import { waveOf } from "../state/wave-boundaries";
import { mayBeScheduled, type Desired, type GoalContent, type Plan } from "./plan";
import { contentChanged, type Reason } from "./reasons";
import { mayRetry, roundsUsed } from "./retry";
import type { Step } from "./steps";

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
  const devices = (prior.record.removalsFailed ?? 0) + (mayRetry(prior, settings) ? prior.coverage.failed : 0);
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

/** What a plan's conclusion has to know where it takes a rollout back. */
export interface RollbackGoal {
  /** What devices are given; undefined when they are to have nothing. */
  readonly stable: KeptContent | undefined;
  readonly progress: RolloutProgress;
  /** The digest of the content that is taken back. */
  readonly rejected: string;
  /** Devices that are tried again. */
  readonly retried: readonly string[];
  /** A problem leaves the state as it was, so that the next run sends to everyone again. */
  readonly isAllOrNothing: boolean;
}

export interface RollbackPlan extends Plan {
  readonly rollback: RollbackGoal;
}

/** A plan together with the facts as they are under its goal. */
export interface Rollback {
  readonly plan: RollbackPlan;
  readonly facts: Facts;
}

/**
 * Takes back what this run has sent.
 *
 * @param statuses where the members stand with the candidate
 * @param installIds requests of this run that may wait for their window
 */
export function planRollback(
  plan: Plan,
  facts: Facts,
  statuses: readonly DeviceStatus[],
  progress: RolloutProgress,
  installIds: readonly string[],
  nowMs: number,
): Rollback | undefined {
  const { prior, settings } = plan;
  const rejected = plan.content?.digest ?? "";
  const stable = stableContent(prior, rejected);
  if (stable === undefined && !isFirstContent(prior, rejected)) return undefined;
  const tried = statuses.filter(wasSent).map(({ device }) => device.id);
  const touched = [...new Set([...tried, ...reachedByUnfinished(prior, rejected, facts)])];
  const holdsStable = stable !== undefined && prior !== undefined && digestHeld(prior) === stable.digest;
  const installs = holdsStable
    ? recordedInstalls({ prior, others: [], resumed: new Map() }, settings.target, facts.fleet)
    : heldBefore(prior, facts, stable, touched, nowMs);
  const scheduled = settings.schedule === undefined ? [] : installIds;
  const requestIds = [...(prior === undefined ? [] : mayBeScheduled(prior, facts.newer)), ...scheduled];
  const action = stable === undefined ? "uninstall" : "install";
  const message = `Rolling back ${count(touched.length, "device")}.`;
  return {
    plan: {
      ...plan,
      ...{ goal: "rollBack", startsOver: false, roundsUsed: 0, isOverdue: false, waves: undefined },
      ...{ warnings: [], notes: [] },
      steps: [{ action, reason: "rollback", message, devices: touched }],
      content: stable && goalContentOf(stable),
      cancellations: [{ requestIds, devices: touched }],
      rollback: { stable, progress, rejected, retried: [], isAllOrNothing: false },
    },
    // What was sent of the candidate does not count any more.
    facts: { ...(stable === undefined ? withNobodyEntitled(facts, touched) : facts), installs, statuses: [] },
  };
}

/** What a later run of the same program asks for: the target that the rollback has left, with the stable content. */
export function stableToFinish(prior: State, candidate: string): KeptContent | undefined {
  if (prior.record.holding.kind === "unknown") return stableContent(prior, candidate);
  return prior.kept?.find(({ digest }) => digest === digestHeld(prior));
}

/**
 * A later run: tries again on the devices that did not take the stable content, or did not lose the alias. After an
 * interrupted run everyone is due, as nobody can say what that has left on whom.
 */
export function planUnfinished({ inputs, raw, content }: Desired, prior: State, facts: Facts): Rollback {
  const isInterrupted = prior.record.holding.kind === "unknown";
  const stable = stableToFinish(prior, content.digest);
  // Whoever came to the target or left it since waits, like the content, for the rejection to be lifted.
  const settings = { ...inputs, target: prior.settings.target };
  const isDue = (status: DeviceStatus): boolean =>
    isInterrupted ||
    status.phase === "failed" ||
    (status.phase === "missing" && wasSent(status) && !isOwnedByOther(status));
  const due = facts.statuses.filter(isDue).map(({ device }) => device.id);
  const retried = stable !== undefined && (isInterrupted || mayRetry(prior, inputs)) ? due : [];
  const notCleared = toRemoveAgain(facts.departed.statuses).map(({ device }) => device.id);
  const departed = facts.departed.devices.map(({ id }) => id);
  const members = isInterrupted && stable === undefined ? [...facts.fleet.members.keys()] : [];
  const toClear = [...new Set([...notCleared, ...departed, ...members])];
  const step = (action: Step["action"], devices: readonly string[]): readonly Step[] =>
    devices.length === 0
      ? []
      : [{ action, reason: "rollback", message: `Rolling back ${count(devices.length, "device")}.`, devices }];
  const rounds = roundsUsed(prior, inputs) + (retried.length > 0 ? 1 : 0);
  const requestIds = isInterrupted ? mayBeScheduled(prior, facts.newer) : [];
  return {
    plan: {
      ...{ goal: "rollBack", settings, prior, isOverdue: false, startsOver: isInterrupted },
      ...{ warnings: facts.warnings, notes: [] },
      recorded: { settings, written: { ...raw, target: prior.written["target"] }, source: prior.record.source ?? {} },
      steps: [...step("uninstall", toClear), ...step("install", retried)],
      roundsUsed: isInterrupted ? 0 : rounds,
      content: stable && goalContentOf(stable),
      cancellations: requestIds.length === 0 ? [] : [{ requestIds }],
      rollback: {
        ...{ stable, progress: prior.progress, retried, isAllOrNothing: isInterrupted },
        rejected: rejectedDigest(prior) ?? content.digest,
      },
    },
    facts: stable === undefined ? withNobodyEntitled(facts, toClear) : facts,
  };
}

function goalContentOf({ digest, certificate, sentAs, base64, password }: KeptContent): GoalContent {
  return { digest, certificate, sentAs, file: () => Promise.resolve({ base64, password }) };
}

/** The same facts where these members are among the devices that are to lose the certificate. */
function withNobodyEntitled(facts: Facts, touched: readonly string[]): Facts {
  const { fleet, departed } = facts;
  const members = touched.map((id) => fleet.members.get(id)).filter((device) => device !== undefined);
  return {
    ...facts,
    entitled: nobodyOf(fleet),
    departed: { ...departed, devices: [...departed.devices, ...members] },
  };
}

/** Whether the devices had nothing of this resource before. */
function isFirstContent(prior: State | undefined, candidate: string): boolean {
  if (prior === undefined || isTakenOff(prior)) return true;
  return digestHeld(prior) === candidate && prior.record.hadOtherContent !== true;
}

/** Devices that an earlier content reached which was never rolled out to everyone: they go back as well. */
function reachedByUnfinished(prior: State | undefined, candidate: string, facts: Facts): readonly string[] {
  if (prior === undefined) return [];
  const { fleet, priorCanaries } = facts;
  // Nobody can say what an interrupted run has left on whom.
  if (orphanedIds(prior).length > 0) return [...fleet.members.keys()];
  const { waveBoundaries } = prior.record;
  if (waveBoundaries === undefined || digestHeld(prior) === candidate) return [];
  if (prior.progress.state === "complete" || prior.progress.state === "rolledBack") return [];
  const { alias } = prior.settings;
  const numberOf = (id: string): number => waveOf(waveBoundaries, alias, id, priorCanaries) ?? Infinity;
  return [...fleet.members.keys()].filter((id) => numberOf(id) <= prior.progress.wave);
}

/** Who has the stable content because nothing was sent to them in this rollout, which a run before this one began. */
function heldBefore(
  prior: State | undefined,
  { fleet }: Facts,
  stable: KeptContent | undefined,
  touched: readonly string[],
  nowMs: number,
): SentRequests {
  if (stable === undefined) return noSentRequests;
  const ids = new Set(fleet.members.keys());
  const since = difference(prior?.record.previouslySentTo ?? "", ids);
  const reached = new Set([...ids].filter((id) => !touched.includes(id) && since?.joined.has(id) !== true));
  return { ...noSentRequests, reached, compactedAt: new Date(nowMs).toISOString() };
}

/** The members that had the stable content before this rollout, as a sketch, as far as they are remembered. */
export function previouslySentTo({ prior, content }: Plan, { newer }: Facts): string | undefined {
  if (prior === undefined) return undefined;
  // After an interrupted run of other content nobody can say who has what, so nobody is said to have it.
  const isOther = (command: NewerCommand): boolean => !installsContent(command, content?.digest ?? "");
  if (orphanedIds(prior).length > 0 || newer.commands.some(isOther)) return sketchOf(new Set());
  const begins = digestHeld(prior) === stableContent(prior, content?.digest ?? "")?.digest;
  return begins ? prior.record.sentTo : prior.record.previouslySentTo;
}
