// Waits for the devices that are waited for, with a progress line: for what was sent in this run, and for what earlier runs
// left pending. The verdict of a round is pure (policy/awaited.ts); the loop around it asks through the command results.
//
// Counts alone end most waits. Rows are read only when the counts say that the open answers could all belong to devices
// the run does not wait for (offline ones), and only once for the same counts.

import type { Client, CommandState, Device } from "../../client/index";
import { countOf, finalStates } from "../../client/index";
import type { Clock } from "../../clock";
import type { OperationContext } from "../context";
import type { CommandResults } from "../facts/command-results";
import { membersAndDeparted } from "../facts/departed";
import type { Facts } from "../facts/gather";
import { progressLine } from "../messages/progress-line";
import { timeLeftMs, type Sighting } from "../messages/time-left";
import { idsThat, joinedIds, noIds, type Ids } from "../state/members/ids";
import { isAnswered, mayBeAnswered, unansweredOf, waitedFor, type Awaited } from "../policy/awaited";
import type { Plan } from "../policy/plan";
import type { SentRequest } from "../state/state";
import type { Sent } from "./send";

/** With `only`, devices outside it are not waited for. */
export async function waitForAll(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  sent: readonly Sent[],
  only?: ReadonlySet<string>,
): Promise<void> {
  const { fleet, results, installs, departed } = facts;
  const devices = membersAndDeparted(fleet, departed);
  const isMeant = (id: string): boolean => only === undefined || only.has(id) || !fleet.members.has(id);
  const awaited = (request: SentRequest, ids: Ids): Awaited => ({
    request,
    devices: waitedFor(plan.settings, idsThat(ids, isMeant), devices),
  });
  // What is sent to everyone overtakes what earlier runs left pending.
  const before = plan.startsOver ? [] : facts.statuses;
  const unanswered = unansweredOf(plan.settings, before, devices);
  const openOf = new Map<string | undefined, Set<string>>();
  for (const { requestId, device } of unanswered) {
    const open = openOf.get(requestId);
    if (open === undefined) openOf.set(requestId, new Set([device.id]));
    else open.add(device.id);
  }
  const pending = (plan.startsOver ? [] : installs.requests).map((request) =>
    awaited(request, openOf.get(request.id) ?? noIds),
  );
  const fresh = sent.map(({ request, devices: ids }) => awaited(request, ids));
  const all = [...pending, ...fresh].filter(({ devices: ids }) => ids.size > 0);
  const counted = new Set(all.map(({ request }) => request.id));
  const base = {
    members: plan.goal === "destroy" ? joinedIds(sent.map(({ devices: ids }) => ids)).size : fleet.members.size,
    done: before.filter(({ phase, requestId }) => phase === "installed" && !counted.has(requestId ?? "")).length,
    offline: countOffline(fleet.members.values()),
    verb: plan.goal === "destroy" ? ("removed" as const) : ("installed" as const),
  };
  await waitWithProgress(context, results, all, base, plan.settings.wait.timeoutMs);
}

/** What the progress line counts. */
interface ProgressBase {
  /** All devices in question, and those of them that were done before. */
  readonly members: number;
  readonly done: number;
  readonly offline: number;
  readonly verb: "installed" | "removed";
}

async function waitWithProgress(
  { client, clock, status }: OperationContext,
  results: CommandResults,
  awaited: readonly Awaited[],
  base: ProgressBase,
  timeoutMs: number,
): Promise<void> {
  const untilMs = clock.now() + timeoutMs;
  const seen: Sighting[] = [];
  function onRound(): void {
    const counts = awaited.map(({ request }) => results.countsOf(request.id));
    const sum = (states: readonly CommandState[]): number =>
      counts.reduce((total, each) => total + countOf(each, states), 0);
    const done = Math.min(base.members, base.done + sum(["Success"]));
    const failed = sum(["Failure", "Cancelled", "TimeOut"]);
    const offline = Math.min(base.offline, Math.max(0, base.members - done - failed));
    const answered = counts.map((each) => countOf(each, [...finalStates, "TimeOut"]));
    seen.push({ atMs: clock.now(), answered: answered.reduce((total, number) => total + number, 0) });
    const open = awaited.reduce((total, { devices }, at) => total + Math.max(0, devices.size - (answered[at] ?? 0)), 0);
    const leftMs = timeLeftMs(seen, open);
    // What would come after the deadline is not waited for.
    const isInTime = leftMs !== undefined && clock.now() + leftMs <= untilMs;
    status(progressLine({ ...base, done, failed, offline, ...(isInTime && { leftMs }) }));
  }
  await waitForAnswers({ client, clock, results, onRound }, awaited, untilMs);
}

function countOffline(devices: Iterable<Device>): number {
  let number = 0;
  for (const device of devices) if (!device.online) number += 1;
  return number;
}

export interface Waiting {
  readonly client: Client;
  readonly clock: Clock;
  readonly results: CommandResults;
  /** Called after each round of reading. */
  readonly onRound: () => void;
}

/** Until the devices that are waited for have answered, or `untilMs` (clock time). */
export async function waitForAnswers(
  { client, clock, results, onRound }: Waiting,
  all: readonly Awaited[],
  untilMs: number,
): Promise<void> {
  const open = new Map(all.filter(({ devices }) => devices.size > 0).map((awaited) => [awaited.request.id, awaited]));
  if (open.size === 0) return;
  const lastAnswers = new Map<string, { readonly number: number; readonly atMs: number }>();
  const watched = [...open.values()].map(({ request }) => ({ requestId: request.id, devices: request.devices }));
  for await (const sightings of client.watch(watched, untilMs)) {
    for (const [id, sighting] of sightings) results.note(id, sighting);
    onRound();
    for (const awaited of [...open.values()]) {
      const { id } = awaited.request;
      const counts = results.countsOf(id);
      const number = countOf(counts, [...finalStates, "TimeOut"]);
      const before = lastAnswers.get(id);
      const last = before?.number === number ? before : { number, atMs: clock.now() };
      lastAnswers.set(id, last);
      const quietMs = clock.now() - last.atMs;
      if (!mayBeAnswered(awaited, counts, quietMs)) continue;
      const answers = await results.answers(awaited.request, true);
      if (isAnswered(awaited, answers, quietMs)) open.delete(id);
    }
    if (open.size === 0) return;
  }
}
