// Puts the requests of one resource together with their answers, so that standing.ts can judge. It asks the answer book.

import { totalOf, type AnswerBook } from "./answers";
import type { Fleet } from "./fleet";
import { difference } from "./sketch";
import type { LedgerEntry } from "./standing";
import type { SentRequest } from "./state";
import { addresses, devicesOf, groupsOf, type Target } from "./target";

/** Requests of one kind, oldest first. */
export interface Requests {
  readonly requests: readonly SentRequest[];
  /** How many of the first ones went to everyone in the target. */
  readonly base: number;
  /** The devices of those requests of which that is known. */
  readonly sentTo: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The devices that the requests to everyone went to, as far as they are members today: the sketch tells those apart that
 * joined since. Empty where that cannot be told; then rows must be read.
 */
export function devicesOfBase(
  base: {
    readonly requests: readonly SentRequest[];
    readonly base: number;
    readonly target: Target;
    readonly sketch: string;
  },
  fleet: Fleet,
): Requests["sentTo"] {
  const members = new Set(fleet.members.keys());
  const since = base.base === 0 ? undefined : difference(base.sketch, members);
  if (since === undefined) return new Map();
  const before = new Set([...members].filter((id) => !since.joined.has(id)));
  const parts = addresses(groupsOf(base.target), devicesOf(base.target));
  return new Map(
    base.requests.slice(0, base.base).flatMap(({ id, commandType }, index) => {
      if (base.base === 1) return [[id, before] as const];
      // Of several requests only those to single devices say which part of the members they went to.
      const own = parts.length === base.base && commandType === "DEVICE" ? parts[index]?.devices : undefined;
      return own === undefined ? [] : [[id, new Set(own.filter((device) => before.has(device)))] as const];
    }),
  );
}

export const noRequests: Requests = { requests: [], base: 0, sentTo: new Map() };

/** Esper makes the rows of a request after it has accepted it; so long a missing row says nothing. */
const rowsMayBeLateMs = 120_000;

export async function ledgerOf(
  book: AnswerBook,
  { requests, base, sentTo }: Requests,
  members: ReadonlySet<string>,
  now: number,
): Promise<readonly LedgerEntry[]> {
  return Promise.all(
    requests.map(async (request, index) => {
      const known = sentTo.get(request.id);
      const answers = await book.answers(request, known !== undefined);
      const isYoung = now - Date.parse(request.sentAt) < rowsMayBeLateMs;
      const rowsAreLate = index < base && isYoung && totalOf(book.countsOf(request.id)) < request.devices;
      const believed = answers.othersSucceeded || isYoung || book.forgotten.has(request.id) ? known : undefined;
      return { request, answers, sentTo: believed ?? (rowsAreLate ? members : new Set<string>()) };
    }),
  );
}

/** Earlier requests and those sent since; with `startsOver` the earlier ones count no more. */
export function joinRequests(earlier: Requests, sent: Requests, startsOver: boolean): Requests {
  if (startsOver) return sent;
  return {
    requests: [...earlier.requests, ...sent.requests],
    base: earlier.base,
    sentTo: new Map([...earlier.sentTo, ...sent.sentTo]),
  };
}
