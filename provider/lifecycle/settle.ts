// After the commands: judges where everyone stands, makes the new state of it, and words what is not as it should be.
// Once something was sent this never throws: what cannot be read any more stays as it was last seen, and is a problem.

import { isDeepStrictEqual } from "node:util";
import { totalOf, type AnswerBook } from "./answers";
import { waitedFor } from "./carry-out";
import { mayRetry } from "./diff";
import { ledgerOf, type Requests } from "./ledger";
import { settleRemovals, toRemoveAgain } from "./removals";
import { renewalOfCertificate } from "./renewal";
import { count, failureSentences, offlineSentence, unansweredSentence } from "./report";
import type { RolloutOutcome } from "./roll-out";
import { isMoreThan } from "./rollout";
import { sketchOf } from "./sketch";
import { openParts } from "./source";
import { coverageOf, exceptionsOf, judge, wasSent, type Ledger, type Standing } from "./standing";
import {
  leftOf,
  noContent,
  nothingLeft,
  pickWritten,
  schemaNumber,
  sentToAllAt,
  type Kept,
  type RolloutProgress,
  type SentRequest,
  type State,
} from "./state";
import { installsOf, uninstallsOf, type Work } from "./work";

export interface Outcome {
  readonly state: State;
  /** What is not as the program wants it; not empty means a partial failure. */
  readonly problems: readonly string[];
}

export async function settle(
  work: Work,
  rollout: RolloutOutcome | undefined,
  before: readonly string[],
): Promise<Outcome> {
  const { content, inputs, known, isLate } = work;
  const problems = [...before];
  const standings = await standingsAtEnd(work, installsOf(work), problems);
  const removed = await removalsAtEnd(work, problems);
  const held = heldOf(standings, rollout);
  const failures = failureSentences(removed.failed, "removal");
  const stopped = rolloutSentence(rollout);
  // Without a retry round left nothing will be different next time; the run says so and ends well.
  if (rollout?.problem === undefined && known !== undefined && !mayRetry(known, inputs)) stopped.forEach(work.run.warn);
  else problems.push(...stopped);
  problems.push(...verdict(work, standings), ...failures);
  const kept = await keptContents(work, rollout);
  const state = stateOf(work, standings, installsOf(work), removed, {
    content: { digest: content.digest, certificate: content.summary, sentAs: work.fitting.sentAs },
    progress: progressOf(work, rollout, problems),
    ...(rollout !== undefined && { limits: rollout.limits, held }),
    ...(isLate && { limits: known?.record.limits, held: known?.record.held }),
    kept,
    coveredBefore: kept.length > 1 ? coveredBefore(work) : undefined,
  });
  if (inputs.schedule === undefined && held > 0 && rollout?.state === "complete") {
    work.run.note(`${count(held, "device")} beyond the last wave are left out.`);
  }
  return { state, problems: problems.map(content.withoutSecrets) };
}

/** Where the members stand; what cannot be read is a problem, and those devices count as pending. */
export async function standingsAtEnd(work: Work, installs: Requests, problems: string[]): Promise<readonly Standing[]> {
  const { book, fleet, run, inputs } = work;
  const now = run.clock.now();
  const ids = new Set(fleet.members.keys());
  const unseen = installs.requests.filter(({ id }) => totalOf(book.countsOf(id)) === 0);
  // Who does not wait does not ask either: what was just sent is pending.
  const isAsked = inputs.wait.for !== "none";
  const asked = isAsked ? installs : without(installs, unseen);
  if (isAsked) await tolerate(() => book.look(unseen), undefined, problems);
  const ledger = await tolerate(() => ledgerOf(book, asked, ids, now), ledgerWithoutAnswers(asked), problems);
  const unasked = isAsked ? [] : ledgerWithoutAnswers({ ...installs, requests: unseen });
  return judge(fleet.members.values(), [...ledger, ...unasked], now);
}

function without(installs: Requests, some: readonly SentRequest[]): Requests {
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

function ledgerWithoutAnswers({ requests, sentTo }: Requests): Ledger {
  const answers = { rows: new Map(), othersSucceeded: false };
  return requests.map((request) => ({ request, answers, sentTo: sentTo.get(request.id) ?? new Set<string>() }));
}

export interface Removed {
  readonly requests: readonly SentRequest[];
  readonly failed: readonly Standing[];
}

export async function removalsAtEnd(work: Work, problems: string[]): Promise<Removed> {
  const { run, book, removals, fleet, inputs } = work;
  const sent = uninstallsOf(work);
  if (inputs.wait.for !== "none") await tolerate(() => book.look(sent.requests), undefined, problems);
  const otherwise = {
    standings: removals.standings,
    requests: [...removals.earlier.requests, ...sent.requests],
  };
  const { requests, standings } = await tolerate(
    () => settleRemovals(run, book, removals, sent, fleet),
    otherwise,
    problems,
  );
  return { requests, failed: toRemoveAgain(standings) };
}

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

export function stateOf(
  work: Work,
  standings: readonly Standing[],
  installs: Requests,
  removed: Removed,
  { content, progress, limits, held = 0, refused, kept, coveredBefore }: Ending,
): State {
  const { inputs, raw, known, fleet, book, run, plan, sent } = work;
  const now = run.clock.now();
  const coverage = coverageOf(standings, fleet.unsupported);
  const listed = exceptionsOf(standings);
  const { omitted } = listed;
  const exceptions = listed.exceptions.map((one) => ({ ...one, reason: work.content.withoutSecrets(one.reason) }));
  const needed = new Set(standings.map(({ requestId }) => requestId));
  const { used, isFolded } = fold(
    installs.requests.filter((request) => needed.has(request.id)),
    standings,
    book,
  );
  const base = installs.requests.slice(0, installs.base).filter((request) => used.includes(request)).length;
  const commands = [...used, ...removed.requests];
  const isOther = known !== undefined && known.record.digest !== noContent && known.record.digest !== content.digest;
  const isSame = known?.record.digest === content.digest;
  const isCutOff = known?.record.strays !== undefined;
  const isBack = refused !== undefined && content.digest !== noContent;
  const overwrites =
    isOther || isBack || (isSame && plan.startsOver) || ((isSame || isCutOff) && known.record.overwrites === true);
  const sentBefore = known?.record.newestAt ?? "";
  const isCleared = (!plan.startsOver && known?.record.cleared === true) || work.removals.left.length > 0;
  const left = leftOf(coverage, exceptions, removed.failed.length, held);
  // A run that sends to everyone sends that first.
  const [first] = sent;
  const before = (known && sentToAllAt(known)) ?? new Date(now).toISOString();
  const toAllAt =
    plan.startsOver || known === undefined ? (first?.request.sentAt ?? new Date(now).toISOString()) : before;
  const covered = standings.filter(wasSent).map(({ device }) => device.id);
  return {
    // A rollout that could not go on is asked for again by the next schedule, so what was asked for stays as it was.
    settings: work.isLate && known !== undefined ? { ...inputs, rollout: known.settings.rollout } : inputs,
    written:
      work.isLate && known !== undefined
        ? { ...pickWritten(raw), rollout: known.written["rollout"] }
        : pickWritten(raw),
    certificate: content.certificate,
    ...renewalOfCertificate(content.certificate, inputs.renewBeforeDays, now),
    ...{ sentAs: content.sentAs, coverage, exceptions, exceptionsOmitted: omitted, commands, progress },
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
      ...(isDeepStrictEqual(left, nothingLeft) ? {} : { left }),
      ...(toAllAt === commands[0]?.sentAt ? {} : { sentToAllAt: toAllAt }),
      source: openParts(inputs.source),
      ...(isCleared && { cleared: true }),
      ...(overwrites && { overwrites }),
      ...((isFolded || installs.foldedAt !== undefined) && { folded: true }),
      ...(removed.failed.length > 0 && { removalsFailed: removed.failed.length }),
      ...(limits !== undefined && { limits }),
      ...(held > 0 && { held }),
      ...(refused !== undefined && { refused }),
      ...(coveredBefore !== undefined && { coveredBefore }),
    },
  };
}

/** So many requests are kept however well they ended; a fleet that devices join again and again would fill the state. */
const requestsKept = 20;

/**
 * Drops requests whose devices have all got the content: the sketch remembers those. The oldest, when there are many; and
 * once everyone has it, those with failures that later ones have made good.
 */
function fold(
  requests: readonly SentRequest[],
  standings: readonly Standing[],
  book: AnswerBook,
): { readonly used: readonly SentRequest[]; readonly isFolded: boolean } {
  const open = new Set(standings.filter(({ is }) => is !== "installed").map(({ requestId }) => requestId));
  const isMadeGood = ({ id }: SentRequest): boolean => {
    const counts = book.countsOf(id);
    return open.size === 0 && totalOf(counts) !== counts.Success;
  };
  const isRecent = (index: number): boolean => index >= requests.length - requestsKept;
  const used = requests.filter((request, index) => open.has(request.id) || (isRecent(index) && !isMadeGood(request)));
  const isComplete = open.size === 0 && requests.length > 1;
  return { used, isFolded: isComplete || used.length < requests.length };
}

function heldOf(standings: readonly Standing[], rollout: RolloutOutcome | undefined): number {
  if (rollout === undefined) return 0;
  return standings.filter(({ is, device }) => is === "missing" && rollout.heldIds.has(device.id)).length;
}

function progressOf(
  { known, content, plan, isLate }: Work,
  rollout: RolloutOutcome | undefined,
  problems: readonly string[],
): RolloutProgress {
  if (isLate && known !== undefined) return known.progress;
  // A rollout that was through stays so, also when a late joiner or a retried device fails.
  const wasThrough = known?.progress.state === "complete" && known.record.digest === content.digest && !plan.startsOver;
  if (rollout !== undefined && !wasThrough) return { wave: rollout.wave, waves: rollout.waves, state: rollout.state };
  if (rollout !== undefined) return { wave: rollout.waves, waves: rollout.waves, state: "complete" };
  return { wave: 1, waves: 1, state: problems.length > 0 ? "stopped" : "complete" };
}

/** What a later rollback would need: the present content, and until the rollout is through also the one before. */
async function keptContents(
  { inputs, content, fitting, known }: Work,
  rollout: RolloutOutcome | undefined,
): Promise<readonly Kept[]> {
  if (inputs.rollout.onFailure !== "rollback") return [];
  const file = await content.toSend(fitting.sentAs);
  const present = { digest: content.digest, ...file, sentAs: fitting.sentAs, certificate: content.summary };
  const isThrough = rollout === undefined || rollout.state === "complete";
  const before = isThrough ? undefined : previousContent(known, content.digest);
  return before === undefined ? [present] : [before, present];
}

/** The members that had the content before, as far as they are remembered. */
function coveredBefore({ known, content }: Work): string | undefined {
  const isBegin = known?.record.digest === previousContent(known, content.digest)?.digest;
  return isBegin ? known?.record.covered : known?.record.coveredBefore;
}

/** The content that devices had before this one, where the state keeps it. */
export function previousContent(known: State | undefined, digest: string): Kept | undefined {
  // The first one kept is the last that everyone had; what was only tried on some since is none to go back to.
  return known?.kept?.find((kept) => kept.digest !== digest);
}

function rolloutSentence(rollout: RolloutOutcome | undefined): readonly string[] {
  if (rollout?.state !== "stopped") return [];
  const { wave, waves, heldIds, problem } = rollout;
  return [
    ...(problem === undefined ? [] : [problem]),
    `Wave ${wave} of ${waves} did not pass, so the rollout stopped; ${count(heldIds.size, "device")} of later waves ${heldIds.size === 1 ? "was" : "were"} sent nothing. ` +
      "The next `pulumi up` tries the failed devices again and goes on when they pass, or when `rollout.maxFailures` allows it.",
  ];
}

/** Warns about what is normal, and returns what fails the run. */
function verdict({ run, inputs, fleet, known, isLate }: Work, standings: readonly Standing[]): readonly string[] {
  const problems: string[] = [];
  const coverage = coverageOf(standings, fleet.unsupported);
  const failed = standings.filter(({ is }) => is === "failed");
  const answered = coverage.installed + coverage.failed;
  const tooMany = isMoreThan(inputs.rollout.maxFailures, failed.length, answered);
  const givenUp = isLate || (known !== undefined && !mayRetry(known, inputs));
  const sentences = failureSentences(failed, "install");
  if (tooMany && !givenUp) problems.push(...sentences);
  else for (const sentence of sentences) run.warn(sentence);

  const awaited = waitedFor(inputs, fleet.members.keys(), fleet.members);
  const unanswered = standings.filter(({ is, device }) => is === "pending" && awaited.has(device.id));
  if (unanswered.length > 0) {
    const sentence = unansweredSentence(unanswered, inputs.wait.timeoutMs);
    if (inputs.wait.onTimeout === "fail") problems.push(sentence);
    else run.warn(sentence);
  }
  if (coverage.offline > 0) run.warn(offlineSentence(coverage.offline));
  if (coverage.members === 0) run.warn("The target has no device that can hold a certificate yet.");
  if (coverage.unsupported > 0) {
    run.warn(
      `${count(coverage.unsupported, "device")} of the target cannot hold certificates (Android 9 or later can).`,
    );
  }
  return problems;
}
