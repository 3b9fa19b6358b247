// Where everyone stands when a run has sent what it sends: the members, and the devices that are to lose the certificate.
// It never throws: what cannot be read any more counts as it was last seen, and is a problem. It judges nothing by itself
// (standing.ts does), and what becomes of the answers is settle.ts's and roll-back.ts's.

import { totalOf } from "../../client";
import { historyOf, type SentRequests } from "../facts/command-history";
import { settleRemovals, toRemoveAgain } from "../facts/departed";
import { deviceStatuses, type CommandHistory, type DeviceStatus } from "../facts/device-status";
import type { SentRequest } from "../state/state";
import { uninstallsOf, type Work } from "../apply/work";

/** Where the members stand; what cannot be read is a problem, and those devices count as pending. */
export async function standingsAtEnd(
  work: Work,
  installs: SentRequests,
  problems: string[],
): Promise<readonly DeviceStatus[]> {
  const { book, fleet, run, inputs } = work;
  const now = run.clock.now();
  const ids = new Set(fleet.members.keys());
  const unseen = installs.requests.filter(({ id }) => totalOf(book.countsOf(id)) === 0);
  // Who does not wait does not ask either: what was just sent is pending.
  const isAsked = inputs.wait.for !== "none";
  const asked = isAsked ? installs : without(installs, unseen);
  if (isAsked) await tolerate(() => book.look(unseen), undefined, problems);
  const ledger = await tolerate(() => historyOf(book, asked, ids, now), ledgerWithoutAnswers(asked), problems);
  const unasked = isAsked ? [] : ledgerWithoutAnswers({ ...installs, requests: unseen });
  return deviceStatuses(fleet.members.values(), [...ledger, ...unasked], now);
}

export interface Removed {
  /** Those that are still needed to tell where devices stand. */
  readonly requests: readonly SentRequest[];
  /** Devices on which the certificate may still be. */
  readonly failed: readonly DeviceStatus[];
  /** How many have been told, and have not answered yet. */
  readonly leaving: number;
}

/** Where the devices stand that are to lose it; what cannot be read is a problem, and all requests stay needed. */
export async function removalsAtEnd(work: Work, problems: string[]): Promise<Removed> {
  const { run, book, removals, holders, inputs } = work;
  const sent = uninstallsOf(work);
  if (inputs.wait.for !== "none") await tolerate(() => book.look(sent.requests), undefined, problems);
  const otherwise = {
    standings: removals.standings,
    requests: [...removals.earlier.requests, ...sent.requests],
  };
  const { requests, standings } = await tolerate(
    () => settleRemovals(run, book, removals, sent, holders),
    otherwise,
    problems,
  );
  const leaving = standings.filter(({ phase }) => phase === "pending").length;
  return { requests, failed: toRemoveAgain(standings), leaving };
}

function without(installs: SentRequests, some: readonly SentRequest[]): SentRequests {
  return { ...installs, requests: installs.requests.filter((request) => !some.includes(request)) };
}

async function tolerate<T>(reading: () => Promise<T>, otherwise: T, problems: string[]): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!problems.includes(error.message)) problems.push(error.message);
    return otherwise;
  }
}

function ledgerWithoutAnswers({ requests, sentTo }: SentRequests): CommandHistory {
  const answers = { rows: new Map(), othersSucceeded: false };
  return requests.map((request) => ({ request, answers, sentTo: sentTo.get(request.id) ?? new Set<string>() }));
}
