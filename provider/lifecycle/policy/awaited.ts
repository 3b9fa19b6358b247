// Which devices a run waits for, and which of them have not answered. Pure. Follows docs/design.md, section 2 (`wait`).

import type { Device, StateCounts } from "../../client/index";
import { countOf, finalStates, totalOf } from "../../client/index";
import type { Settings } from "../arguments/arguments";
import { isScheduled, type Answers, type DeviceStatus } from "../facts/device-status";
import { idsThat, noIds, type Ids } from "../state/members/ids";
import type { SentRequest } from "../state/state";

/** A TimeOut may become a Success; it is watched this long after the last other answer (docs/design.md, section 2). */
const timeOutGraceMs = 60_000;

export interface Awaited {
  readonly request: SentRequest;
  /** The devices of this request that are waited for. */
  readonly devices: Ids;
}

type WaitSettings = Pick<Settings, "wait" | "schedule">;

/** The part of `devices` that is waited for. */
export function waitedFor({ wait, schedule }: WaitSettings, devices: Ids, known: ReadonlyMap<string, Device>): Ids {
  // A scheduled command is accepted now and carried out later: only `all` waits for that.
  if (wait.for === "none" || (schedule !== undefined && wait.for !== "all")) return noIds;
  return idsThat(devices, (id) => wait.for === "all" || known.get(id)?.online === true);
}

/** Devices that are waited for and have not answered. What still waits for its window will not answer before. */
export function unansweredOf(
  settings: WaitSettings,
  statuses: readonly DeviceStatus[],
  known: ReadonlyMap<string, Device>,
): readonly DeviceStatus[] {
  const isDue = (status: DeviceStatus): boolean => settings.wait.for === "all" || !isScheduled(status);
  const open = statuses.filter((status) => status.phase === "pending" && isDue(status));
  const awaited = waitedFor(settings, new Set(open.map(({ device }) => device.id)), known);
  return open.filter(({ device }) => awaited.has(device.id));
}

/** Whether the open answers could all be of devices that the run does not wait for: a cheap look at the counts. */
export function mayBeAnswered({ request, devices }: Awaited, counts: StateCounts, quietMs: number): boolean {
  const expected = Math.max(request.devices, totalOf(counts));
  const openCount = expected - countOf(counts, finalStates);
  const unwaited = expected - devices.size;
  if (openCount <= unwaited) return true;
  // Timed-out devices, and devices that Esper made no row for, are given up after the grace time.
  const givenUp = (counts.TimeOut ?? 0) + Math.max(0, request.devices - totalOf(counts));
  return quietMs >= timeOutGraceMs && openCount - givenUp <= unwaited;
}

/** Whether every device waited for has answered. */
export function isAnswered({ devices }: Awaited, answers: Answers, quietMs: number): boolean {
  for (const id of devices.keys()) {
    const state = answers.rows.get(id)?.state ?? (answers.othersSucceeded ? "Success" : undefined);
    if (state !== undefined && finalStates.includes(state)) continue;
    const graceOver = quietMs >= timeOutGraceMs && (state === "TimeOut" || state === undefined);
    if (!graceOver) return false;
  }
  return true;
}
