// What a run comes to: the new state, what is not as the program wants it, and what people should know. Pure; it prints
// nothing. The state itself is made by next-state.ts.

import { isMoreThan } from "../arguments/rollout";
import type { Applied } from "../apply/apply";
import type { RolloutOutcome } from "../apply/rollout";
import { coverageOf, hasNoFile, isScheduled, type DeviceStatus } from "../facts/device-status";
import type { InstallFile } from "../content/content";
import { failureSentences, removalSentences } from "../messages/failures";
import {
  disabledSentence,
  leavingSentence,
  leftOutSentence,
  nobodySentence,
  offlineSentence,
  scheduledSentence,
  unansweredSentence,
  unsupportedSentence,
} from "../messages/notices";
import { count } from "../messages/words";
import { unansweredOf } from "../policy/awaited";
import type { GoalContent, Plan } from "../policy/plan";
import { certificatesDue, filesChanged } from "../policy/reasons";
import { hasRoundLeft, mayRetry } from "../policy/retry";
import { previouslySentTo, stableContent } from "../policy/rollback/rollback";
import { digestHeld } from "../state/holding";
import { type KeptContent, type RolloutProgress, type State } from "../state/state";
import { nextState, type RunEnd } from "./next-state";
import { countThat } from "../state/members/count-that";

export interface Outcome {
  readonly state: State;
  /** What is not as the program wants it; not empty means a partial failure. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** @param file of the content, where a later rollback may need it */
export function conclude(
  end: RunEnd,
  content: GoalContent,
  { rollout, problem, ...applied }: Applied,
  file: InstallFile | undefined,
): Outcome {
  const { plan, final } = end;
  const { settings, prior, isOverdue } = plan;
  const problems = [...(problem === undefined ? [] : [problem]), ...final.problems];
  const warnings = [...plan.warnings, ...applied.warnings];
  const notes = [...plan.notes, ...applied.notes];
  const notStarted = heldBackBy(rollout, final.statuses);
  const stopped = rolloutSentences(rollout, notStarted, hasRoundLeft(plan));
  // Without a retry round left nothing will be different next time; the run says so and ends well.
  const isGivenUp = prior !== undefined && !mayRetry(prior, settings);
  if (rollout?.problem === undefined && isGivenUp) warnings.push(...stopped);
  else problems.push(...stopped);
  const judged = judgeMembers(plan, end, final.statuses);
  problems.push(...judged.problems, ...removalSentences(final.removals));
  problems.push(...(end.facts.contents?.problems ?? []));
  warnings.push(...judged.warnings, ...(end.facts.contents?.making?.remarks() ?? []));
  if (final.removals.leaving > 0) warnings.push(leavingSentence(final.removals.leaving));
  const heldBack = isOverdue ? (prior?.record.heldBack ?? 0) : notStarted;
  if (settings.schedule === undefined && heldBack > 0 && rollout?.state === "complete") {
    notes.push(leftOutSentence(heldBack));
  }
  const kept = keptContents(plan, content, rollout, file);
  const state = nextState(end, {
    holding: { kind: "content", digest: content.digest },
    ...{ certificate: content.certificate, sentAs: content.sentAs, heldBack, kept },
    progress: progressOf(plan, rollout, content, problems),
    waveBoundaries: isOverdue ? prior?.record.waveBoundaries : plan.waves?.boundaries,
    ...(kept.length > 1 && { previouslySentTo: previouslySentTo(plan, end.facts) }),
  });
  return { state, problems, warnings, notes: [...notes, ...judged.notes] };
}

function heldBackBy(rollout: RolloutOutcome | undefined, statuses: readonly DeviceStatus[]): number {
  const isWaiting = (status: DeviceStatus): boolean => status.phase === "missing" && !hasNoFile(status);
  return countThat(statuses, (status) => isWaiting(status) && rollout?.heldBack.has(status.device.id) === true);
}

function progressOf(
  { prior, startsOver, isOverdue, steps }: Plan,
  rollout: RolloutOutcome | undefined,
  { digest }: GoalContent,
  problems: readonly string[],
): RolloutProgress {
  if (isOverdue && prior !== undefined) return prior.progress;
  // A rollout that was through stays so, also when a late joiner or a retried device fails.
  const isNewContent = startsOver || steps.some(({ reason }) => reason === filesChanged || reason === certificatesDue);
  const wasThrough = prior?.progress.state === "complete" && digestHeld(prior) === digest && !isNewContent;
  if (rollout !== undefined && !wasThrough) return { wave: rollout.wave, waves: rollout.waves, state: rollout.state };
  if (rollout !== undefined) return { wave: rollout.waves, waves: rollout.waves, state: "complete" };
  return { wave: 1, waves: 1, state: problems.length > 0 ? "stopped" : "complete" };
}

/** What a later rollback would need: the present content, and until the rollout is through also the one before. */
function keptContents(
  { prior }: Plan,
  { digest, certificate, sentAs }: GoalContent,
  rollout: RolloutOutcome | undefined,
  file: InstallFile | undefined,
): readonly KeptContent[] {
  if (file === undefined) return [];
  const candidate = { digest, ...file, sentAs, certificate };
  const isThrough = rollout === undefined || rollout.state === "complete";
  const stable = isThrough ? undefined : stableContent(prior, digest);
  return stable === undefined ? [candidate] : [stable, candidate];
}

function rolloutSentences(
  rollout: RolloutOutcome | undefined,
  notStarted: number,
  mayRetryNext: boolean,
): readonly string[] {
  if (rollout?.state !== "stopped") return [];
  const { wave, waves, problem } = rollout;
  const later = notStarted === 0 ? "" : `; later waves (${count(notStarted, "device")}) were not started`;
  // Nobody has judged that wave.
  if (problem !== undefined) {
    return [problem, `The rollout stopped in wave ${wave} of ${waves}${later}. The next \`pulumi up\` goes on there.`];
  }
  return [
    `Wave ${wave} of ${waves} failed${later}. ` +
      (mayRetryNext
        ? "The next `pulumi up` retries the failed devices, and continues when they pass or `rollout.maxFailures` allows it."
        : "The next `pulumi up` continues when `rollout.maxFailures` allows it."),
  ];
}

/** What of the members fails the run, and what is normal and worth a line. */
function judgeMembers(
  { settings, prior, isOverdue, roundsUsed }: Plan,
  { facts: { fleet }, cutShort }: RunEnd,
  statuses: readonly DeviceStatus[],
): Pick<Outcome, "problems" | "warnings" | "notes"> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const coverage = coverageOf(statuses, fleet.unsupported);
  const failed = statuses.filter(({ phase }) => phase === "failed");
  const isTooMany = isMoreThan(settings.rollout.maxFailures, failed.length, coverage.installed + coverage.failed);
  const isGivenUp = isOverdue || (prior !== undefined && !mayRetry(prior, settings));
  const sentences = failureSentences(failed, hasRoundLeft({ roundsUsed, settings }) ? "install" : "lastInstall");
  if (isTooMany && !isGivenUp) problems.push(...sentences);
  else warnings.push(...sentences);

  const unanswered = unansweredOf(settings, statuses, fleet.members);
  if (unanswered.length > 0) {
    const sentence = unansweredSentence(unanswered, settings.wait.timeoutMs, cutShort);
    if (settings.wait.onTimeout === "fail") problems.push(sentence);
    else warnings.push(sentence);
  }
  const scheduled = statuses.filter(isScheduled);
  const offline = coverage.offline - scheduled.filter(({ device }) => !device.online).length;
  if (offline > 0) warnings.push(offlineSentence(offline));
  if (coverage.members === 0) warnings.push(nobodySentence);
  const tooOld = coverage.unsupported - fleet.disabled;
  if (tooOld > 0) warnings.push(unsupportedSentence(tooOld));
  if (fleet.disabled > 0) warnings.push(disabledSentence(fleet.disabled));
  return { problems, warnings, notes: scheduled.length > 0 ? [scheduledSentence(scheduled.length)] : [] };
}
