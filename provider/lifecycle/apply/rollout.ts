// Sends wave after wave, each judged before the next one is sent (docs/design.md, section 7). A run that goes on after a stop,
// a pause or a kill starts at wave one again and finds there what is left to do, so it goes on where the last one was.

import type { OperationContext } from "../context";
import { historyOf, joinRequests } from "../facts/command-history";
import { deviceStatuses, type DeviceStatus } from "../facts/device-status";
import type { Facts } from "../facts/gather";
import { cutShortSentence } from "../messages/notices";
import { withContentStates } from "../facts/own/ledger-history";
import { count } from "../messages/words";
import type { Plan } from "../policy/plan";
import { installTargets } from "../policy/steps";
import { judgeWave } from "../policy/wave-verdict";
import type { Waves } from "../state/wave-boundaries";
import { installOn, sentOfKind, type Sent } from "./send";
import { waitForAll } from "./wait";

export interface RolloutOutcome {
  /** The last wave that was sent. */
  readonly wave: number;
  readonly waves: number;
  readonly state: "complete" | "paused" | "stopped";
  /** Members whose wave has not come, or who lie beyond the last one. */
  readonly heldBack: ReadonlySet<string>;
  /** What ended it, when that was no verdict on a wave. */
  readonly problem?: string;
}

export async function rollOut(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  waves: Waves,
  sent: Sent[],
): Promise<RolloutOutcome> {
  const { rollout } = plan.settings;
  const members = [...facts.fleet.members.keys()];
  const due = new Set(installTargets(plan, members));
  const numberOf = (id: string): number => waves.byDevice.get(id) ?? Infinity;
  const ended = (wave: number, state: RolloutOutcome["state"], problem?: string): RolloutOutcome => ({
    ...{ wave, waves: waves.count, state },
    heldBack: new Set(members.filter((id) => numberOf(id) > wave)),
    ...(problem !== undefined && { problem }),
  });

  let number = 1;
  try {
    for (; number <= waves.count; number += 1) {
      const current = number;
      const own = members.filter((id) => numberOf(id) === current && due.has(id));
      const upTo = new Set(members.filter((id) => numberOf(id) <= current));
      const wave = { number, of: waves.count, own, upTo };
      if (!(await wavePasses(context, plan, facts, wave, sent))) return ended(number, "stopped");
      if (rollout.pauseAfterWave === number && number < waves.count) return ended(number, "paused");
    }
    return ended(waves.count, "complete");
  } catch (error) {
    if (sent.length === 0 || !(error instanceof Error)) throw error;
    return ended(number, "stopped", error.message);
  }
}

interface Wave {
  readonly number: number;
  readonly of: number;
  /** Its devices that are to be sent something. */
  readonly own: readonly string[];
  /** All devices of the waves so far. */
  readonly upTo: ReadonlySet<string>;
}

async function wavePasses(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  { number, of, own, upTo }: Wave,
  sent: Sent[],
): Promise<boolean> {
  const { settings, prior } = plan;
  const { rollout } = settings;
  // Its devices have answered since a run gave up waiting for them, or was killed, so nothing is sent; but it has not soaked.
  const isUnfinished =
    !plan.startsOver &&
    prior?.progress.state === "stopped" &&
    (prior.progress.wave === number || facts.installs.resumed === true);
  if (own.length > 0) context.note(`Wave ${number} of ${of}: ${count(own.length, "device")}.`);
  await installOn(context, plan, facts, own, sent);
  await waitForAll(context, plan, facts, sent, upTo);
  refuseWhereCutShort(context);
  refuseWhereStopped(facts.contents);
  const statuses = await statusesOf(context, plan, facts, upTo, sent);
  const hasPassed = judgeWave(statuses, settings, facts.fleet.members) === "passed";
  if (!hasPassed || number === of || (own.length === 0 && !isUnfinished) || rollout.soakMs === 0) return hasPassed;
  const isResumed = own.length === 0 && facts.installs.resumed === true;
  const soakMs = !isResumed ? rollout.soakMs : soakLeftMs(rollout.soakMs, statuses, context.clock.now());
  if (soakMs === 0) return hasPassed;
  context.status(`Wave ${number} of ${of} soaks for ${count(Math.ceil(soakMs / 60_000), "minute")}.`);
  await context.clock.sleep(soakMs);
  refuseWhereCutShort(context);
  return judgeWave(await statusesOf(context, plan, facts, upTo, sent), settings, facts.fleet.members) === "passed";
}

/** Where nothing more is made, what was made has been sent and waited for. */
export function refuseWhereStopped(contents: Facts["contents"]): void {
  const why = contents?.making?.stopped();
  if (why !== undefined) throw new Error(why);
}

/** A wave that nobody could wait for is neither passed nor failed, and nothing is taken back. */
function refuseWhereCutShort({ cutShort }: OperationContext): void {
  const why = cutShort?.();
  if (why !== undefined) throw new Error(cutShortSentence(why));
}

/** A wave that had answered before this run began soaks what is left since its last answer. */
function soakLeftMs(soakMs: number, statuses: readonly DeviceStatus[], nowMs: number): number {
  const answered = statuses.filter(({ phase }) => phase === "installed" || phase === "failed");
  const lastMs = Math.max(0, ...answered.map(({ since }) => Date.parse(since)));
  return Math.min(soakMs, Math.max(0, lastMs + soakMs - nowMs));
}

async function statusesOf(
  { clock }: OperationContext,
  plan: Plan,
  { fleet, results, installs, contents }: Facts,
  ids: ReadonlySet<string>,
  sent: readonly Sent[],
): Promise<readonly DeviceStatus[]> {
  const nowMs = clock.now();
  const requests = joinRequests(installs, sentOfKind(sent, "install"), plan.startsOver);
  await results.look(requests.requests);
  const history = await historyOf(results, requests, fleet.members, nowMs);
  const all = deviceStatuses(fleet.members.values(), history, nowMs).filter(({ device }) => ids.has(device.id));
  return contents === undefined ? all : withContentStates(all, plan.prior?.record.own?.ledger, contents, nowMs);
}
