// Where each member stands: judged from the requests sent, the answers read, and the time. Pure.
// The words installed, pending, failed and missing are those of docs/design.md, section 1.

import { printable } from "../../printable";
import type { Device, StatusRow } from "../../client";
import { expiredState, overwrittenState, removedState } from "../state/backlog";
import type { Coverage, Exception, SentRequest } from "../state/state";
import { entriesFor, type CommandHistory, type OtherEntry } from "./command-entries";
import type { NewerCommand } from "./newer/newer-commands";
import { countThat } from "../state/members/count-that";

export type { Answers, CommandHistory, HistoryEntry } from "./command-entries";

/** Esper drops an install that the device has not fetched for 30 days (Esper, "Command API Examples"). */
export const commandLifeMs = 30 * 24 * 3_600_000;

export const neverSent = "Never sent";
/** Where each device has its own content: it was sent another file than the one that it is to have. */
export const fileChangedState = "File changed";
/** Where each device has its own content: there is none to send to it. */
export const noFileState = "No file";
/** Where certificates are made: it has none, or what it has is due for another. */
export const dueState = "Certificate due";
/** Where certificates are made: a name of it would have a value that the device lacks. */
export const noNamesState = "No names";
/** Where certificates are made: the issuer gave none for this device. */
export const notIssuedState = "Not issued";
/** The state of a device that was sent to and has no row yet. */
export const sentState = "Sent";

export interface DeviceStatus {
  readonly device: Device;
  readonly phase: "installed" | "pending" | "failed" | "missing";
  /** Esper's state, or "Expired" or "Never sent". */
  readonly state: string;
  readonly reason: string;
  /** ISO instant. */
  readonly since: string;
  readonly requestId?: string;
}

export function deviceStatuses(
  members: Iterable<Device>,
  history: CommandHistory,
  nowMs: number,
): readonly DeviceStatus[] {
  const entriesOf = entriesFor(history);
  const now = { nowMs, nowAt: new Date(nowMs).toISOString() };
  // Not pushed one by one: an array that grows leaves the smaller ones behind.
  return [...members].map((device) => statusOf(device, entriesOf(device.id), now));
}

/** An instant in both forms: a text for each of a million devices takes room. */
interface Now {
  readonly nowMs: number;
  readonly nowAt: string;
}

function statusOf(device: Device, newestFirst: CommandHistory, { nowMs, nowAt }: Now): DeviceStatus {
  for (const entry of newestFirst) {
    if ("other" in entry) {
      const status = statusUnder(device, entry, nowMs);
      if (status !== undefined) return status;
      continue;
    }
    const { request, answers, sentTo } = entry;
    const row = answers.rows.get(device.id);
    if (row !== undefined) return statusFromRow(device, request, row, nowMs);
    if (!sentTo.has(device.id)) continue;
    const { id: requestId, sentAt: since } = request;
    return answers.othersSucceeded
      ? { device, phase: "installed", state: "Success", reason: "", since, requestId }
      : { device, phase: "pending", state: sentState, reason: "", since, requestId };
  }
  return { device, phase: "missing", state: neverSent, reason: "", since: nowAt };
}

/** Where a device stands by its row of one request. */
export function statusFromRow(device: Device, request: SentRequest, row: StatusRow, now: number): DeviceStatus {
  const known = { device, reason: row.reason ?? "", since: row.updatedAt, requestId: request.id };
  switch (row.state) {
    case "Success":
      return { ...known, phase: "installed", state: row.state };
    case "Failure":
    case "Cancelled":
    case "TimeOut":
      return { ...known, phase: "failed", state: row.state };
    case "Queued":
    case "Scheduled":
    case "Initiated":
    case "Acknowledged":
    case "In Progress":
    case "Unknown":
      // Before its window opens a command has not begun to wait for the device.
      return row.state !== "Scheduled" && now - Date.parse(request.sentAt) > commandLifeMs
        ? {
            ...known,
            phase: "missing",
            state: expiredState,
            reason: "the device did not take the command within 30 days",
          }
        : { ...known, phase: "pending", state: row.stateText };
  }
}

/** The state of a device that holds other content of another resource. */
export const otherOwnerState = "Other owner";

/** Undefined where the command has changed nothing on the device. */
function statusUnder(device: Device, { other, isSameContent }: OtherEntry, nowMs: number): DeviceStatus | undefined {
  const row = other.rows.get(device.id);
  if (row === undefined && !other.listed.has(device.id)) return undefined;
  if (row !== undefined && !hasEffect(other, row, nowMs)) return undefined;
  const since = row?.updatedAt ?? other.createdAt;
  const known = { device, reason: "", since, requestId: other.id };
  if (other.kind === "uninstall") return { ...known, phase: "missing", state: removedState };
  if (isSameContent) {
    return row?.state === "Success"
      ? { ...known, phase: "installed", state: row.state }
      : { ...known, phase: "pending", state: row?.stateText ?? sentState };
  }
  return { ...known, phase: "missing", state: other.by === "other" ? otherOwnerState : overwrittenState };
}

/** Whether the device has done it, or will while the command lives. */
function hasEffect({ createdAt, scheduledFrom }: NewerCommand, { state }: StatusRow, nowMs: number): boolean {
  if (state === "Success") return true;
  if (state === "Failure" || state === "Cancelled" || state === "TimeOut") return false;
  // Before its window a scheduled one has changed nothing yet.
  if (state === "Scheduled") return scheduledFrom !== undefined && Date.parse(scheduledFrom) <= nowMs;
  return nowMs - Date.parse(createdAt) <= commandLifeMs;
}

/** Members that hold other content of another resource: they are told, and sent nothing. */
export function isOwnedByOther({ state }: DeviceStatus): boolean {
  return state === otherOwnerState;
}

/** Whether a request of this resource was ever sent to the device; also when it expired unseen. */
export function wasSent({ state }: DeviceStatus): boolean {
  return !notSentStates.includes(state);
}

const notSentStates = [neverSent, fileChangedState, noFileState, dueState, noNamesState, notIssuedState];

/** Whether there is nothing to send to the device. */
export function hasNoFile({ state }: DeviceStatus): boolean {
  return state === noFileState || state === noNamesState;
}

/** Whether its command waits for a window to open. */
export function isScheduled({ state }: DeviceStatus): boolean {
  return /^(command )?scheduled$/i.test(state);
}

export function coverageOf(standings: readonly DeviceStatus[], unsupported: number): Coverage {
  const of = { installed: 0, pending: 0, failed: 0, missing: 0 };
  for (const { phase } of standings) of[phase] += 1;
  const offline = countThat(standings, ({ phase, device }) => phase === "pending" && !device.online);
  return { members: standings.length, ...of, offline, unsupported };
}

const urgency: readonly DeviceStatus["phase"][] = ["failed", "missing", "pending"];

// The room that docs/design.md, section 5 leaves for exceptions in a record.
const exceptionsMax = 100;
const exceptionsMaxBytes = 6_000;

/** The members that are not installed, the most urgent first, as many as there is room for. */
export function exceptionsOf(standings: readonly DeviceStatus[]): {
  exceptions: readonly Exception[];
  omitted: number;
} {
  const all = urgency.flatMap((is) =>
    standings.filter((standing) => standing.phase === is).sort((a, b) => a.device.name.localeCompare(b.device.name)),
  );
  const exceptions: Exception[] = [];
  let bytes = 2;
  for (const { device, state, reason, since } of all.slice(0, exceptionsMax)) {
    const words = { name: printable(device.name), state: printable(state), reason: printable(reason) };
    const entry = { device: device.id, ...words, since };
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes > exceptionsMaxBytes) break;
    exceptions.push(entry);
  }
  return { exceptions, omitted: all.length - exceptions.length };
}
