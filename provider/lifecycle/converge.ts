// Makes it true: the one path of create and update. Observe, plan, carry out, judge; then say what is not true yet and why.
// A failure after the first command was sent never loses it: it becomes a problem beside the state
// (docs/design.md, section 3).

import { AnswerBook } from "./answers";
import { cancelScheduled, sendInstalls, sendUninstalls, waitForAll, type Sent } from "./carry-out";
import type { Fitting } from "./content";
import { narrowed, observeFleet, refuseUnknown } from "./fleet";
import type { Settings } from "./inputs";
import { knownInstalls, ledgerOf, noRequests } from "./ledger";
import { plan, type Plan } from "./plan";
import { observeRemovals } from "./removals";
import { isRefused, refusedSentence } from "./diff";
import { isToTakeBack, rollBack } from "./roll-back";
import { rollOut, type RolloutOutcome } from "./roll-out";
import type { Run } from "./run";
import { isOver, type Schedule } from "./schedule";
import { settle, type Outcome } from "./settle";
import { judge } from "./standing";
import type { State } from "./state";
import { devicesOf, groupsOf } from "./target";
import { isStaged } from "./waves";
import type { Observed, Wanted, Work } from "./work";

// A list of devices that the preview's check has read moments ago is good enough to act on.
const listMaxAgeMs = 10_000;

export async function converge(run: Run, wanted: Wanted, known: State | undefined): Promise<Outcome> {
  if (known !== undefined && isRefused(known, wanted.content.digest, wanted.inputs)) {
    run.warn(refusedSentence);
    return { state: known, problems: [] };
  }
  const observed = await observe(run, wanted, known);
  const { standings, removals } = observed;
  const planned = withoutLateInstalls(
    run,
    wanted.inputs,
    known,
    plan({
      ...{ wanted: wanted.inputs, digest: wanted.content.digest, known, standings, now: run.clock.now() },
      left: removals.left.map((device) => device.id),
      removalsFailed: removals.standings.filter(({ is }) => is === "failed").map(({ device }) => device.id),
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

function isOverdue({ schedule }: { readonly schedule?: Schedule | undefined }, run: Run): boolean {
  return schedule !== undefined && isOver(schedule, run.clock.now());
}

/** Esper refuses a command whose window is over; what is still to be sent waits for a new one. */
function withoutLateInstalls(run: Run, { schedule }: Settings, known: State | undefined, planned: Plan): Plan {
  if (known === undefined || !isOverdue({ schedule }, run)) return planned;
  const removals = planned.steps.filter((step) => step.action === "uninstall");
  if (removals.length < planned.steps.length)
    run.warn("The schedule is over, so nothing is installed until it is moved.");
  return { steps: removals, rounds: known.record.rounds, startsOver: false };
}

async function observe(run: Run, { inputs, content }: Wanted, known: State | undefined): Promise<Observed> {
  const { client, clock } = run;
  const fleet = narrowed(await observeFleet(client, inputs.target, listMaxAgeMs), inputs.deviceType);
  const named = new Set(known ? [...groupsOf(known.settings.target), ...devicesOf(known.settings.target)] : []);
  refuseUnknown(fleet, (id) => !named.has(id));
  for (const id of [...fleet.unknownGroups, ...fleet.unknownDevices]) {
    run.warn(`Esper does not know ${id} any more; it is left out. Take it out of \`target\`.`);
  }
  const book = new AnswerBook(client, known);
  const isSame = known?.record.digest === content.digest;
  const installs = isSame ? knownInstalls(known, inputs.target, fleet) : noRequests;
  await book.look(installs.requests);
  const ids = new Set(fleet.members.keys());
  const standings = judge(fleet.members.values(), await ledgerOf(book, installs, ids, clock.now()), clock.now());
  const removals = await observeRemovals(run, book, known, inputs.target, fleet);
  return { known, fleet, book, installs, standings, removals };
}

/** The encoding for the devices that are to be sent something; people are told when it is not the file as given. */
function fittingFor(run: Run, { inputs, content }: Wanted, { fleet, known }: Observed, { steps }: Plan): Fitting {
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
