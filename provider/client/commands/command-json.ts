// A command request between Esper's JSON and the provider's words: the body to send, the same for both endpoints but for
// the free label, and a row of the list. Pure.
// Source: docs/background/esper-api.md, 2a and 2b.

import type { TypeOf } from "io-ts";
import type { CommandSighting, CommandToSend, SentCommand } from "../client";
import type { CommandJson } from "../codecs";
import { isoInstant } from "../iso-instant";
import { sumTotals } from "./command-states";

/** A request as the API lists it. */
export type RequestRow = TypeOf<typeof CommandJson>;

export function bodyOf(command: CommandToSend): Readonly<Record<string, unknown>> {
  const { schedule } = command;
  return {
    command_type: command.commandType,
    ...(command.commandType === "GROUP" ? {} : { devices: command.devices }),
    ...(command.commandType === "DEVICE" ? {} : { groups: command.groups }),
    // Documented as ignored today, and as required before: always sent.
    device_type: command.deviceType,
    command: command.command,
    command_args: command.commandArgs,
    ...(schedule !== undefined && { schedule: schedule.schedule, schedule_args: schedule.scheduleArgs }),
  };
}

/** The request as accepted: Esper's id and instant, the rest as it was sent. */
export function sentAs(
  command: CommandToSend,
  accepted: { readonly id: string; readonly created_at?: string | null | undefined },
  nowMs: number,
): SentCommand {
  const aliasName = command.commandArgs["cert_alias_name"];
  return {
    id: accepted.id,
    command: command.command,
    commandType: command.commandType,
    devices: command.devices,
    groups: command.groups,
    ...(aliasName !== undefined && { aliasName }),
    createdAt: isoInstant(accepted.created_at ?? new Date(nowMs).toISOString()),
  };
}

/** For example "3 groups and 12 devices". */
export function targetsOf(target: { readonly devices: readonly string[]; readonly groups: readonly string[] }): string {
  const some = (count: number, noun: string): string[] =>
    count === 0 ? [] : [`${String(count)} ${noun}${count === 1 ? "" : "s"}`];
  const parts = [...some(target.groups.length, "group"), ...some(target.devices.length, "device")];
  return parts.length === 0 ? "no device" : parts.join(" and ");
}

/** A row of the list in the provider's words; of its arguments only the alias is kept. */
export function sightingOf(row: RequestRow, createdAtMs: number): CommandSighting {
  const aliasName = row.command_args?.["cert_alias_name"];
  const startsAt = row.schedule === "IMMEDIATE" ? undefined : row.schedule_args?.["start_datetime"];
  return {
    id: row.id,
    command: row.command,
    commandType: row.command_type === "GROUP" || row.command_type === "DYNAMIC" ? row.command_type : "DEVICE",
    createdAt: new Date(createdAtMs).toISOString(),
    ...(typeof row.alias === "string" && row.alias !== "" && { label: row.alias }),
    ...(typeof aliasName === "string" && { aliasName }),
    ...(row.devices !== null && row.devices !== undefined && { devices: row.devices }),
    ...(row.groups !== null && row.groups !== undefined && { groups: row.groups }),
    ...(typeof startsAt === "string" && { scheduledFrom: isoInstant(startsAt) }),
    ...(row.status !== null && row.status !== undefined && { counts: sumTotals(row.status) }),
  };
}

/** The same, for who sent it. */
export function sentCommandOf({ devices = [], groups = [], ...seen }: CommandSighting): SentCommand {
  const { id, command, commandType, createdAt, label, aliasName } = seen;
  return {
    ...{ id, command, commandType, createdAt, devices, groups },
    ...(label !== undefined && { label }),
    ...(aliasName !== undefined && { aliasName }),
  };
}
