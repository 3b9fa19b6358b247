// Puts the requests of one resource together with their answers, so that standing.ts can judge. It asks the answer book.

import { totalOf } from "../../client";
import type { CommandResults } from "./command-results";
import type { Fleet } from "./fleet";
import { difference } from "../state/membership-sketch";
import type { Answers, CommandHistory } from "./device-status";
import { sentToAllAt, type SentRequest, type State } from "../state/state";
import { addresses, devicesOf, groupsOf, sameTarget, type Target } from "../arguments/target";

/** Requests of one kind, oldest first. */
export interface SentRequests {
  readonly requests: readonly SentRequest[];
  /** How many of the first ones went to everyone in the target. */
  readonly base: number;
  /** The devices of those requests of which that is known. */
  readonly sentTo: ReadonlyMap<string, ReadonlySet<string>>;
  /** Members that were sent something by any of them; undefined when that is not known. */
  readonly covered?: ReadonlySet<string> | undefined;
  /** Further requests ended in Success everywhere and were dropped, with the time of the last one. */
  readonly foldedAt?: string | undefined;
}

export const noSentRequests: SentRequests = { requests: [], base: 0, sentTo: new Map() };

/** The installs that the state knows, with what its sketch tells of their devices: those that joined since are apart. */
export function recordedInstalls(known: State, target: Target, fleet: Fleet): SentRequests {
  const requests = known.commands.filter((request) => request.kind === "install");
  const base = sameTarget(known.settings.target, target) ? known.record.base : 0;
  const members = new Set(fleet.members.keys());
  const since = difference(known.record.covered, members);
  // Too many came and left to tell who: their rows have to do, where none of them may be of one that was cleared since.
  if (since === undefined)
    return known.record.cleared === true ? noSentRequests : { requests, base, sentTo: new Map() };
  const foldedAt = known.record.folded === true ? (sentToAllAt(known) ?? "") : undefined;
  const covered = new Set([...members].filter((id) => !since.joined.has(id)));
  return { requests, base, covered, foldedAt, sentTo: devicesOfBase(requests.slice(0, base), target, covered) };
}

function devicesOfBase(
  requests: readonly SentRequest[],
  target: Target,
  covered: ReadonlySet<string>,
): SentRequests["sentTo"] {
  const [only] = requests;
  if (requests.length === 1 && only !== undefined) return new Map([[only.id, covered]]);
  // Of several requests only those to single devices say which part of the members they went to.
  const parts = addresses(groupsOf(target), devicesOf(target));
  if (parts.length !== requests.length) return new Map();
  const single = requests.flatMap(({ id, commandType }, index) =>
    commandType === "DEVICE" ? [[id, parts[index]?.devices ?? []] as const] : [],
  );
  return new Map(single.map(([id, devices]) => [id, new Set(devices.filter((device) => covered.has(device)))]));
}

/**
 * Without the rows that say nothing any more: of devices that were not among the members when the state was written, unless
 * this run has sent to them. Such a device left, lost the certificate, and came back.
 */
function currentOf(
  answers: Answers,
  covered: ReadonlySet<string> | undefined,
  sentTo: ReadonlySet<string> | undefined,
): Answers {
  if (covered === undefined) return answers;
  const isCurrent = (id: string): boolean => covered.has(id) || sentTo?.has(id) === true;
  return { ...answers, rows: new Map([...answers.rows].filter(([id]) => isCurrent(id))) };
}

const noRows: Answers = { rows: new Map(), othersSucceeded: false };

/** Esper makes the rows of a request after it has accepted it; so long a missing row says nothing. */
export const rowsMayBeLateMs = 120_000;

export async function historyOf(
  book: CommandResults,
  { requests, base, sentTo, covered, foldedAt }: SentRequests,
  members: ReadonlySet<string>,
  now: number,
): Promise<CommandHistory> {
  // One sent in this run can only be late, whatever Esper says of it now.
  const isForgotten = ({ id }: SentRequest): boolean => book.forgotten.has(id) && book.wasKnown(id);
  const alive = requests.filter((request) => !isForgotten(request));
  const entries = await Promise.all(
    alive.map(async (request) => {
      const known = sentTo.get(request.id);
      // Its devices are among the covered ones, of which nothing but exceptions needs to be read.
      if (foldedAt !== undefined && book.isAllSuccess(request))
        return { request, answers: noRows, sentTo: new Set<string>() };
      const answers = currentOf(await book.answers(request, known !== undefined), covered, known);
      const isYoung = now - Date.parse(request.sentAt) < rowsMayBeLateMs || !book.wasKnown(request.id);
      const isBase = requests.indexOf(request) < base;
      const rowsAreLate = isBase && isYoung && totalOf(book.countsOf(request.id)) < request.devices;
      const believed = answers.othersSucceeded || isYoung ? known : undefined;
      return { request, answers, sentTo: believed ?? (rowsAreLate ? members : new Set<string>()) };
    }),
  );
  const gone = covered ?? new Set<string>();
  const forgotten = requests.find(isForgotten);
  // What was last seen of devices whose history is gone; what any living request says of one is newer.
  if (forgotten !== undefined) {
    return [{ request: forgotten, answers: book.remembered(forgotten.id), sentTo: gone }, ...entries];
  }
  if (foldedAt === undefined) return entries;
  const folded = { id: "", kind: "install", commandType: "DEVICE", devices: gone.size, sentAt: foldedAt } as const;
  return [{ request: folded, answers: { rows: new Map(), othersSucceeded: true }, sentTo: gone }, ...entries];
}

/** Earlier requests and those sent since; with `startsOver` the earlier ones count no more. */
export function joinRequests(earlier: SentRequests, sent: SentRequests, startsOver: boolean): SentRequests {
  if (startsOver) return sent;
  return {
    ...earlier,
    requests: [...earlier.requests, ...sent.requests],
    sentTo: new Map([...earlier.sentTo, ...sent.sentTo]),
  };
}
