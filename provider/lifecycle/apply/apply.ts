// Does what the plan says: cancels, sends, waits. It decides nothing, and it throws only while nothing was sent: after the
// first command, what stopped it is a problem beside what was sent (docs/design.md, section 3).

import type { OperationContext } from "../context";
import type { Facts } from "../facts/gather";
import type { Plan } from "../policy/plan";
import { cancelWaiting } from "./cancel";
import { rollOut, type RolloutOutcome } from "./rollout";
import { sendStep, type Sent } from "./send";
import { waitForAll } from "./wait";

export interface Applied {
  readonly sent: readonly Sent[];
  /** Of a plan with waves. */
  readonly rollout?: RolloutOutcome | undefined;
  /** What stopped it. */
  readonly problem?: string | undefined;
}

/** @param earlier what the same run has done before, under another plan */
export async function apply(context: OperationContext, plan: Plan, facts: Facts, earlier?: Applied): Promise<Applied> {
  const sent: Sent[] = [];
  try {
    return { sent, rollout: await carryOut(context, plan, facts, sent) };
  } catch (error) {
    const hasSent = sent.length > 0 || (earlier?.sent.length ?? 0) > 0;
    if (!hasSent || !(error instanceof Error)) throw error;
    return { sent, problem: error.message };
  }
}

async function carryOut(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  sent: Sent[],
): Promise<RolloutOutcome | undefined> {
  for (const cancellation of plan.cancellations) await cancelWaiting(context, cancellation);
  const { waves } = plan;
  // Whoever is to lose it is told first: of what is left undone by a failure, installs are what the next run finds.
  const uninstalls = plan.steps.filter(({ action }) => action === "uninstall");
  const installs = waves === undefined ? plan.steps.filter(({ action }) => action === "install") : [];
  for (const step of [...uninstalls, ...installs]) {
    context.status(step.message);
    await sendStep(context, plan, facts, step, sent);
  }
  if (waves !== undefined) return rollOut(context, plan, facts, waves, sent);
  await waitForAll(context, plan, facts, sent);
  return undefined;
}
