// After the commands: judges where everyone stands, makes the new state of it, and words what is not as it should be.
// Once something was sent this never throws: what cannot be read any more stays as it was last seen, and is a problem.

import type { AnswerBook } from "./answers";
import type { SentAs } from "./content";
import type { Observed, Wanted } from "./converge";
import { mayRetry } from "./diff";
import { ledgerOf, type Requests } from "./ledger";
import type { Plan } from "./plan";
import { settleRemovals } from "./removals";
import { count, failureSentences, offlineSentence, unansweredSentence } from "./report";
import { amountOf } from "./rollout";
import type { Run } from "./run";
import { sketchOf } from "./sketch";
import { openParts } from "./source";
import { coverageOf, exceptionsOf, judge, type Standing } from "./standing";
import { leftOf, pickWritten, schemaNumber, type SentRequest, type State } from "./state";
import { waitedFor } from "./carry-out";

export interface Outcome {
  readonly state: State;
  /** What is not as the program wants it; not empty means a partial failure. */
  readonly problems: readonly string[];
}

export interface Done {
  readonly planned: Plan;
  readonly sentAs: SentAs;
  /** Esper's times of the requests sent in this run. */
  readonly createdAt: readonly string[];
  /** What went wrong on the way. */
  readonly problems: readonly string[];
  /** All installs of the present content. */
  readonly installs: Requests;
  /** Removals sent in this run. */
  readonly uninstalls: Requests;
}

export async function settle(run: Run, wanted: Wanted, observed: Observed, done: Done): Promise<Outcome> {
  const { inputs, content } = wanted;
  const { fleet, book, known } = observed;
  const problems = [...done.problems];
  const now = run.clock.now();
  const read = async <T>(reading: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await reading();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!problems.includes(error.message)) problems.push(error.message);
      return otherwise;
    }
  };

  if (inputs.wait.for !== "none") await read(() => lookAtUnseen(book, done), undefined);
  const ids = new Set(fleet.members.keys());
  const ledger = await read(() => ledgerOf(book, done.installs, ids, now), ledgerWithoutAnswers(done.installs));
  const standings = judge(fleet.members.values(), ledger, now);
  const removed = await read(() => settleRemovals(run, book, observed.removals, done.uninstalls, fleet), {
    standings: observed.removals.standings,
    requests: [...observed.removals.earlier.requests, ...done.uninstalls.requests],
  });

  const coverage = coverageOf(standings, fleet.unsupported);
  const { exceptions, omitted } = exceptionsOf(standings);
  const needed = new Set(standings.map(({ requestId }) => requestId));
  const installs = done.installs.requests.filter((request) => needed.has(request.id));
  const baseIds = done.installs.requests.slice(0, done.installs.base).map((request) => request.id);
  const commands = [...installs, ...removed.requests];
  const startsOver = done.planned.startsOver || known === undefined;
  const removalsFailed = removed.standings.filter(({ is }) => is === "failed");
  const state: State = {
    settings: inputs,
    written: pickWritten(wanted.raw),
    certificate: content.summary,
    ...content.renewal(inputs.renewBeforeDays, now),
    ...{ sentAs: done.sentAs, coverage, exceptions, exceptionsOmitted: omitted, commands },
    record: {
      schema: schemaNumber,
      urnHash: run.urnHash,
      digest: content.digest,
      members: fleet.digest,
      base: installs.filter((request) => baseIds.includes(request.id)).length,
      baseMembers: startsOver ? sketchOf(ids) : known.record.baseMembers,
      newestAt: newest([known?.record.newestAt ?? "", ...done.createdAt]),
      rounds: done.planned.rounds,
      sentToAllAt: startsOver ? new Date(now).toISOString() : known.record.sentToAllAt,
      seen: commands.map((request: SentRequest) => book.countsOf(request.id)),
      left: leftOf(coverage, exceptions, removalsFailed.length),
      source: openParts(inputs.source),
      ...(removalsFailed.length > 0 && { removalsFailed: removalsFailed.length }),
    },
  };
  problems.push(...verdict(run, wanted, observed, state, standings), ...failureSentences(removalsFailed, "removal"));
  return { state, problems: problems.map(content.withoutSecrets) };
}

function newest(instants: readonly string[]): string {
  return instants.reduce((latest, instant) => (instant > latest ? instant : latest), "");
}

async function lookAtUnseen(book: AnswerBook, { installs, uninstalls }: Done): Promise<void> {
  const all = [...installs.requests, ...uninstalls.requests];
  await book.look(all.filter((request) => Object.keys(book.countsOf(request.id)).length === 0));
}

function ledgerWithoutAnswers({ requests, sentTo }: Requests): Awaited<ReturnType<typeof ledgerOf>> {
  const answers = { rows: new Map(), othersSucceeded: false };
  return requests.map((request) => ({ request, answers, sentTo: sentTo.get(request.id) ?? new Set<string>() }));
}

/** Warns about what is normal, and returns what fails the run. */
function verdict(
  run: Run,
  { inputs }: Wanted,
  { fleet, known }: Observed,
  { coverage }: State,
  standings: readonly Standing[],
): readonly string[] {
  const problems: string[] = [];
  const failed = standings.filter(({ is }) => is === "failed");
  const answered = coverage.installed + coverage.failed;
  const tooMany = failed.length > amountOf(inputs.rollout.maxFailures, answered);
  const givenUp = known !== undefined && !mayRetry(known, inputs);
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
