// The state that a run leaves behind: made of what was known, what was sent, and where everyone stands now. Pure.
// It words nothing. What a record may hold is docs/design.md, section 5.

import { isDeepStrictEqual } from "node:util";
import type { RawObject } from "../arguments/reader";
import { sameTarget } from "../arguments/target";
import type { Sent } from "../apply/send";
import type { CutShort } from "../context";
import { hasNoFile, type DeviceStatus } from "../facts/device-status";
import type { Facts } from "../facts/gather";
import { renewalOfCertificate } from "../content/renewal";
import type { Plan } from "../policy/plan";
import { digestHeld, orphanedIds, type Holding } from "../state/holding";
import { backlogOf, noBacklog } from "../state/backlog";
import { seenNow } from "../state/sent-request";
import {
  newestInstallAt,
  sentToAllAt,
  type KeptContent,
  type RolloutProgress,
  type SentAs,
  type SentRequest,
  type State,
  type StateRecord,
} from "../state/state";
import { earlierSentTo, stillLeft } from "./kept/holders";
import { lookedUntil, droppedSince, standingOthers } from "./kept/newer";
import { withResendDone } from "./kept/resend";
import { compact, withSuperseded } from "./compaction";
import { membersNow } from "./members-now";
import { ownAtEnd } from "./next-ledger";
import type { Final } from "./final-statuses";
import { countThat } from "../state/members/count-that";

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
  /** Requests of this run that count no more: a rollback has overtaken them. */
  readonly overtaken?: readonly string[] | undefined;
  readonly final: Final;
  readonly identity: Pick<StateRecord, "urnHash" | "instance" | "former" | "tenantHash">;
  readonly nowMs: number;
  readonly cutShort?: CutShort | undefined;
}

export function nextState(
  { plan, facts, sent, overtaken = [], final, identity, nowMs }: RunEnd,
  ending: Ending,
): State {
  const { holding, certificate, sentAs, progress, heldBack, waveBoundaries, kept, previouslySentTo } = ending;
  const { prior, recorded } = plan;
  const { installs, statuses, removals } = final;
  const { results, fleet, departed } = facts;
  const members = membersNow(statuses, fleet);
  const { coverage, exceptions } = members.outputs;
  const otherCommands = plan.startsOver ? [] : standingOthers(final, facts, sent);
  const { ownedByOthers = 0 } = members.record;
  const oldestOther = otherCommands[0]?.createdAt;
  const { contents } = facts;
  const { requests, isCompacted } = contents
    ? { requests: openInstalls(installs.requests, statuses), isCompacted: false }
    : compact(installs.requests, statuses, (id) => results.countsOf(id), oldestOther);
  const commands = withSuperseded([...requests, ...removals.requests], reachedBefore(plan, requests)).map(
    (request) => ({
      ...request,
      ...(request.superseded !== true && seenNow(request, results.countsOf(request.id), coverage)),
    }),
  );
  const hasCleared = (!plan.startsOver && prior?.record.removedSinceFullSend === true) || departed.devices.length > 0;
  const withoutContent = countThat(statuses, hasNoFile);
  const waiting = heldBack + ownedByOthers + withoutContent;
  const backlog = backlogOf(coverage, exceptions, removals.failed.length, waiting);
  const toAllAt = lastSentToAll(plan, sent, nowMs);
  const ownEnd = contents && ownAtEnd(contents, { plan, facts, installs: installs.requests, statuses, sent, nowMs });
  return {
    ...withResendDone(plan, facts, sent),
    ...(ownEnd?.outputs ?? {
      ...{ certificate },
      ...renewalOfCertificate(certificate, recorded.settings.renewBeforeDays, nowMs),
    }),
    ...members.outputs,
    ...{ sentAs, commands, progress },
    ...(kept.length > 0 && { kept }),
    record: {
      ...identity,
      ...members.record,
      ...{ holding, roundsUsed: plan.roundsUsed, source: recorded.source },
      lookedUntil: lookedUntil(facts, sent, nowMs),
      ...droppedSince(
        plan,
        facts,
        [...sent.map(({ request }) => request.id), ...overtaken],
        [...commands, ...otherCommands],
      ),
      ...(otherCommands.length > 0 && { otherCommands }),
      ...(final.lateCommands.length > 0 && { lateCommands: final.lateCommands }),
      ...earlierSentTo(plan, facts, statuses, sent),
      ...(!isDeepStrictEqual(backlog, noBacklog) && { backlog }),
      ...((contents !== undefined || toAllAt !== commands[0]?.sentAt) && { sentToAllAt: toAllAt }),
      ...newestInstall(plan, contents ? [] : commands, [...installs.requests, ...sent.map(({ request }) => request)]),
      ...(hasCleared && { removedSinceFullSend: true }),
      ...(hadOtherContent(plan, holding) && { hadOtherContent: true }),
      ...((isCompacted || installs.compactedAt !== undefined) && { compacted: true }),
      ...(removals.failed.length > 0 && { removalsFailed: removals.failed.length }),
      ...stillLeft(plan, facts),
      ...(waveBoundaries !== undefined && { waveBoundaries }),
      ...(heldBack > 0 && { heldBack }),
      ...(ownEnd && { own: ownEnd.own }),
      ...(previouslySentTo !== undefined && { previouslySentTo }),
    },
  };
}

/** Requests that have not ended in Success, where each goes to one device. */
function openInstalls(installs: readonly SentRequest[], statuses: readonly DeviceStatus[]): readonly SentRequest[] {
  const open = new Set(statuses.filter(({ phase }) => phase !== "installed").map(({ requestId }) => requestId));
  return installs.filter(({ id }) => open.has(id));
}

/** Where it is not among those kept: devices that enrolled later than it have lost what they had. */
function newestInstall(
  { prior, startsOver }: Plan,
  kept: readonly SentRequest[],
  all: readonly SentRequest[],
): Pick<StateRecord, "newestInstallAt"> {
  const before = startsOver ? undefined : prior?.record.newestInstallAt;
  const newest = newestInstallAt({ commands: all, record: { newestInstallAt: before } });
  const isKept = newest === newestInstallAt({ commands: kept, record: {} });
  return newest === undefined || isKept ? {} : { newestInstallAt: newest };
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
