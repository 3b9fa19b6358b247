// Commands under the resource's alias that its state does not know: of a run that was killed before the engine could store
// what it had done, of a destroy that failed halfway, of other resources, stacks and people. They are read from Esper's list,
// from the point on to which the state has looked. It decides nothing. Follows docs/design.md, section 3.

import type { CommandSighting, StatusRow } from "../../../client/index";
import type { Target } from "../../arguments/target";
import type { OperationContext } from "../../context";
import { aliasHash, certificateCommands, installCommand, parseLabel, urnHint } from "../../state/command-label";
import { devicesIn } from "../../state/sent-request";
import { newestInstallAt, type OtherCommand, type State, type StateRecord } from "../../state/state";
import { devicesConcerned, mayConcern } from "./concerned";
import { mapById } from "../../state/members/ids";

/** One that the state does not count among its own, with the devices that it reached. */
export interface NewerCommand extends OtherCommand {
  readonly rows: ReadonlyMap<string, StatusRow>;
  /** As the request lists them; Esper may show no row for them yet. */
  readonly listed: ReadonlySet<string>;
}

export interface Newer {
  /** Oldest first. */
  readonly commands: readonly NewerCommand[];
  /** Commands of which nobody can say whether they are this resource's: they are told once, and count neither way. */
  readonly unreadable: readonly Unreadable[];
  /** False where the list was longer than is read: another sender's command may be missing, so no removal may rest on it. */
  readonly isComplete: boolean;
  /** Esper's time up to which commands are known now (ISO). */
  readonly lookedUntil: string;
}

export interface Unreadable {
  readonly id: string;
  /** Esper's time (ISO). */
  readonly createdAt: string;
  /** Whether its arguments name this alias; else they are not shown, and it may be under this one or another. */
  readonly isUnderAlias: boolean;
}

export const nothingNewer: Newer = { commands: [], unreadable: [], isComplete: true, lookedUntil: "" };

/** Read once for all resources of a run. */
export const listMaxAgeMs = 60_000;
/** What a removal rests on is read again when it is older. */
export const removalMaxAgeMs = 10_000;

/** @param target what the program names now, where that may be another one */
export async function readNewer(
  { client }: OperationContext,
  prior: State,
  maxAgeMs: number,
  target?: Target,
): Promise<Newer> {
  const { record, settings } = prior;
  const list = await client.commandsSince({ commands: certificateCommands, sinceAt: record.lookedUntil, maxAgeMs });
  const stored = record.otherCommands ?? [];
  const known = new Set([...[...prior.commands, ...stored].map(({ id }) => id), ...(record.droppedIds ?? [])]);
  const unknown = list.commands.filter((sighting) => !known.has(sighting.id) && !isInLedger(sighting, prior));
  // Without labels nothing tells own commands from those of others: they are told, and count neither way.
  const classified = client.hasLabels
    ? unknown.flatMap((sighting) => otherCommandOf(sighting, settings.alias, record) ?? [])
    : [];
  const concerned = devicesConcerned(prior, target);
  const sightings = mapById(unknown);
  const isOfUse = ({ id, by }: OtherCommand): boolean => {
    const sighting = sightings.get(id);
    return by === "own" || sighting === undefined || mayConcern(sighting, concerned);
  };
  const all = [...stored, ...classified.filter(isOfUse)].sort((one, other) =>
    one.createdAt < other.createdAt ? -1 : 1,
  );
  const rows = rowsByRequest(all.length === 0 ? [] : await client.rows({ requestIds: all.map(({ id }) => id) }));
  return {
    commands: all.map((command) => ({
      ...command,
      rows: rows.get(command.id) ?? new Map<string, StatusRow>(),
      listed: new Set(sightings.get(command.id)?.devices ?? []),
    })),
    unreadable: unknown
      .filter((sighting) => isUnreadable(sighting) || (!client.hasLabels && sighting.aliasName === settings.alias))
      .map(({ id, createdAt, aliasName }) => ({ id, createdAt, isUnderAlias: aliasName !== undefined })),
    isComplete: list.isComplete || !client.hasLabels,
    lookedUntil: (record.own === undefined ? unknown : list.commands).reduce(
      (last, { createdAt }) => (createdAt > last ? createdAt : last),
      record.lookedUntil,
    ),
  };
}

function rowsByRequest(rows: readonly StatusRow[]): ReadonlyMap<string, ReadonlyMap<string, StatusRow>> {
  const byRequest = new Map<string, Map<string, StatusRow>>();
  for (const row of rows) {
    const ofRequest = byRequest.get(row.requestId) ?? new Map<string, StatusRow>();
    byRequest.set(row.requestId, ofRequest.set(row.deviceId, row));
  }
  return byRequest;
}

/**
 * The ledger knows the newest install of each device, and keeps no ids of those that ended well: up to the newest of all, the
 * resource's own installs are known.
 */
function isInLedger({ command, label, createdAt }: CommandSighting, prior: State): boolean {
  if (prior.record.own === undefined || command !== installCommand || label === undefined) return false;
  const newestAt = newestInstallAt(prior);
  return newestAt !== undefined && createdAt <= newestAt && isOwnLabel(label, createdAt, prior.record);
}

function isUnreadable({ aliasName, label }: CommandSighting): boolean {
  return aliasName === undefined && (label === undefined || parseLabel(label)?.form !== "instance");
}

/** Undefined for a command under another alias, or one that cannot be told. */
function otherCommandOf(
  { id, command, label, aliasName, createdAt, scheduledFrom }: CommandSighting,
  alias: string,
  record: StateRecord,
): OtherCommand | undefined {
  const parsed = label === undefined ? undefined : parseLabel(label);
  const isOwn = parsed !== undefined && isOwnLabel(label ?? "", createdAt, record);
  const saysAlias = parsed?.form === "instance" ? parsed.alias === aliasHash(alias) : isOwn;
  if (aliasName === undefined ? !saysAlias : aliasName !== alias) return undefined;
  return {
    ...{ id, createdAt, kind: command === installCommand ? "install" : "uninstall" },
    by: isOwn ? "own" : parsed === undefined ? "unlabelled" : "other",
    ...(parsed !== undefined && { content: parsed.content }),
    ...(parsed?.form === "instance" && parsed.made !== undefined && { made: parsed.made }),
    ...(scheduledFrom !== undefined && { scheduledFrom }),
  };
}

/** Whether a label is of this instance, or of a former one up to the moment in which it was left. */
export function isOwnLabel(label: string, createdAt: string, { instance, urnHash, former }: StateRecord): boolean {
  const parsed = parseLabel(label);
  if (parsed === undefined) return false;
  const isFormer = former !== undefined && createdAt <= former.untilAt;
  if (parsed.form === "instance") {
    return parsed.instance === instance || (isFormer && parsed.instance === former.instance);
  }
  // A state of the first form has no id: its requests are those with the hash of its URN.
  if (instance === undefined) return parsed.urnHash === urnHash;
  return isFormer && former.instance === undefined && parsed.urnHash === former.urnHash;
}

/** A killed run is followed by another soon; reading further back would cost more than it finds. */
const killedCreateMs = 3_600_000;

/** Devices that a killed create of the same URN has sent an install to: its id is lost with it, and may not be believed. */
export async function devicesOfKilledCreate(
  { client, clock, urnHash }: OperationContext,
  alias: string,
): Promise<ReadonlySet<string>> {
  const sinceAt = new Date(clock.now() - killedCreateMs).toISOString();
  const list = await client.commandsSince({
    commands: certificateCommands,
    sinceAt,
    maxAgeMs: listMaxAgeMs,
  });
  const own = list.commands.flatMap(({ id, command, label }) => {
    const parsed = label === undefined ? undefined : parseLabel(label);
    if (parsed?.form !== "instance" || parsed.alias !== aliasHash(alias)) return [];
    return parsed.instance.startsWith(urnHint(urnHash)) ? [{ id, command, instance: parsed.instance }] : [];
  });
  // Whoever has removed something knew its state: no killed create, and a later one of the same URN may follow it soon.
  const known = new Set(own.filter(({ command }) => command !== installCommand).map(({ instance }) => instance));
  const requestIds = own.filter(({ instance }) => !known.has(instance)).map(({ id }) => id);
  return requestIds.length === 0 ? new Set() : devicesIn(await client.rows({ requestIds }));
}
