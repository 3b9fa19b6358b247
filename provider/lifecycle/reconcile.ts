// Makes it true: the one path of create and update. Observe, plan, carry out, judge; then say what is not true yet and why.
// A failure after the first command was sent never loses it: it becomes a problem beside the state
// (docs/design.md, section 3).

import { cancelScheduled, sendInstalls, sendUninstalls, waitForAll, type Sent } from "./apply/apply";
import type { Fitting } from "./content/content";
import type { Settings } from "./arguments/arguments";
import { isRefused, leftToTakeBack, refusedSentence, roundsUsed } from "./policy/diff";
import { gather } from "./facts/gather";
import { plan, type Plan } from "./policy/plan";
import { toRemoveAgain } from "./facts/departed";
import { finishRollBack, isToTakeBack, rollBack } from "./apply/roll-back";
import { rollOut, type RolloutOutcome } from "./apply/rollout";
import type { OperationContext } from "./context";
import { isOver, type Schedule } from "./arguments/schedule";
import { settle, type Outcome } from "./conclude/conclude";
import type { State } from "./state/state";
import { withMisleadingStrays } from "./facts/orphaned";
import { isStaged } from "./policy/waves";
import type { Observed, Wanted, Work } from "./apply/work";

export async function reconcile(run: OperationContext, wanted: Wanted, stored: State | undefined): Promise<Outcome> {
  const known = stored && (await withMisleadingStrays(run, stored));
  if (known !== undefined && isRefused(known, wanted.content.digest, wanted.inputs)) {
    run.warn(refusedSentence);
    const isLeft = leftToTakeBack(known, wanted.inputs) > 0 || known.record.strays !== undefined;
    if (isLeft) return finishRollBack(run, wanted, known);
    return { state: known, problems: [] };
  }
  const observed = await gather(run, wanted, known, wanted.content.digest);
  const { standings, removals } = observed;
  const planned = withoutLateInstalls(
    run,
    wanted.inputs,
    known,
    plan({
      ...{ wanted: wanted.inputs, digest: wanted.content.digest, known, standings, now: run.clock.now() },
      left: removals.left.map((device) => device.id),
      removalsFailed: toRemoveAgain(removals.standings).map(({ device }) => device.id),
    }),
  );
  const sent: Sent[] = [];
  const fitting = fittingFor(run, wanted, observed, planned);
  const isLate = known !== undefined && isOverdue(wanted.inputs, run);
  const work: Work = { ...wanted, ...observed, run, plan: planned, fitting, sent, isLate };
  const problems: string[] = [];
  let rollout: RolloutOutcome | undefined;
  try {
    rollout = await carryOut(work);
  } catch (error) {
    if (sent.length === 0 || !(error instanceof Error)) throw error;
    problems.push(error.message);
  }
  if (rollout?.state === "stopped" && isToTakeBack(work, rollout)) return rollBack(work, rollout);
  return settle(work, rollout, problems);
}

function isOverdue({ schedule }: { readonly schedule?: Schedule | undefined }, run: OperationContext): boolean {
  return schedule !== undefined && isOver(schedule, run.clock.now());
}

/** Esper refuses a command whose window is over; what is still to be sent waits for a new one. */
function withoutLateInstalls(run: OperationContext, settings: Settings, known: State | undefined, planned: Plan): Plan {
  if (known === undefined || !isOverdue(settings, run)) return planned;
  const removals = planned.steps.filter((step) => step.action === "uninstall");
  if (removals.length < planned.steps.length)
    run.warn("The schedule is over, so nothing is installed until it is moved.");
  return { steps: removals, rounds: roundsUsed(known, settings), startsOver: false };
}

/** The encoding for the devices that are to be sent something; people are told when it is not the file as given. */
function fittingFor(
  run: OperationContext,
  { inputs, content }: Wanted,
  { fleet, known }: Observed,
  { steps }: Plan,
): Fitting {
  const installs = steps.filter((step) => step.action === "install");
  if (known !== undefined && installs.length === 0) return { sentAs: known.sentAs };
  const ids = installs.flatMap(({ devices }) => (devices === "everyone" ? [...fleet.members.keys()] : devices));
  const versions = ids.map((id) => fleet.members.get(id)?.osVersion ?? "");
  const fitting = content.fitting(inputs.encoding, versions);
  if (fitting.note !== undefined) run.note(fitting.note);
  if (fitting.warning !== undefined) run.warn(fitting.warning);
  return fitting;
}

async function carryOut(work: Work): Promise<RolloutOutcome | undefined> {
  const { plan: planned, run, inputs, known } = work;
  if (known !== undefined && planned.startsOver) await cancelScheduled(run, known);
  for (const { action, devices, message } of planned.steps) {
    if (action !== "uninstall" || devices === "everyone") continue;
    run.status(message);
    if (known !== undefined) await cancelScheduled(run, known, devices);
    await sendUninstalls(work, devices);
  }
  if (isStaged(inputs.rollout)) return work.isLate ? undefined : rollOut(work);
  for (const { action, devices, message } of planned.steps) {
    if (action !== "install") continue;
    run.status(message);
    await sendInstalls(work, devices);
  }
  await waitForAll(work);
  return undefined;
}
