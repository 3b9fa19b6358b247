// What a state remembers of the commands that it does not count among its own: those that still say something of a member,
// and the point up to which they were looked for (scenario F in state/holding.ts). Pure. Follows docs/design.md, section 3.

import type { Sent } from "../../apply/send";
import { doneId } from "../../facts/own/done-installs";
import type { Facts } from "../../facts/gather";
import type { Newer, NewerCommand } from "../../facts/newer/newer-commands";
import { devicesOf } from "../../facts/newer/resume";
import type { Plan } from "../../policy/plan";
import { type OtherCommand, type StateRecord } from "../../state/state";
import type { Final } from "../final-statuses";

/** Esper's time up to which this state knows what was sent: what came in between is looked at by the next run. */
export function lookedUntil({ newer }: Facts, sent: readonly Sent[], nowMs: number): string {
  if (newer.lookedUntil !== "") return newer.lookedUntil;
  // A new resource begins with its first command; what there was before is no part of it.
  return sent[0]?.createdAt ?? new Date(nowMs).toISOString();
}

/** They are in the list that the next run reads, and are no news. */
export function droppedSince(
  { prior }: Plan,
  { newer }: Facts,
  sent: readonly string[],
  kept: readonly { readonly id: string }[],
): { readonly droppedIds?: readonly string[] } {
  // What was found newer in this run lies before the point from which the next one reads; its last is read once more.
  const found = [...newer.commands, ...newer.unreadable]
    .filter(({ createdAt }) => createdAt >= newer.lookedUntil)
    .map(({ id }) => id);
  const before =
    newer.lookedUntil === prior?.record.lookedUntil
      ? [...prior.commands.map(({ id }) => id), ...(prior.record.droppedIds ?? [])]
      : [];
  const ids = new Set([...before, ...found, ...sent]);
  for (const { id } of kept) ids.delete(id);
  return ids.size === 0 ? {} : { droppedIds: [...ids].slice(-othersKept * 5) };
}

/** A refresh has told of commands that nobody can tell apart: the next one reads on from there. */
export function withTold(record: StateRecord, { unreadable, lookedUntil: until }: Newer): StateRecord {
  if (unreadable.length === 0) return record;
  const told = unreadable.filter(({ createdAt }) => createdAt >= until).map(({ id }) => id);
  return {
    ...record,
    lookedUntil: until,
    droppedIds: [...new Set([...(record.droppedIds ?? []), ...told])].slice(-othersKept * 5),
  };
}

/** Commands of others that still say something of a member: no later one of this resource has reached it. */
export function standingOthers(
  { installs, statuses, removals }: Final,
  { newer, departed }: Facts,
  sent: readonly Sent[],
): readonly OtherCommand[] {
  const times = new Map(installs.requests.map(({ id, createdAt = "" }) => [id, createdAt]));
  const stand = (other: NewerCommand): boolean => {
    const devices = devicesOf(other);
    const isReached = (id: string): boolean =>
      sent.some((one) => one.createdAt > other.createdAt && one.devices.has(id));
    return statuses.some(({ device, requestId = "", since }) => {
      if (!devices.has(device.id) || isReached(device.id)) return false;
      // An install that failed changed nothing, and still makes its sender the owner.
      return (
        requestId === other.id ||
        (other.by !== "own" && (requestId === doneId ? since : (times.get(requestId) ?? "")) < other.createdAt)
      );
    });
  };
  const outside = new Set([...departed.devices, ...removals.failed.map(({ device }) => device)].map(({ id }) => id));
  const isOutside = (other: NewerCommand): boolean =>
    other.by === "own" &&
    other.kind === "install" &&
    removals.failed.length > 0 &&
    [...devicesOf(other)].some((id) => outside.has(id));
  return newer.commands
    .filter((other) => !times.has(other.id) && (stand(other) || isOutside(other)))
    .slice(-othersKept)
    .map(({ rows, listed, ...other }) => other);
}

/** A tenant in which so many commands of others stand on one resource's devices is beyond what a record can follow. */
const othersKept = 40;
