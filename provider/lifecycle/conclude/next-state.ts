// The state that a run leaves behind: made of what was known, what was sent, and where everyone stands now. Pure.
// It words nothing. What a record may hold is docs/design.md, section 5.

import { isDeepStrictEqual } from "node:util";
import type { RawObject } from "../arguments/reader";
import { sameTarget } from "../arguments/target";
import type { Sent } from "../apply/send";
import { coverageOf, exceptionsOf, wasSent } from "../facts/device-status";
import type { Facts } from "../facts/gather";
import { renewalOfCertificate } from "../content/renewal";
import type { Plan } from "../policy/plan";
import { sketchOf } from "../state/membership-sketch";
import {
  backlogOf,
  digestHeld,
  noBacklog,
  orphanedIds,
  sentToAllAt,
  type Holding,
  type KeptContent,
  type RolloutProgress,
  type SentAs,
  type SentRequest,
  type State,
  type StateRecord,
} from "../state/state";
import { compact, withSuperseded } from "./compaction";
import type { Final } from "./final-statuses";

/** What differs between the ways a run can end. */
export interface Ending {
  readonly holding: Holding;
  readonly certificate: RawObject;
  readonly sentAs: SentAs;
  readonly progress: RolloutProgress;
  readonly heldBack: number;
  readonly waveBoundaries?: StateRecord["waveBoundaries"];
  readonly kept: readonly KeptContent[];
  /** Who had the stable content before, where that may still be given back. */
  readonly previouslySentTo?: string | undefined;
}

export interface RunEnd {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly sent: readonly Sent[];
  readonly final: Final;
  readonly urnHash: string;
  readonly nowMs: number;
}

export function nextState({ plan, facts, sent, final, urnHash, nowMs }: RunEnd, ending: Ending): State {
  const { holding, certificate, sentAs, progress, heldBack, waveBoundaries, kept, previouslySentTo } = ending;
  const { prior, recorded } = plan;
  const { installs, statuses, removals } = final;
  const { results, fleet, departed } = facts;
  const coverage = coverageOf(statuses, fleet.unsupported);
  const { exceptions, omitted } = exceptionsOf(statuses);
  const { requests, isCompacted } = compact(installs.requests, statuses, (id) => results.countsOf(id));
  const commands = withSuperseded([...requests, ...removals.requests], reachedBefore(plan, requests)).map(
    (request) => ({
      ...request,
      ...(request.superseded !== true && { states: results.countsOf(request.id) }),
    }),
  );
  const hasCleared = (!plan.startsOver && prior?.record.removedSinceFullSend === true) || departed.devices.length > 0;
  // What there was before this one is no part of it, also when it has sent nothing itself.
  const newestBefore = prior?.record.newestAt ?? (sent.length === 0 ? new Date(nowMs).toISOString() : "");
  const backlog = backlogOf(coverage, exceptions, removals.failed.length, heldBack);
  const toAllAt = lastSentToAll(plan, sent, nowMs);
  return {
    settings: recorded.settings,
    written: recorded.written,
    certificate,
    ...renewalOfCertificate(certificate, recorded.settings.renewBeforeDays, nowMs),
    ...{ sentAs, coverage, exceptions, exceptionsOmitted: omitted, commands, progress },
    ...(kept.length > 0 && { kept }),
    record: {
      ...{ urnHash, holding, membersDigest: fleet.digest, roundsUsed: plan.roundsUsed, source: recorded.source },
      sentTo: sketchOf(new Set(statuses.filter(wasSent).map(({ device }) => device.id))),
      newestAt: sent.reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), newestBefore),
      ...(!isDeepStrictEqual(backlog, noBacklog) && { backlog }),
      ...(toAllAt !== commands[0]?.sentAt && { sentToAllAt: toAllAt }),
      ...(hasCleared && { removedSinceFullSend: true }),
      ...(hadOtherContent(plan, holding) && { hadOtherContent: true }),
      ...((isCompacted || installs.compactedAt !== undefined) && { compacted: true }),
      ...(removals.failed.length > 0 && { removalsFailed: removals.failed.length }),
      ...(waveBoundaries !== undefined && { waveBoundaries }),
      ...(heldBack > 0 && { heldBack }),
      ...(previouslySentTo !== undefined && { previouslySentTo }),
    },
  };
}

/** Earlier requests to the whole target: all that is known of its devices until a new one is sent. */
function reachedBefore(
  { prior, startsOver, settings }: Plan,
  requests: readonly SentRequest[],
): readonly SentRequest[] {
  const isSentAnew = startsOver && requests.some(({ targetWide }) => targetWide);
  return prior === undefined || isSentAnew || !sameTarget(prior.settings.target, settings.target) ? [] : prior.commands;
}

/** Whether devices had other content of this resource before the one that they are to have now. */
function hadOtherContent({ prior, startsOver }: Plan, holding: Holding): boolean {
  if (holding.kind === "rolledBack" && holding.to !== undefined) return true;
  if (prior === undefined) return false;
  const before = digestHeld(prior);
  const isSame = before !== undefined && before === (holding.kind === "content" ? holding.digest : undefined);
  if (before !== undefined && !isSame) return true;
  const knowsOther = prior.record.hadOtherContent === true;
  return (isSame && startsOver) || ((isSame || orphanedIds(prior).length > 0) && knowsOther);
}

/** When everyone was last sent what devices are to have now (ISO). */
function lastSentToAll({ prior, startsOver }: Plan, sent: readonly Sent[], nowMs: number): string {
  const nowAt = new Date(nowMs).toISOString();
  if (prior !== undefined && !startsOver) return sentToAllAt(prior) ?? nowAt;
  // A run that sends to everyone sends that first.
  return sent.find(({ request }) => request.kind === "install")?.request.sentAt ?? nowAt;
}
