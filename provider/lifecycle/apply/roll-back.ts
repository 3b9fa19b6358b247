// Takes a failed rollout back: the devices of the waves sent so far get the previous content again, or lose the alias where
// there was none before (docs/design.md, section 7). The refused content is remembered, so that the next run does not
// send it again.

import { cancelRollout, cancelScheduled, sendPrevious, sendUninstalls, waitForAll } from "./apply";
import { mayRetry, roundsUsed } from "../policy/diff";
import { memberIds, nobodyOf } from "../facts/fleet";
import { removalsAtEnd, standingsAtEnd } from "../conclude/final-statuses";
import { recordedInstalls, noSentRequests, type SentRequests } from "../facts/command-history";
import { stateOf } from "../conclude/next-state";
import { gather } from "../facts/gather";
import { toRemoveAgain } from "../facts/departed";
import { count, failureSentences, leavingSentence } from "../messages/failures";
import type { RolloutOutcome } from "./rollout";
import type { OperationContext } from "../context";
import { previousContent, settle, type Outcome } from "../conclude/conclude";
import { difference } from "../state/membership-sketch";
import { wasSent, type DeviceStatus } from "../facts/device-status";
import { isTakenOff, noContent, type Kept, type RolloutProgress, type State } from "../state/state";
import type { Target } from "../arguments/target";
import { waveOf } from "../policy/waves";
import { installsOf, type Wanted, type Work } from "./work";

/**
 * Whether a failed wave is taken back: only while this content is being rolled out. Once everyone has it, a late joiner or a
 * retried device that fails takes nothing off the others; and content that is sent once more has no other before it.
 */
export function isToTakeBack({ inputs, known, content }: Work, { problem }: RolloutOutcome): boolean {
  if (inputs.rollout.onFailure !== "rollback" || problem !== undefined) return false;
  return known?.record.digest !== content.digest || known.progress.state !== "complete";
}

export async function rollBack(work: Work, rollout: RolloutOutcome): Promise<Outcome> {
  const { known, content } = work;
  const problems: string[] = [];
  const standings = await standingsAtEnd(work, installsOf(work), problems);
  const tried = standings.filter(wasSent).map(({ device }) => device.id);
  const touched = [...new Set([...tried, ...(await unfinishedBefore(work))])];
  const failed = standings.filter(({ phase }) => phase === "failed");
  const previous = previousContent(known, content.digest);
  if (previous === undefined && !isFirstContent(work)) {
    return settle(work, rollout, ["The rollout cannot be taken back: the state holds no previous content."]);
  }
  // What was sent of the refused content does not count any more; removals and what follows do.
  const removals = work.sent.filter(({ request }) => request.kind === "uninstall");
  const after: Work = { ...work, sent: [...removals], plan: { ...work.plan, startsOver: true, rounds: 0 } };
  try {
    // In its window the refused content would come over what is sent now.
    await cancelRollout(work, touched);
    if (previous === undefined) await sendUninstalls(after, touched);
    else await sendPrevious(after, previous, touched);
    await waitForAll(after);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Some devices may have the previous content again and others not. As nothing sent so far counts any more, the next run
    // begins at wave one and sends to all of them.
    const sentence = `The rollout could not be taken back: ${error.message}`;
    return settle({ ...after, sent: removals, installs: noSentRequests }, rollout, [sentence]);
  }
  const isKnown = previous !== undefined && known?.record.digest === previous.digest;
  const before = isKnown
    ? recordedInstalls(known, work.inputs.target, work.fleet)
    : heldBefore(work, previous, touched);
  const { wave, waves } = rollout;
  const back = { previous, progress: { wave, waves, state: "rolledBack" } as const, refused: content.digest };
  const { state, sentences } = await ending(
    { ...after, installs: before, plan: { ...after.plan, startsOver: false } },
    { ...back, touched, problems },
  );
  const what = previous === undefined ? "lost the alias again" : "got the previous certificate back";
  const told =
    `Wave ${wave} of ${waves} did not pass, so the rollout was taken back: ${count(touched.length, "device")} ${what}. ` +
    "This content is not sent again until it, `triggers` or `rollout` changes.";
  return { state, problems: [told, ...failureSentences(failed, "install"), ...sentences].map(content.withoutSecrets) };
}

/**
 * A later run: tries again on the devices that did not take the previous content, or did not lose the alias. After a run
 * that was cut off it is everyone's turn, as nobody can say what that has left on whom.
 */
export async function finishRollBack(run: OperationContext, asked: Wanted, known: State): Promise<Outcome> {
  const { record, progress, settings, written } = known;
  // Whoever came to the target or left it since waits, like the content, for the ban to be lifted.
  const inputs = { ...asked.inputs, target: settings.target };
  const wanted = { ...asked, inputs, raw: { ...asked.raw, target: written["target"] } };
  const isCutOff = record.strays !== undefined;
  const previous = isCutOff
    ? previousContent(known, wanted.content.digest)
    : known.kept?.find(({ digest }) => digest === record.digest);
  const observed = await gather(run, wanted, known, previous?.digest ?? noContent);
  const { standings: before, removals } = observed;
  const due = before.filter(({ phase }) => isCutOff || phase === "failed").map(({ device }) => device.id);
  const again = previous !== undefined && (isCutOff || mayRetry(known, wanted.inputs)) ? due : [];
  const rounds = isCutOff ? 0 : roundsUsed(known, wanted.inputs) + (again.length > 0 ? 1 : 0);
  const work: Work = {
    ...{ ...wanted, ...observed, run, sent: [], isLate: false },
    plan: { steps: [], rounds, startsOver: isCutOff },
    fitting: { sentAs: known.sentAs },
  };
  const notCleared = toRemoveAgain(removals.standings).map(({ device }) => device.id);
  const left = isCutOff ? removals.left.map(({ id }) => id) : [];
  const members = isCutOff && previous === undefined ? [...observed.fleet.members.keys()] : [];
  const toClear = [...new Set([...notCleared, ...left, ...members])];
  const problems: string[] = [];
  try {
    if (isCutOff) await cancelScheduled(run, known);
    if (previous !== undefined) await sendPrevious(work, previous, again);
    await sendUninstalls(work, toClear);
    await waitForAll(work);
  } catch (error) {
    // After a run that was cut off the state stays as it was, so that the next run sends to everyone again.
    if (work.sent.length === 0 || isCutOff || !(error instanceof Error)) throw error;
    problems.push(error.message);
  }
  const back = { previous, progress, refused: record.refused ?? wanted.content.digest, touched: toClear, problems };
  const { state, standings, sentences } = await ending(work, back);
  const stillFailed = again.length > 0 ? standings.filter(({ phase }) => phase === "failed") : [];
  const all = [...failureSentences(stillFailed, "install"), ...sentences];
  return { state, problems: all.map(wanted.content.withoutSecrets) };
}

const listMaxAgeMs = 60_000;

/** Devices that an earlier content reached which was never rolled out to everyone: they go back as well. */
async function unfinishedBefore({ run, known, content, fleet }: Work): Promise<readonly string[]> {
  const { limits, strays } = known?.record ?? {};
  // Nobody can say what a run that was cut off has left on whom.
  if (strays !== undefined) return [...fleet.members.keys()];
  if (known === undefined || limits === undefined || known.record.digest === content.digest) return [];
  if (known.progress.state === "complete" || known.progress.state === "rolledBack") return [];
  const { alias, rollout } = known.settings;
  const canaries = await canariesOf(run, rollout.canary);
  if (canaries === undefined) return [...fleet.members.keys()];
  const reached = (id: string): boolean => (waveOf(limits, alias, id, canaries) ?? Infinity) <= known.progress.wave;
  return [...fleet.members.keys()].filter(reached);
}

/** Undefined when they cannot be read: commands were sent, so nothing may be thrown here. */
async function canariesOf(run: OperationContext, canary: Target | undefined): Promise<ReadonlySet<string> | undefined> {
  try {
    return await memberIds(run.client, canary, listMaxAgeMs);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return undefined;
  }
}

/** Whether the devices had nothing of this resource before. */
function isFirstContent({ known, content }: Work): boolean {
  if (known === undefined || isTakenOff(known)) return true;
  return known.record.digest === content.digest && known.record.overwrites !== true;
}

/** Who has the previous content because nothing was sent to them in this rollout, which a run before this one began. */
function heldBefore({ fleet, run, known }: Work, previous: Kept | undefined, touched: readonly string[]): SentRequests {
  if (previous === undefined) return noSentRequests;
  const ids = new Set(fleet.members.keys());
  const since = difference(known?.record.coveredBefore ?? "", ids);
  const covered = new Set([...ids].filter((id) => !touched.includes(id) && since?.joined.has(id) !== true));
  return { ...noSentRequests, covered, foldedAt: new Date(run.clock.now()).toISOString() };
}

interface Back {
  /** What devices are to have now; undefined when they are to have nothing. */
  readonly previous: Kept | undefined;
  readonly progress: RolloutProgress;
  /** The digest of the content that was taken back. */
  readonly refused: string;
  /** The devices it is taken back on. */
  readonly touched: readonly string[];
  readonly problems: string[];
}

/** Where everyone stands now, the state that says so, and what is not as it should be. */
async function ending(
  work: Work,
  { previous, progress, refused, touched, problems }: Back,
): Promise<{
  readonly state: State;
  readonly standings: readonly DeviceStatus[];
  readonly sentences: readonly string[];
}> {
  const installs = installsOf(work);
  await work.book.look(installs.requests);
  const standings = await standingsAtEnd(work, installs, problems);
  const removed = await removalsAtEnd(previous === undefined ? withoutHolders(work, touched) : work, problems);
  if (removed.leaving > 0) work.run.warn(leavingSentence(removed.leaving));
  const state = stateOf(work, standings, installs, removed, {
    content: previous ?? { digest: noContent, certificate: work.content.summary, sentAs: work.fitting.sentAs },
    progress,
    held: standings.filter(({ phase }) => phase === "missing").length,
    refused,
    kept: previous === undefined ? [] : [previous],
  });
  return { state, standings, sentences: [...failureSentences(removed.failed, "removal"), ...problems] };
}

/** The same run where every device that was sent the content is one that is to lose it. */
function withoutHolders(work: Work, touched: readonly string[]): Work {
  const { fleet, removals } = work;
  const members = touched.map((id) => fleet.members.get(id)).filter((device) => device !== undefined);
  return { ...work, holders: nobodyOf(fleet), removals: { ...removals, left: [...removals.left, ...members] } };
}
