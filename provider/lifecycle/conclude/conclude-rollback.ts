// What a run comes to that took a rollout back: the state in which the candidate is rejected, and what is not as it should be.
// Pure; it prints nothing.

import type { Applied } from "../apply/apply";
import type { DeviceStatus } from "../facts/device-status";
import { joinedIds } from "../state/members/ids";
import { failureSentences } from "../messages/failures";
import { leavingSentence } from "../messages/notices";
import { count } from "../messages/words";
import type { RollbackPlan } from "../policy/rollback/rollback-plan";
import type { State } from "../state/state";
import type { Outcome } from "./conclude";
import { nextState, type RunEnd } from "./next-state";
import { countThat } from "../state/members/count-that";

export interface RollbackEnd extends RunEnd {
  readonly plan: RollbackPlan;
  /** The output `certificate` where devices are to have nothing. */
  readonly certificate: State["certificate"];
}

/** @param failed devices on which the candidate failed, where this run has sent it */
export function concludeRollback(
  end: RollbackEnd,
  { problem, ...applied }: Applied,
  failed: readonly DeviceStatus[] | undefined,
): Outcome {
  const { plan, final } = end;
  const { stable, progress, rejected, retried, isAllOrNothing } = plan.rollback;
  const problems = [...(problem === undefined ? [] : [problem]), ...final.problems];
  if (problem !== undefined && isAllOrNothing && plan.prior !== undefined) {
    return { state: plan.prior, problems, warnings: [...plan.warnings, ...applied.warnings], notes: applied.notes };
  }
  const state = nextState(end, {
    holding: { kind: "rolledBack", rejected, ...(stable !== undefined && { to: stable.digest }) },
    certificate: stable?.certificate ?? end.certificate,
    sentAs: stable?.sentAs ?? plan.prior?.sentAs ?? "asGiven",
    progress,
    heldBack: countThat(final.statuses, ({ phase }) => phase === "missing"),
    kept: stable === undefined ? [] : [stable],
  });
  const stillFailed = retried.length > 0 ? final.statuses.filter(({ phase }) => phase === "failed") : [];
  const told = failed === undefined ? [] : [rolledBackSentence(end), ...failureSentences(failed, "install")];
  return {
    state,
    problems: [
      ...told,
      ...failureSentences(stillFailed, "install"),
      ...failureSentences(final.removals.failed, "removal"),
      ...problems,
    ],
    warnings: [
      ...plan.warnings,
      ...applied.warnings,
      ...(final.removals.leaving > 0 ? [leavingSentence(final.removals.leaving)] : []),
    ],
    notes: [...plan.notes, ...applied.notes],
  };
}

function rolledBackSentence({ plan: { rollback, steps }, sent }: RollbackEnd): string {
  const { stable, progress } = rollback;
  const installed = steps.reduce((sum, { devices }) => sum + (devices === "everyone" ? 0 : devices.length), 0);
  // The rules of ownership may have left some of them out.
  const removals = sent.filter(({ request }) => request.kind === "uninstall");
  const removed = joinedIds(removals.map(({ devices }) => devices)).size;
  const given =
    stable === undefined
      ? `${count(removed, "device")} lost the alias again`
      : `${count(installed, "device")} got the previous certificate back`;
  return (
    `Wave ${progress.wave} of ${progress.waves} failed, so the rollout was rolled back: ${given}. ` +
    "This content is not sent again until it, `triggers` or `rollout` changes."
  );
}
