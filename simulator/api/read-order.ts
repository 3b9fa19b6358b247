// Reads the body of a POST of either endpoint: a command order, or the sentence of a 400.
// What comes in is unknown until it was read here. Form: CommandRequest_POST and V0CommandRequest in openapi.json.
// Nulls are tolerated where Esper's own tool sends them (docs/background/esper-api.md, 2a).
// No value stands in a message.

import { commandNames } from "./command-names";
import type { CommandOrder, CommandType, DeviceType, Schedule } from "../world/model";
import type { ScheduleArgs } from "../devices/schedule";
import { dayNames, timeOfDayMs } from "../devices/schedule";

export class BadOrder extends Error {
  override readonly name = "BadOrder";
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

function readOneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[], absent?: T): T {
  const value = fields[name] ?? absent;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new BadOrder(`${name}: must be one of ${allowed.join(", ")}.`);
  return found;
}

function readIds(fields: Fields, name: string, most: number): readonly string[] | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every(isUuid)) throw new BadOrder(`${name}: must be a list of UUIDs.`);
  if (value.length > most) throw new BadOrder(`${name}: ensure this field has no more than ${most} elements.`);
  return value;
}

function readText(fields: Fields, name: string): string | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new BadOrder(`${name}: not a valid string.`);
  return value;
}

function readInstant(fields: Fields, name: string): string {
  const value = readText(fields, name);
  if (value === null || Number.isNaN(Date.parse(value))) throw new BadOrder(`${name}: must be a date and time.`);
  return value;
}

function readTime(fields: Fields, name: string): Record<string, string> {
  const value = readText(fields, name);
  if (value === null) return {};
  if (timeOfDayMs(value) === undefined) throw new BadOrder(`${name}: must be a time as HH:MM.`);
  return { [name]: value };
}

function readScheduleArgs(value: unknown): ScheduleArgs {
  if (!isFields(value)) throw new BadOrder("schedule_args: required when schedule is WINDOW or RECURRING.");
  const { days } = value;
  const isDays = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((day) => day === "All days" || dayNames.some((name) => name === day));
  if (days !== undefined && days !== null && !isDays(days)) {
    throw new BadOrder("days: must be a list of English names of days.");
  }
  const name = readText(value, "name");
  const args: ScheduleArgs = {
    ...(name !== null && { name }),
    start_datetime: readInstant(value, "start_datetime"),
    end_datetime: readInstant(value, "end_datetime"),
    time_type: readOneOf(value, "time_type", ["console", "device"]),
    ...readTime(value, "window_start_time"),
    ...readTime(value, "window_end_time"),
    ...(isDays(days) ? { days } : {}),
  };
  if (Date.parse(args.end_datetime) <= Date.parse(args.start_datetime)) {
    throw new BadOrder("end_datetime: must be after start_datetime.");
  }
  return args;
}

/** Throws a BadOrder. */
export function readOrder(body: unknown, endpoint: "request" | "v2"): CommandOrder {
  if (!isFields(body)) throw new BadOrder("The body must be a JSON object.");
  const command = readText(body, "command");
  if (command === null || command === "") throw new BadOrder("command: this field is required.");
  if (!commandNames[endpoint].has(command)) throw new BadOrder("command: not a valid choice.");
  const commandType = readOneOf<CommandType>(body, "command_type", ["DEVICE", "GROUP", "DYNAMIC"]);
  const devices = readIds(body, "devices", 1000);
  const groups = readIds(body, "groups", 500);
  if (commandType === "DEVICE" && !devices?.length) throw new BadOrder("devices: this list may not be empty.");
  if (commandType === "GROUP" && !groups?.length) throw new BadOrder("groups: this list may not be empty.");
  const commandArgs = body["command_args"] ?? null;
  if (commandArgs !== null && !isFields(commandArgs)) throw new BadOrder("command_args: must be an object.");
  const schedule = readOneOf<Schedule>(body, "schedule", ["IMMEDIATE", "WINDOW", "RECURRING"], "IMMEDIATE");
  return {
    endpoint,
    commandType,
    devices,
    groups,
    // The default of older descriptions (docs/background/esper-api.md, 2a): without the field, offline
    // devices do not get the command.
    deviceType: readOneOf<DeviceType>(body, "device_type", ["all", "active", "inactive"], "active"),
    command,
    commandArgs,
    schedule,
    scheduleArgs: schedule === "IMMEDIATE" ? null : readScheduleArgs(body["schedule_args"]),
    alias: endpoint === "v2" ? null : readText(body, "alias"),
  };
}
