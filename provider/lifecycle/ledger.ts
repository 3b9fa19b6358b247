// Puts the requests of one resource together with their answers, so that standing.ts can judge. It asks the answer book.

import { totalOf, type AnswerBook } from "./answers";
import type { LedgerEntry } from "./standing";
import type { SentRequest } from "./state";

/** Requests of one kind, oldest first. */
export interface Requests {
  readonly requests: readonly SentRequest[];
  /** How many of the first ones went to everyone in the target. */
  readonly base: number;
  /** The devices of those requests of which that is known. */
  readonly sentTo: ReadonlyMap<string, ReadonlySet<string>>;
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
      const believed = answers.othersSucceeded || isYoung ? known : undefined;
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
