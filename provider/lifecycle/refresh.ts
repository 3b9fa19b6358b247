// Looks again: members now, and the last answer of each. When something is to be done that the last run did not leave so,
// it is put into one sentence, `drift`, which the next preview shows (DESIGN, section 3).

import { AnswerBook, sameCounts } from "./answers";
import { devicesOfBase } from "./converge";
import { diff } from "./diff";
import { membersDigest, observeFleet, type Fleet } from "./fleet";
import { ledgerOf } from "./ledger";
import { count } from "./report";
import type { Run } from "./run";
import { coverageOf, exceptionsOf, judge } from "./standing";
import { leftOf, seenOf, type Left, type State } from "./state";
import { observeRemovals } from "./removals";

/** The whole target is gone from Esper. */
export class TargetGoneError extends Error {
  override readonly name = "TargetGoneError";
}

export interface Refreshed {
  readonly state: State;
  /** For example `7 devices joined, 2 installs expired`. */
  readonly drift?: string;
}

const listMaxAgeMs = 10_000;

export async function refresh(run: Run, known: State): Promise<Refreshed> {
  const fleet = await observeFleet(run.client, known.settings.target, listMaxAgeMs);
  refuseGone(known, fleet);
  const book = new AnswerBook(run.client);
  const sameMembers = known.record.members === membersDigest(fleet.members.keys());
  if (sameMembers && !(await hasNews(book, known))) return withDrift(run, known);
  const state = await judgeAgain(run, book, known, fleet);
  return withDrift(run, state);
}

function refuseGone({ settings }: State, { unknownGroups, members }: Fleet): void {
  if (settings.target.kind !== "group" || unknownGroups.length === 0 || members.size > 0) return;
  throw new TargetGoneError(
    `Esper does not know the group ${settings.target.group} any more, so nobody can say which devices hold "${settings.alias}". ` +
      "Take the certificate out of the program and run `pulumi up`, which forgets it; or change `target` to another group.",
  );
}

/** Whether an answer can have changed, and if so whether the counts have. */
async function hasNews(book: AnswerBook, known: State): Promise<boolean> {
  const isSettled = (requestId: string): boolean => {
    const { Success = 0, Failure = 0, Cancelled = 0, ...open } = seenOf(known, requestId) ?? {};
    return Success + Failure + Cancelled > 0 && Object.values(open).every((number) => number === 0);
  };
  const open = known.commands.filter((request) => !isSettled(request.id));
  await book.look(open);
  return open.some(({ id }) => !book.forgotten.has(id) && !sameCounts(book.countsOf(id), seenOf(known, id) ?? {}));
}

async function judgeAgain(run: Run, book: AnswerBook, known: State, fleet: Fleet): Promise<State> {
  const now = run.clock.now();
  const requests = known.commands.filter((request) => request.kind === "install");
  await book.look(requests.filter((request) => Object.keys(book.countsOf(request.id)).length === 0));
  const sentTo = devicesOfBase(requests, known.record.base, known.record.baseMembers, fleet);
  const ids = new Set(fleet.members.keys());
  const ledger = await ledgerOf(book, { requests, base: known.record.base, sentTo }, ids, now);
  const standings = judge(fleet.members.values(), ledger, now);
  const removals = await observeRemovals(run, book, known, known.settings.target, fleet);
  const removalsFailed = removals.standings.filter(({ is }) => is === "failed").length;
  const { exceptions, omitted } = exceptionsOf(standings);
  return {
    ...known,
    ...{ exceptions, exceptionsOmitted: omitted, coverage: coverageOf(standings, fleet.unsupported) },
    record: {
      ...known.record,
      members: membersDigest(ids),
      seen: known.commands.map((request) => book.countsOf(request.id)),
      removalsFailed,
    },
  };
}

function withDrift(run: Run, state: State): Refreshed {
  const { settings, record } = state;
  const wanted = { alias: settings.alias, target: settings.target, digest: record.digest, settings };
  const isToDo = diff(state, wanted, run.clock.now()).action !== "nothing";
  const news = newsOf(record.left, leftOf(state.coverage, state.exceptions, record.removalsFailed ?? 0));
  if (!isToDo || news.length === 0) return { state: { ...state, record: { ...record, drifted: false } } };
  return { state: { ...state, record: { ...record, drifted: true } }, drift: news.join(", ") };
}

function newsOf(before: Left, now: Left): readonly string[] {
  const more = (what: keyof Left, sentence: (number: number) => string): readonly string[] =>
    now[what] > before[what] ? [sentence(now[what] - before[what])] : [];
  return [
    ...more("missing", (number) => `${count(number, "device")} joined`),
    ...more("expired", (number) => `${count(number, "install")} expired`),
    ...more("failed", (number) => `${count(number, "device")} failed`),
    ...more("removalsFailed", (number) => `${count(number, "removal")} failed`),
  ];
}
