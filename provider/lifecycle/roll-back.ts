// Takes a failed rollout back: the devices of the waves sent so far get the previous content again, or lose the alias where
// there was none before (docs/design.md, section 7). The refused content is remembered, so that the next run does not
// send it again.

import { sendPrevious, sendUninstalls, waitForAll } from "./carry-out";
import { knownInstalls, noRequests, type Requests } from "./ledger";
import { count, failureSentences } from "./report";
import type { RolloutOutcome } from "./roll-out";
import { previousContent, removalsAtEnd, settle, standingsAtEnd, stateOf, type Outcome } from "./settle";
import type { Standing } from "./standing";
import type { Kept } from "./state";
import { waveOf } from "./waves";
import { installsOf, uninstallsOf, type Work } from "./work";

/** The digest of a certificate that no device is to have. */
const nothing = "";

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
  const tried = standings.filter(({ is }) => is !== "missing").map(({ device }) => device.id);
  const touched = [...new Set([...tried, ...unfinishedBefore(work)])];
  const failed = standings.filter(({ is }) => is === "failed");
  const previous = previousContent(known, content.digest);
  if (previous === undefined && !isFirstContent(work)) {
    return settle(work, rollout, ["The rollout cannot be taken back: the state holds no previous content."]);
  }
  // What was sent of the refused content does not count any more; only what follows does.
  const after: Work = { ...work, sent: [], plan: { ...work.plan, startsOver: true } };
  try {
    if (previous === undefined) await sendUninstalls(after, touched);
    else await sendPrevious(after, previous, touched);
    await waitForAll(after);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Some devices may have the previous content again and others not. As nothing sent so far counts any more, the next run
    // begins at wave one and sends to all of them.
    const sentence = `The rollout could not be taken back: ${error.message}`;
    return settle({ ...after, sent: [], installs: noRequests }, rollout, [sentence]);
  }
  return outcomeOf(after, rollout, { previous, touched, failed, problems });
}

/** Devices that an earlier content reached which was never rolled out to everyone: they go back as well. */
function unfinishedBefore({ known, content, fleet }: Work): readonly string[] {
  const { limits } = known?.record ?? {};
  if (known === undefined || limits === undefined || known.record.digest === content.digest) return [];
  if (known.progress.state === "complete" || known.progress.state === "rolledBack") return [];
  const { alias } = known.settings;
  const reached = (id: string): boolean => (waveOf(limits, alias, id, new Set()) ?? Infinity) <= known.progress.wave;
  return [...fleet.members.keys()].filter(reached);
}

/** Whether the devices had nothing of this resource before. */
function isFirstContent({ known, content }: Work): boolean {
  if (known === undefined || known.record.digest === nothing) return true;
  return known.record.digest === content.digest && known.record.overwrites !== true;
}

// In a run that went on with a rollout the requests of the previous content are no longer in the state; but whoever was not
// touched has what everyone had when the rollout began.
function heldBefore(
  { fleet, run }: Work,
  { previous, touched }: { readonly previous: Kept | undefined; readonly touched: readonly string[] },
): Requests {
  if (previous === undefined) return noRequests;
  const covered = new Set([...fleet.members.keys()].filter((id) => !touched.includes(id)));
  return { ...noRequests, covered, foldedAt: new Date(run.clock.now()).toISOString() };
}

async function outcomeOf(
  work: Work,
  rollout: RolloutOutcome,
  back: {
    readonly previous: Kept | undefined;
    readonly touched: readonly string[];
    readonly failed: readonly Standing[];
    readonly problems: string[];
  },
): Promise<Outcome> {
  const { known, content, inputs, fleet } = work;
  const { previous, touched, failed, problems } = back;
  // The devices of waves that never came still have the previous content by the requests that the state knows.
  const isKnown = previous !== undefined && known?.record.digest === previous.digest;
  const before = isKnown ? knownInstalls(known, inputs.target, fleet) : heldBefore(work, back);
  const own = installsOf({ ...work, plan: { ...work.plan, startsOver: false }, installs: before });
  await work.book.look(own.requests);
  const standings = await standingsAtEnd(work, own, problems);
  const uninstalls = { ...uninstallsOf(work), base: 0 };
  const cleared = await standingsAtEnd(work, uninstalls, problems);
  const notCleared = cleared.filter(({ is }) => is === "failed");
  const removed = await removalsAtEnd(work, problems);
  const held = standings.filter(({ is }) => is === "missing").length;
  const state = stateOf(work, standings, own, removed, {
    content: previous ?? { digest: nothing, certificate: content.summary, sentAs: work.fitting.sentAs },
    progress: { wave: rollout.wave, waves: rollout.waves, state: "rolledBack" },
    held,
    refused: content.digest,
    kept: previous === undefined ? [] : [previous],
  });
  const what = previous === undefined ? "lost the alias again" : "got the previous certificate back";
  const sentences = [
    `Wave ${rollout.wave} of ${rollout.waves} did not pass, so the rollout was taken back: ${count(touched.length, "device")} ${what}. ` +
      "This content is not sent again until it, `triggers` or `rollout` changes.",
    ...failureSentences(failed, "install"),
    ...failureSentences([...removed.failed, ...notCleared], "removal"),
    ...problems,
  ];
  return { state, problems: sentences.map(content.withoutSecrets) };
}
