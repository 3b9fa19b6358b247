// After the commands: what of a run is not as the program wants it, in sentences, and what the new state is made of.
// Once something was sent this never throws. Where everyone stands, last-look.ts reads; the state itself, new-state.ts makes.

import { unansweredOf } from "../apply/apply";
import { mayRetry } from "../policy/diff";
import { removalsAtEnd, standingsAtEnd } from "./final-statuses";
import { stateOf } from "./next-state";
import {
  count,
  failureSentences,
  leavingSentence,
  offlineSentence,
  scheduledSentence,
  unansweredSentence,
} from "../messages/failures";
import type { RolloutOutcome } from "../apply/rollout";
import { isMoreThan } from "../arguments/rollout";
import { sketchOf } from "../state/membership-sketch";
import { coverageOf, isScheduled, type DeviceStatus } from "../facts/device-status";
import type { Kept, RolloutProgress, State } from "../state/state";
import { installsOf, type Work } from "../apply/work";

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
  if (rollout?.problem === undefined && known !== undefined && !mayRetry(known, inputs)) {
    for (const sentence of stopped) work.run.warn(content.withoutSecrets(sentence));
  } else problems.push(...stopped);
  problems.push(...verdict(work, standings), ...failures);
  if (removed.leaving > 0) work.run.warn(leavingSentence(removed.leaving));
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

function heldOf(standings: readonly DeviceStatus[], rollout: RolloutOutcome | undefined): number {
  if (rollout === undefined) return 0;
  return standings.filter(({ phase, device }) => phase === "missing" && rollout.heldIds.has(device.id)).length;
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
  // After a run that was cut off nobody can say who has what, so nobody is said to have it.
  if (known?.record.strays !== undefined) return sketchOf(new Set());
  const isBegin = known?.record.digest === previousContent(known, content.digest)?.digest;
  return isBegin ? known?.record.covered : known?.record.coveredBefore;
}

/** The content that devices had before this one, where the state keeps it. */
export function previousContent(known: State | undefined, digest: string): Kept | undefined {
  // The first one kept is the last that everyone had; what was only tried on some since is none to go back to.
  const first = known?.kept?.[0];
  return first?.digest === digest ? undefined : first;
}

function rolloutSentence(rollout: RolloutOutcome | undefined): readonly string[] {
  if (rollout?.state !== "stopped") return [];
  const { wave, waves, heldIds, problem } = rollout;
  const { size } = heldIds;
  const held =
    size === 0 ? "" : `; ${count(size, "device")} of later waves ${size === 1 ? "was" : "were"} sent nothing`;
  return [
    ...(problem === undefined ? [] : [problem]),
    `Wave ${wave} of ${waves} did not pass, so the rollout stopped${held}. ` +
      "The next `pulumi up` tries the failed devices again and goes on when they pass, or when `rollout.maxFailures` allows it.",
  ];
}

/** Warns about what is normal, and returns what fails the run. */
function verdict(
  { run, inputs, content, fleet, known, plan, isLate }: Work,
  standings: readonly DeviceStatus[],
): readonly string[] {
  const problems: string[] = [];
  const coverage = coverageOf(standings, fleet.unsupported);
  const failed = standings.filter(({ phase }) => phase === "failed");
  const answered = coverage.installed + coverage.failed;
  const tooMany = isMoreThan(inputs.rollout.maxFailures, failed.length, answered);
  const givenUp = isLate || (known !== undefined && !mayRetry(known, inputs));
  const sentences = failureSentences(failed, plan.rounds < inputs.retryRounds ? "install" : "lastInstall");
  if (tooMany && !givenUp) problems.push(...sentences);
  else for (const sentence of sentences) run.warn(content.withoutSecrets(sentence));

  const unanswered = unansweredOf(inputs, standings, fleet.members);
  if (unanswered.length > 0) {
    const sentence = unansweredSentence(unanswered, inputs.wait.timeoutMs);
    if (inputs.wait.onTimeout === "fail") problems.push(sentence);
    else run.warn(sentence);
  }
  const scheduled = standings.filter(isScheduled).length;
  if (scheduled > 0) run.note(scheduledSentence(scheduled));
  const offline = coverage.offline - standings.filter((one) => isScheduled(one) && !one.device.online).length;
  if (offline > 0) run.warn(offlineSentence(offline));
  if (coverage.members === 0) run.warn("The target has no device that can hold a certificate yet.");
  if (coverage.unsupported > 0) {
    run.warn(
      `${count(coverage.unsupported, "device")} of the target cannot hold certificates (Android 9 or later can).`,
    );
  }
  return problems;
}
