// Does what the plan says: cancels, sends, waits. It decides nothing, and it throws only while nothing was sent: after the
// first command, what stopped it is a problem beside what was sent (docs/design.md, section 3).

import type { OperationContext } from "../context";
import type { Facts } from "../facts/gather";
import type { Plan } from "../policy/plan";
import { cancelWaiting } from "./cancel";
import { refuseWhereStopped, rollOut, type RolloutOutcome } from "./rollout";
import { removeStep, type Removed } from "./remove";
import { installOn, type Sent } from "./send";
import { waitForAll } from "./wait";

export interface Applied {
  readonly sent: readonly Sent[];
  /** Of a plan with waves. */
  readonly rollout?: RolloutOutcome | undefined;
  /** What stopped it. */
  readonly problem?: string | undefined;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** @param earlier what the same run has done before, under another plan */
export async function apply(context: OperationContext, plan: Plan, facts: Facts, earlier?: Applied): Promise<Applied> {
  const sent: Sent[] = [];
  const warnings: string[] = [];
  const notes: string[] = [];
  try {
    return {
      sent,
      warnings,
      notes,
      rollout: await runSteps(context, plan, facts, { sent, warnings, notes }, earlier?.sent),
    };
  } catch (error) {
    const hasSent = sent.length > 0 || (earlier?.sent.length ?? 0) > 0;
    if (!hasSent || !(error instanceof Error)) throw error;
    return { sent, warnings, notes, problem: error.message };
  }
}

async function runSteps(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  { sent, warnings, notes }: { readonly sent: Sent[]; readonly warnings: string[]; readonly notes: string[] },
  earlier?: readonly Sent[],
): Promise<RolloutOutcome | undefined> {
  for (const cancellation of plan.cancellations) warnings.push(...(await cancelWaiting(context, cancellation)));
  const { waves } = plan;
  // Whoever is to lose it is told first: of what is left undone by a failure, installs are what the next run finds.
  const uninstalls = plan.steps.filter(({ action }) => action === "uninstall");
  const installs = waves === undefined ? plan.steps.filter(({ action }) => action === "install") : [];
  const lookBacks: Removed["lookBack"][] = [];
  for (const step of uninstalls) {
    context.status(step.message);
    const removed = await removeStep(context, plan, facts, step, sent, earlier);
    notes.push(...removed.notes);
    lookBacks.push(removed.lookBack);
  }
  for (const step of installs) {
    context.status(step.message);
    await installOn(context, plan, facts, step.devices, sent);
  }
  const lookBack = async (): Promise<void> => {
    for (const look of lookBacks) warnings.push(...(await look()));
  };
  if (waves !== undefined) {
    await lookBack();
    return rollOut(context, plan, facts, waves, sent);
  }
  // Many resources that go in one run end their waits together, and share one list.
  await waitForAll(context, plan, facts, sent);
  await lookBack();
  refuseWhereStopped(facts.contents);
  return undefined;
}
