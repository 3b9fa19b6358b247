// The state that a run leaves behind: made of what was known, what was sent, and where everyone stands now.
// It asks nobody and words nothing. What a record may hold is docs/design.md, section 5.

import { isDeepStrictEqual } from "node:util";
import { totalOf } from "../../client";
import type { CommandResults } from "../facts/command-results";
import type { Removed } from "./final-statuses";
import type { SentRequests } from "../facts/command-history";
import { renewalOfCertificate } from "../content/renewal";
import { sketchOf } from "../state/membership-sketch";
import { openParts } from "../arguments/source";
import { coverageOf, exceptionsOf, wasSent, type DeviceStatus } from "../facts/device-status";
import {
  backlogOf,
  noContent,
  noBacklog,
  pickWritten,
  schemaNumber,
  sentToAllAt,
  type Kept,
  type RolloutProgress,
  type SentRequest,
  type State,
} from "../state/state";
import type { Work } from "../apply/work";

/** What differs between the ways a run can end. */
export interface Ending {
  /** What the devices are to have, and how it was encoded. */
  readonly content: Pick<Kept, "digest" | "certificate" | "sentAs">;
  readonly progress: RolloutProgress;
  readonly limits?: State["record"]["limits"] | undefined;
  readonly held?: number | undefined;
  readonly refused?: string;
  readonly kept: readonly Kept[];
  /** Who had the content before, where that may still be given back. */
  readonly coveredBefore?: string | undefined;
}

/** @param installs all requests that the coverage may rest on, with those of this run */
export function stateOf(
  work: Work,
  standings: readonly DeviceStatus[],
  installs: SentRequests,
  removed: Removed,
  ending: Ending,
): State {
  const { content, progress, limits, held = 0, refused, kept, coveredBefore } = ending;
  const { inputs, known, fleet, book, run, plan, sent } = work;
  const now = run.clock.now();
  const coverage = coverageOf(standings, fleet.unsupported);
  const listed = exceptionsOf(standings);
  const exceptions = listed.exceptions.map((one) => ({ ...one, reason: work.content.withoutSecrets(one.reason) }));
  const needed = new Set(standings.map(({ requestId }) => requestId));
  const { used, isFolded } = fold(
    installs.requests.filter((request) => needed.has(request.id) || isWaiting(request, book)),
    standings,
    book,
  );
  const base = installs.requests.slice(0, installs.base).filter((request) => used.includes(request)).length;
  const commands = [...used, ...removed.requests];
  const isCleared = (!plan.startsOver && known?.record.cleared === true) || work.removals.left.length > 0;
  // What there was before this one is no part of it, also when it has sent nothing itself.
  const sentBefore = known?.record.newestAt ?? (sent.length === 0 ? new Date(now).toISOString() : "");
  const left = backlogOf(coverage, exceptions, removed.failed.length, held);
  const toAllAt = lastSentToAll(work, now);
  const covered = standings.filter(wasSent).map(({ device }) => device.id);
  return {
    ...settingsAtEnd(work),
    certificate: content.certificate,
    ...renewalOfCertificate(content.certificate, inputs.renewBeforeDays, now),
    ...{ sentAs: content.sentAs, coverage, exceptions, exceptionsOmitted: listed.omitted, commands, progress },
    ...(kept.length > 0 && { kept }),
    record: {
      schema: schemaNumber,
      urnHash: run.urnHash,
      digest: content.digest,
      members: fleet.digest,
      base,
      covered: sketchOf(new Set(covered)),
      newestAt: sent.reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), sentBefore),
      rounds: plan.rounds,
      seen: commands.map((request) => book.countsOf(request.id)),
      ...(isDeepStrictEqual(left, noBacklog) ? {} : { left }),
      ...(toAllAt === commands[0]?.sentAt ? {} : { sentToAllAt: toAllAt }),
      source: openParts(inputs.source),
      ...(isCleared && { cleared: true }),
      ...(overwrites(work, ending) && { overwrites: true }),
      ...((isFolded || installs.foldedAt !== undefined) && { folded: true }),
      ...(removed.failed.length > 0 && { removalsFailed: removed.failed.length }),
      ...(limits !== undefined && { limits }),
      ...(held > 0 && { held }),
      ...(refused !== undefined && { refused }),
      ...(coveredBefore !== undefined && { coveredBefore }),
    },
  };
}

/** What could not be done is asked for again by the next schedule, so what was asked for stays as it was. */
function settingsAtEnd({ inputs, raw, known, isLate }: Work): Pick<State, "settings" | "written"> {
  if (!isLate || known === undefined) return { settings: inputs, written: pickWritten(raw) };
  return {
    settings: { ...inputs, rollout: known.settings.rollout, triggers: known.settings.triggers },
    written: { ...pickWritten(raw), rollout: known.written["rollout"], triggers: known.written["triggers"] },
  };
}

/** Whether devices had other content of this resource before the one that they are to have now. */
function overwrites({ known, plan }: Work, { content, refused }: Ending): boolean {
  if (refused !== undefined && content.digest !== noContent) return true;
  if (known === undefined) return false;
  const { digest, strays, overwrites: before } = known.record;
  const isSame = digest === content.digest;
  const isOther = digest !== noContent && !isSame;
  return isOther || (isSame && plan.startsOver) || ((isSame || strays !== undefined) && before === true);
}

/** When everyone was last sent what devices are to have now (ISO). */
function lastSentToAll({ known, plan, sent }: Work, now: number): string {
  const nowAt = new Date(now).toISOString();
  if (known !== undefined && !plan.startsOver) return sentToAllAt(known) ?? nowAt;
  // A run that sends to everyone sends that first.
  return sent[0]?.request.sentAt ?? nowAt;
}

/** Whether it still waits for its window on some device, also one that is left out of this run: it may be to be cancelled. */
function isWaiting({ id }: SentRequest, book: CommandResults): boolean {
  return (book.countsOf(id).Scheduled ?? 0) > 0;
}

/** So many requests are kept however well they ended; a fleet that devices join again and again would fill the state. */
const requestsKept = 20;

/**
 * Drops requests whose devices have all got the content: the sketch remembers those. The oldest, when there are many; and
 * once everyone has it, those with failures that later ones have made good.
 */
function fold(
  requests: readonly SentRequest[],
  standings: readonly DeviceStatus[],
  book: CommandResults,
): { readonly used: readonly SentRequest[]; readonly isFolded: boolean } {
  const open = new Set(standings.filter(({ phase }) => phase !== "installed").map(({ requestId }) => requestId));
  const isMadeGood = ({ id }: SentRequest): boolean => {
    const counts = book.countsOf(id);
    return open.size === 0 && totalOf(counts) !== counts.Success;
  };
  const isRecent = (index: number): boolean => index >= requests.length - requestsKept;
  const isOpen = (request: SentRequest): boolean => open.has(request.id) || isWaiting(request, book);
  const used = requests.filter((request, index) => isOpen(request) || (isRecent(index) && !isMadeGood(request)));
  const isComplete = open.size === 0 && requests.length > 1;
  return { used, isFolded: isComplete || used.length < requests.length };
}
