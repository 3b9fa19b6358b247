// The body of a command request, the same for both endpoints but for the free label. Pure.
// Source: docs/background/esper-api.md, 2a and 2b.

import type { CommandToSend, SentCommand } from "../client";
import { isoInstant } from "../iso-instant";

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
