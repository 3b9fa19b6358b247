// Create and update: brings the devices from what the state records to what the program asks for. Facts are gathered once;
// deciding and concluding are pure. A rollback goes the same way under another plan (docs/design.md, sections 3 and 7).

import { isDeepStrictEqual } from "node:util";
import { apply, type Applied } from "./apply/apply";
import { revokeConfirmed } from "./apply/revocations/revoke";
import { conclude, type Outcome } from "./conclude/conclude";
import { concludeRollback } from "./conclude/conclude-rollback";
import { finalStatuses, type Final } from "./conclude/final-statuses";
import type { Settings } from "./arguments/arguments";
import type { OperationContext } from "./context";
import type { RunEnd } from "./conclude/next-state";
import { noSentRequests } from "./facts/command-history";
import { gather, type Facts, type Question } from "./facts/gather";
import { merged, timedOutAmong } from "./facts/newer/late-answers";
import { listMaxAgeMs, nothingNewer, readNewer, type Newer } from "./facts/newer/newer-commands";
import { resume } from "./facts/newer/resume";
import { gatherContents } from "./facts/own/gather-contents";
import { resumeSingly, wantedIn } from "./facts/own/ledger-history";
import { refuseOtherTenant } from "./facts/tenant";
import { planInstall, type Desired, type GoalContent, type Plan } from "./policy/plan";
import { contentRejected, sentenceOf } from "./policy/reasons";
import { isRejected, isToTakeBack, stableToFinish, unfinishedRollback } from "./policy/rollback/rollback";
import { planRollback, planUnfinished } from "./policy/rollback/rollback-plan";
import { identityToKeep } from "./state/identity";
import type { State } from "./state/state";

export async function reconcile(
  context: OperationContext,
  desired: Desired,
  stored: State | undefined,
): Promise<Outcome> {
  const { inputs, content } = desired;
  if (stored !== undefined) await refuseOtherTenant(context.client, stored);
  const newer = stored === undefined ? nothingNewer : await readNewer(context, stored, listMaxAgeMs, inputs.target);
  if (stored !== undefined && isRejected(stored, content.digest, inputs)) {
    return finishRollback(context, desired, stored, newer);
  }
  const contents = await gatherContents(context, content.forMembers, inputs, stored, newer);
  const asked = { digest: content.digest, isSentAlike: stored !== undefined && isSentAlike(stored, inputs) };
  const resumed = stored && (contents ? resumeSingly(stored, newer, wantedIn(contents)) : resume(stored, newer, asked));
  const { plan, facts } = await decide(context, desired, { digest: content.digest, resumed, newer, contents });
  const applied = await apply(context, plan, facts);
  const final = await finalStatuses(context, plan, facts, applied.sent);
  const { rollout } = applied;
  if (rollout?.state === "stopped" && rollout.problem === undefined && isToTakeBack(plan)) {
    return rollBack(context, plan, facts, applied, final);
  }
  return concludeInstall(context, plan, facts, applied, final);
}

/** What is to be done, and the facts that doing it rests on. */
async function decide(
  context: OperationContext,
  desired: Desired,
  question: Omit<Question, "settings">,
): Promise<{ readonly plan: Plan; readonly facts: Facts }> {
  const facts = await gather(context, { ...question, settings: desired.inputs });
  const plan = planInstall(desired, question.resumed?.prior, facts, context.clock.now());
  // Where everyone is sent something it does not matter any more where they stood, which of a million devices takes room.
  return { plan, facts: plan.startsOver ? { ...facts, statuses: [] } : facts };
}

async function concludeInstall(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  applied: Applied,
  final: Final,
): Promise<Outcome> {
  const content = contentOf(plan);
  const file = plan.settings.rollout.onFailure === "rollback" ? await content.fileFor(undefined) : undefined;
  const outcome = conclude({ ...endOf(context, plan, facts, applied), final }, content, applied, file);
  const { revoking } = facts.contents?.making ?? {};
  const { state, warnings } = await revokeConfirmed(outcome.state, plan.prior, applied.sent, revoking);
  return { ...outcome, state, warnings: [...outcome.warnings, ...warnings] };
}

async function rollBack(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  applied: Applied,
  final: Final,
): Promise<Outcome> {
  const { wave = 1, waves = 1 } = applied.rollout ?? {};
  const installs = applied.sent.filter(({ request }) => request.kind === "install").map(({ request }) => request.id);
  const progress = { wave, waves, state: "rolledBack" } as const;
  const back = planRollback(plan, facts, final.statuses, progress, installs, context.clock.now());
  if (back === undefined) {
    const problem = "The rollout cannot be rolled back: the state holds no previous content.";
    return concludeInstall(context, plan, facts, { ...applied, problem }, final);
  }
  const lateCommands = merged([...final.lateCommands, ...timedOutAmong(final.statuses, () => plan.content?.digest)]);
  const backFacts = { ...back.facts, lateCommands };
  // What was sent of the candidate does not count any more; removals do.
  const removals = applied.sent.filter(({ request }) => request.kind === "uninstall");
  const undone = await apply(context, back.plan, backFacts, applied);
  if (undone.problem !== undefined) {
    // Some devices may have the stable content again and others not. As nothing sent so far counts any more, the next run
    // begins at wave one and sends to all of them.
    const anew = { ...plan, startsOver: true, roundsUsed: 0 };
    const nothing = { ...facts, installs: noSentRequests, lateCommands };
    const problem = `The rollout could not be rolled back: ${undone.problem}`;
    const left = await finalStatuses(context, anew, nothing, removals);
    return concludeInstall(context, anew, nothing, { ...applied, sent: removals, problem }, left);
  }
  const all = { ...undone, sent: [...removals, ...undone.sent] };
  const end = endOf(context, back.plan, backFacts, all);
  await backFacts.results.look(backFacts.installs.requests);
  const last = await finalStatuses(context, back.plan, backFacts, all.sent);
  const failed = final.statuses.filter(({ phase }) => phase === "failed");
  const certificate = contentOf(plan).certificate;
  return concludeRollback({ ...end, overtaken: installs, plan: back.plan, final: last, certificate }, all, failed);
}

/** With another encoding or schedule than an interrupted run had everyone is due. */
function isSentAlike({ settings }: State, { encoding, schedule }: Settings): boolean {
  return encoding === settings.encoding && isDeepStrictEqual(schedule, settings.schedule);
}

/** The program still asks for content that was rolled back: what the rollback has left undone is done. */
async function finishRollback(
  context: OperationContext,
  desired: Desired,
  stored: State,
  newer: Newer,
): Promise<Outcome> {
  const { inputs, content } = desired;
  const rejected = sentenceOf(contentRejected);
  const resumed = resume(stored, newer);
  const { prior } = resumed;
  const hasNewer = newer.commands.some(({ by }) => by === "own");
  if (unfinishedRollback(prior, inputs) === undefined && !hasNewer) {
    return { state: prior, problems: [], warnings: [rejected], notes: [] };
  }
  const settings = { ...inputs, target: prior.settings.target };
  const digest = stableToFinish(prior, content.digest)?.digest;
  const gathered = await gather(context, { settings, digest, resumed, newer });
  const { plan, facts } = planUnfinished(desired, prior, gathered);
  const applied = await apply(context, plan, facts);
  const final = await finalStatuses(context, plan, facts, applied.sent);
  const end = { ...endOf(context, plan, facts, applied), plan, final, certificate: content.summary };
  const outcome = concludeRollback(end, applied, undefined);
  return { ...outcome, warnings: [rejected, ...outcome.warnings] };
}

function endOf<P extends Plan>(
  context: OperationContext,
  plan: P,
  facts: Facts,
  { sent }: Applied,
): Omit<RunEnd, "final"> & { readonly plan: P } {
  const known = identityToKeep(context, plan.prior?.record.instance, facts.newer.lookedUntil);
  const identity = { ...known, tenantHash: context.client.tenantHash };
  return { plan, facts, sent, identity, nowMs: context.clock.now(), cutShort: context.cutShort?.() };
}

function contentOf({ content }: Plan): GoalContent {
  if (content === undefined) throw new Error("A plan to install has content.");
  return content;
}
