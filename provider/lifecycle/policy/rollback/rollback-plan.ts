// A rollback as another plan for the same machine: it brings the devices that were sent the candidate to the stable content, or
// to none; and a later run's plan for what that has left undone (scenario C in state/holding.ts). Pure. rollback.ts answers
// whether there is one to make, and conclude.ts keeps the content for it. Follows docs/design.md, section 7.

import { noSentRequests, recordedInstalls, type SentRequests } from "../../facts/command-history";
import { toRemoveAgain } from "../../facts/departed";
import { isOwnedByOther, wasSent, type DeviceStatus } from "../../facts/device-status";
import { nobodyOf } from "../../facts/members/fleet";
import type { Facts } from "../../facts/gather";
import { idsThat } from "../../state/members/ids";
import { count } from "../../messages/words";
import { difference } from "../../state/members/membership-sketch";
import { digestHeld, orphanedIds, rejectedDigest } from "../../state/holding";
import { type KeptContent, type RolloutProgress, type State } from "../../state/state";
import { waveOf } from "../../state/wave-boundaries";
import { mayBeScheduled, type Desired, type GoalContent, type Plan } from "../plan";
import { mayRetry, roundsUsedAfter } from "../retry";
import { stableContent, stableToFinish, isFirstContent } from "./rollback";
import type { Step } from "../steps";

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

/**
 * A later run: tries again on the devices that did not take the stable content, or did not lose the alias. After an
 * interrupted run everyone is due, as it is not known which devices it has reached.
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
  const rounds = roundsUsedAfter(prior, inputs, retried.length > 0);
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
  return { digest, certificate, sentAs, isPerDevice: false, fileFor: () => Promise.resolve({ base64, password }) };
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
  const since = difference(prior?.record.previouslySentTo ?? "", fleet.members);
  const reached = idsThat(fleet.members, (id) => !touched.includes(id) && since?.joined.has(id) !== true);
  return { ...noSentRequests, reached, compactedAt: new Date(nowMs).toISOString() };
}
