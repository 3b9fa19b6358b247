// Commands that ended in TimeOut, or could not be cancelled, and that later ones have overtaken: they may still succeed, and then
// a device holds older content, or content that it was told to remove. They are followed until they are final. It asks the
// client for rows and decides nothing. Follows docs/design.md, section 3.

import type { Client, StatusRow } from "../../../client/index";
import { countOf, finalStates, totalOf } from "../../../client/index";
import { overwrittenState, removedState } from "../../state/backlog";
import { contentPart, isPartOf } from "../../state/command-label";
import { digestHeld } from "../../state/holding";
import { entryOf } from "../../state/ledger/ledger";
import type { LateCommand, SentRequest, State } from "../../state/state";
import type { DeviceStatus } from "../device-status";
import type { NewerCommand } from "./newer-commands";

/** The state of a device that was told to remove the certificate, and took an earlier install after it had. */
export const installedLateState = "Installed late";

/** The room that a record has for them, in devices; of more the last are kept. */
const devicesKept = 60;

/** Of these requests, and of those that the state remembers: on which devices they ended in TimeOut. */
export async function timedOutBefore(
  client: Client,
  prior: State | undefined,
  requests: readonly SentRequest[],
  newer: readonly NewerCommand[],
): Promise<readonly LateCommand[]> {
  if (prior === undefined) return [];
  const open = requests.filter(mayHaveTimedOut);
  const requestIds = open.map(({ id }) => id);
  const rows = open.length === 0 ? [] : await client.rows({ requestIds, states: ["TimeOut"] });
  const own = open.map(({ id, kind }) => withContent(commandOf({ id, kind }, rows), digestsHeld(prior)));
  const others = newer.map((command) => commandOf(command, timedOutIn([...command.rows.values()])));
  return merged([...(prior.record.lateCommands ?? []), ...own, ...others]);
}

function mayHaveTimedOut({ superseded, devices, states = {} }: SentRequest): boolean {
  return superseded !== true && countOf(states, finalStates) < Math.max(devices, totalOf(states));
}

function commandOf({ id, kind, content }: Omit<LateCommand, "devices">, rows: readonly StatusRow[]): LateCommand {
  const devices = rows.filter(({ requestId }) => requestId === id).map(({ deviceId }) => deviceId);
  return { id, kind, devices, ...(content !== undefined && { content }) };
}

function timedOutIn(rows: readonly StatusRow[]): readonly StatusRow[] {
  return rows.filter(({ state }) => state === "TimeOut");
}

/** The digest of the content that a device is to have, or had. */
export type DigestFor = (deviceId: string) => string | undefined;

/** Where each device has its own content, a request goes to one of them. */
function digestsHeld(prior: State): DigestFor {
  const { own } = prior.record;
  return own === undefined ? () => digestHeld(prior) : (id) => entryOf(own.ledger, id)?.digest;
}

function withContent(command: LateCommand, digestFor: DigestFor): LateCommand {
  return { ...command, content: contentPart(digestFor(command.devices[0] ?? "") ?? "") };
}

/** Installs of the state that were to be cancelled, and that Esper still shows as scheduled. */
export async function notCancelled(
  client: Client,
  prior: State | undefined,
  requestIds: readonly string[],
): Promise<readonly LateCommand[]> {
  if (prior === undefined || requestIds.length === 0) return [];
  const rows = await client.rows({ requestIds, states: ["Scheduled"] });
  const isKnown = (id: string): boolean => prior.commands.some((request) => request.id === id);
  return requestIds
    .map((id) => commandOf({ id, kind: "install" }, rows))
    .map((command) => (isKnown(command.id) ? withContent(command, digestsHeld(prior)) : command));
}

/** Installs of this content that stand as TimeOut: they are followed once something else is sent to their devices. */
export function timedOutAmong(statuses: readonly DeviceStatus[], digestFor: DigestFor): readonly LateCommand[] {
  const timedOut = statuses.filter(({ state, requestId }) => state === "TimeOut" && requestId !== undefined);
  return timedOut.map(({ device, requestId = "" }) =>
    withContent({ id: requestId, kind: "install", devices: [device.id] }, digestFor),
  );
}

/** Each command once, with as many devices in all as there is room for. */
export function merged(commands: readonly LateCommand[]): readonly LateCommand[] {
  const byId = new Map<string, LateCommand>();
  for (const command of commands) {
    const devices = new Set([...(byId.get(command.id)?.devices ?? []), ...command.devices]);
    if (devices.size > 0) byId.set(command.id, { ...command, devices: [...devices] });
  }
  let room = devicesKept;
  const kept = [...byId.values()].reverse().map((command) => {
    const devices = command.devices.slice(0, room);
    room -= devices.length;
    return { ...command, devices };
  });
  return kept.filter(({ devices }) => devices.length > 0).reverse();
}

export interface Standing {
  readonly statuses: readonly DeviceStatus[];
  /** Of devices that are to lose the certificate; "installed" means that they have. */
  readonly removals: readonly DeviceStatus[];
  /** What is to be followed still. */
  readonly lateCommands: readonly LateCommand[];
}

/** Where devices stand with the late answers; `digestFor` tells the content that members are to have. */
export async function withLateAnswers(
  client: Client,
  { statuses, removals, lateCommands }: Standing,
  digestFor: DigestFor,
): Promise<Standing> {
  if (lateCommands.length === 0) return { statuses, removals, lateCommands };
  const devices = new Set(lateCommands.flatMap((command) => command.devices));
  const standing = [...statuses, ...removals].filter(({ device }) => devices.has(device.id));
  const ids = [...lateCommands.map(({ id }) => id), ...standing.map(({ requestId = "" }) => requestId)];
  const requestIds = [...new Set(ids)].filter((id) => id !== "");
  const rows = await client.rows({ requestIds, devices: [...devices] });
  return judgeLateAnswers({ statuses, removals, lateCommands }, rows, digestFor);
}

/** Pure. */
export function judgeLateAnswers(
  { statuses, removals, lateCommands }: Standing,
  rows: readonly StatusRow[],
  digestFor: DigestFor,
): Standing {
  const rowOf = (requestId: string, deviceId: string): StatusRow | undefined =>
    rows.find((row) => row.requestId === requestId && row.deviceId === deviceId);
  /** The last command that came to an end on the device after its own newest one. */
  const lateOn = (status: DeviceStatus): Late | undefined => {
    const { device, requestId = "", since } = status;
    const doneAt = rowOf(requestId, device.id)?.updatedAt ?? since;
    return lateCommands
      .filter((command) => command.devices.includes(device.id))
      .map((command) => ({ command, row: rowOf(command.id, device.id) }))
      .flatMap(({ command, row }) => (row?.state === "Success" ? [{ command, at: row.updatedAt }] : []))
      .filter(({ at }) => Date.parse(at) > Date.parse(doneAt))
      .reduce<Late | undefined>((last, one) => (last === undefined || last.at < one.at ? one : last), undefined);
  };
  const ofMembers = statuses.map((status) => memberWith(status, lateOn(status), digestFor(status.device.id)));
  const ofRemovals = removals.map((status) => removalWith(status, lateOn(status)));
  const standing = new Map([...ofMembers, ...ofRemovals].map((status) => [status.device.id, status]));
  const isOpen = (command: LateCommand, deviceId: string): boolean => {
    const status = standing.get(deviceId);
    const state = rowOf(command.id, deviceId)?.state;
    if (status === undefined || status.requestId === command.id) return false;
    if (state === undefined || state === "Failure" || state === "Cancelled") return false;
    return state !== "Success" || status.phase !== "installed";
  };
  const open = lateCommands.map((command) => ({
    ...command,
    devices: command.devices.filter((deviceId) => isOpen(command, deviceId)),
  }));
  return { statuses: ofMembers, removals: ofRemovals, lateCommands: merged(open) };
}

interface Late {
  readonly command: LateCommand;
  readonly at: string;
}

function memberWith(status: DeviceStatus, late: Late | undefined, digest: string | undefined): DeviceStatus {
  if (late === undefined || status.phase !== "installed") return status;
  const { kind, content = "" } = late.command;
  if (kind === "install" && digest !== undefined && isPartOf(digest, content)) return status;
  const state = kind === "install" ? overwrittenState : removedState;
  return { ...status, phase: "missing", state, reason: "", since: late.at };
}

function removalWith(status: DeviceStatus, late: Late | undefined): DeviceStatus {
  if (late?.command.kind !== "install" || status.phase !== "installed") return status;
  return { ...status, phase: "failed", state: installedLateState, reason: "", since: late.at };
}
