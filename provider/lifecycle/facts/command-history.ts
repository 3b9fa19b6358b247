// Puts the requests of one resource together with their answers, so that device-status.ts can tell where devices stand.
// It asks for answers by command-results.ts; it decides nothing.

import { addresses, devicesOf, groupsOf, sameTarget, type Target } from "../arguments/target";
import { difference } from "../state/members/membership-sketch";
import { digestHeld } from "../state/holding";
import { idsThat, joinedIds, noIds, type Ids } from "../state/members/ids";
import { sentToAllAt, type SentRequest } from "../state/state";
import type { CommandResults } from "./command-results";
import type { Answers, CommandHistory, HistoryEntry } from "./device-status";
import type { Fleet } from "./members/fleet";
import { doneEntry, type DoneInstall } from "./own/done-installs";
import type { NewerCommand } from "./newer/newer-commands";
import { installsContent, type Resumed } from "./newer/resume";

/** Requests of one kind, oldest first. */
export interface SentRequests {
  readonly requests: readonly SentRequest[];
  /** The devices of those requests of which that is known. */
  readonly sentTo: ReadonlyMap<string, Ids>;
  /** Members that were sent something by any of them; undefined when that is not known. */
  readonly reached?: Ids | undefined;
  /** Further requests ended in Success everywhere and were dropped, with the time of the last one. */
  readonly compactedAt?: string | undefined;
  /** Commands under the alias that are none of these, oldest first. */
  readonly others?: readonly NewerCommand[] | undefined;
  /** Some of them are of a run that was interrupted. */
  readonly resumed?: boolean | undefined;
  /** The digest of the content that the requests install. */
  readonly digest?: string | undefined;
  /** Where each device has its own content: installs that ended in Success, with Esper's time. */
  readonly done?: readonly DoneInstall[] | undefined;
  /** Where each device has its own content: whether a command installs that. */
  readonly isWanted?: ((other: NewerCommand) => boolean) | undefined;
}

export const noSentRequests: SentRequests = { requests: [], sentTo: new Map() };

/**
 * The installs that the state knows, with what its sketch tells of their devices: those that joined since are apart
 * (scenario B in state/holding.ts).
 */
export function recordedInstalls({ prior, others, resumed }: Resumed, target: Target, fleet: Fleet): SentRequests {
  const digest = digestHeld(prior);
  const isSameTarget = sameTarget(prior.settings.target, target);
  const requests = prior.commands
    .filter((request) => request.kind === "install" && request.superseded !== true)
    .map((request) => (isSameTarget ? request : { ...request, targetWide: false }));
  const since = difference(prior.record.sentTo, fleet.members);
  // Too many came and left to tell who: their rows have to do, where none of them may be of one that was cleared since.
  if (since === undefined) {
    const isUnsure = prior.record.removedSinceFullSend === true;
    return isUnsure ? { ...noSentRequests, others, digest } : { requests, sentTo: resumed, others, digest };
  }
  const compactedAt = prior.record.compacted === true ? (sentToAllAt(prior) ?? "") : undefined;
  const inResumed = joinedIds([...resumed.values()]);
  const reached = idsThat(fleet.members, (id) => !since.joined.has(id) || inResumed.has(id));
  const wide = requests.filter(({ targetWide }) => targetWide);
  const sentTo = new Map([...devicesOfWide(wide, target, reached), ...resumed]);
  return { requests, reached, compactedAt, sentTo, others, digest, resumed: resumed.size > 0 };
}

function devicesOfWide(requests: readonly SentRequest[], target: Target, reached: Ids): SentRequests["sentTo"] {
  const [only] = requests;
  if (requests.length === 1 && only !== undefined) return new Map([[only.id, reached]]);
  // Of several requests only those to single devices say which part of the members they went to.
  const parts = addresses(groupsOf(target), devicesOf(target));
  if (parts.length !== requests.length) return new Map();
  const single = requests.flatMap(({ id, commandType }, index) =>
    commandType === "DEVICE" ? [[id, parts[index]?.devices ?? []] as const] : [],
  );
  return new Map(single.map(([id, devices]) => [id, new Set(devices.filter((device) => reached.has(device)))]));
}

/**
 * Without the rows that say nothing any more: of devices that were not among the members when the state was written, unless
 * this run has sent to them. Such a device left, lost the certificate, and came back.
 */
function currentOf(answers: Answers, reached: Ids | undefined, sentTo: Ids | undefined): Answers {
  if (reached === undefined) return answers;
  const isCurrent = (id: string): boolean => reached.has(id) || sentTo?.has(id) === true;
  return { ...answers, rows: new Map([...answers.rows].filter(([id]) => isCurrent(id))) };
}

const noRows: Answers = { rows: new Map(), othersSucceeded: false };

/** Esper makes the rows of a request after it has accepted it; so long a missing row says nothing. */
export const rowsMayBeLateMs = 120_000;

export async function historyOf(
  results: CommandResults,
  installs: SentRequests,
  members: Ids,
  nowMs: number,
): Promise<CommandHistory> {
  return withOthers(await ownHistory(results, installs, members, nowMs), installs);
}

/** Requests of the first schema have no time of Esper's; they are older than whatever was found since. */
function withOthers(history: readonly HistoryEntry[], installs: SentRequests): CommandHistory {
  const { others = [], digest, isWanted } = installs;
  if (others.length === 0) return history;
  const entries = [
    ...history.map((entry) => ({ entry, at: entry.request.createdAt ?? "" })),
    ...others.map((other) => {
      const isSameContent = isWanted?.(other) ?? (digest !== undefined && installsContent(other, digest));
      return { entry: { other, isSameContent }, at: other.createdAt };
    }),
  ];
  return entries.sort((one, next) => (one.at < next.at ? -1 : one.at > next.at ? 1 : 0)).map(({ entry }) => entry);
}

async function ownHistory(
  results: CommandResults,
  { requests, sentTo, reached, compactedAt, done, others = [] }: SentRequests,
  members: Ids,
  nowMs: number,
): Promise<readonly HistoryEntry[]> {
  // One sent in this run can only be late, whatever Esper says of it now.
  const isForgotten = ({ id }: SentRequest): boolean => results.forgotten.has(id) && results.wasKnown(id);
  const alive = requests.filter((request) => !isForgotten(request));
  // Something older says otherwise of devices of a request, so that its rows are needed although all are successes.
  const isDisputed = (index: number, { createdAt = "" }: SentRequest): boolean =>
    alive.slice(0, index).some((earlier) => !results.isAllSuccess(earlier)) ||
    others.some((other) => other.createdAt <= createdAt);
  const entries = await Promise.all(
    alive.map(async (request, index) => {
      const known = sentTo.get(request.id);
      // Its devices are among those reached, of which nothing but exceptions needs to be read.
      if (compactedAt !== undefined && results.isAllSuccess(request) && !isDisputed(index, request)) {
        return { request, answers: noRows, sentTo: noIds };
      }
      const joined = (): readonly string[] =>
        known === undefined ? [] : [...members.keys()].filter((id) => !known.has(id));
      const answers = currentOf(await results.answers(request, known !== undefined, joined), reached, known);
      const isYoung = nowMs - Date.parse(request.sentAt) < rowsMayBeLateMs || !results.wasKnown(request.id);
      const isShort = !results.hasRowsOfAll(request);
      const rowsAreLate = request.targetWide === true && isYoung && isShort;
      const believed = answers.othersSucceeded || isYoung ? known : undefined;
      return { request, answers, sentTo: believed ?? (rowsAreLate ? members : noIds) };
    }),
  );
  const reachedBefore = reached ?? noIds;
  if (done !== undefined) {
    const forgotten = requests.filter(isForgotten).map((request) => {
      return { request, answers: results.remembered(request.id), sentTo: sentTo.get(request.id) ?? noIds };
    });
    return [...done.map(doneEntry), ...forgotten, ...entries];
  }
  const forgotten = requests.find(isForgotten);
  // What was last seen of devices whose history is gone; what any living request says of one is newer.
  if (forgotten !== undefined) {
    return [{ request: forgotten, answers: results.remembered(forgotten.id), sentTo: reachedBefore }, ...entries];
  }
  if (compactedAt === undefined) return entries;
  const devices = reachedBefore.size;
  const compacted = { id: "", kind: "install", commandType: "DEVICE", devices, sentAt: compactedAt } as const;
  const allSucceeded = { rows: new Map(), othersSucceeded: true };
  return [{ request: compacted, answers: allSucceeded, sentTo: reachedBefore }, ...entries];
}

/** The same requests as if nothing had been seen of them. */
export function historyWithoutAnswers({ requests, sentTo, done = [] }: SentRequests): readonly HistoryEntry[] {
  const unseen = requests.map((request) => ({
    request,
    answers: noRows,
    sentTo: sentTo.get(request.id) ?? noIds,
  }));
  return [...done.map(doneEntry), ...unseen];
}

/** Earlier requests and those sent since; with `startsOver` the earlier ones count no more. */
export function joinRequests(earlier: SentRequests, sent: SentRequests, startsOver: boolean): SentRequests {
  // Where each device has its own content, one that has nothing to be sent keeps what it has.
  const kept = earlier.done?.filter(({ isKept }) => isKept);
  if (startsOver) return kept === undefined ? sent : { ...sent, done: kept, isWanted: earlier.isWanted };
  return {
    ...earlier,
    requests: [...earlier.requests, ...sent.requests],
    sentTo: new Map([...earlier.sentTo, ...sent.sentTo]),
  };
}
