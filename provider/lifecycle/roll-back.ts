// Takes a failed rollout back: the devices of the waves sent so far get the previous content again, or lose the alias where
// there was none before (docs/design.md, section 7). The refused content is remembered, so that the next run does not
// send it again.

import { sendPrevious, sendUninstalls, waitForAll } from "./carry-out";
import { knownInstalls, noRequests } from "./ledger";
import { count, failureSentences } from "./report";
import type { RolloutOutcome } from "./roll-out";
import { previousContent, removalsAtEnd, settle, standingsAtEnd, stateOf, type Outcome } from "./settle";
import type { Standing } from "./standing";
import type { Kept } from "./state";
import { installsOf, type Work } from "./work";

/** The digest of a certificate that no device is to have. */
const nothing = "";

export async function rollBack(work: Work, rollout: RolloutOutcome): Promise<Outcome> {
  const { known, content } = work;
  const problems: string[] = [];
  const standings = await standingsAtEnd(work, installsOf(work), problems);
  const touched = standings.filter(({ is }) => is !== "missing").map(({ device }) => device.id);
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
    // The next run finds the rollout stopped, judges its waves again, and takes it back then.
    return settle(work, rollout, [`The rollout could not be taken back: ${error.message}`]);
  }
  return outcomeOf(after, rollout, { previous, touched, failed, problems });
}

/** Whether the devices had nothing of this resource before. */
function isFirstContent({ known, content }: Work): boolean {
  if (known === undefined || known.record.digest === nothing) return true;
  return known.record.digest === content.digest && known.record.overwrites !== true;
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
  const before = isKnown ? knownInstalls(known, inputs.target, fleet) : noRequests;
  const own = installsOf({ ...work, plan: { ...work.plan, startsOver: false }, installs: before });
  await work.book.look(own.requests);
  const standings = await standingsAtEnd(work, own, problems);
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
    ...failureSentences(removed.failed, "removal"),
    ...problems,
  ];
  return { state, problems: sentences.map(content.withoutSecrets) };
}
