// When Esper sends a command: reads the `schedule` argument and writes Esper's schedule_args
// (test/fixtures/esper/openapi.json, CommandScheduleArgs; the form of times and days is that of Esper's own bulk tool).
// Pure: whether a window is over is judged with `now` as an argument.

import type { CommandSchedule } from "../../client";
import { hasUnknown, type Fields } from "./reader";

export interface Schedule {
  readonly kind: "window" | "recurring";
  readonly startAt: string;
  readonly endAt: string;
  readonly timeZone: "console" | "device";
  /** Full English names; only for recurring ones. */
  readonly days: readonly string[];
  /** `HH:MM`; only for recurring ones. */
  readonly from?: string;
  readonly to?: string;
}

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

export function readSchedule(fields: Fields): Schedule | undefined {
  const schedule = fields.object("schedule");
  if (schedule === undefined) return undefined;
  schedule.refuseOthers(["window", "recurring"]);
  if (schedule.has("window") === schedule.has("recurring")) {
    return schedule.fail("window", "a schedule is either { window } or { recurring }");
  }
  const kind = schedule.has("window") ? "window" : "recurring";
  const when = schedule.object(kind);
  if (when === undefined) return undefined;
  when.refuseOthers(["start", "end", "timeZone", ...(kind === "recurring" ? ["days", "from", "to"] : [])]);
  const startAt = readInstant(when, "start");
  const endAt = readInstant(when, "end");
  const timeZone = when.oneOf("timeZone", ["console", "device"]) ?? "device";
  if (startAt !== undefined && endAt !== undefined && endAt <= startAt) when.fail("end", "must be after start");
  const recurring = kind === "recurring" ? readRecurring(when) : { days: [] };
  if (startAt === undefined || endAt === undefined || recurring === undefined) return undefined;
  return { kind, startAt, endAt, timeZone, ...recurring };
}

function readRecurring(when: Fields): Pick<Schedule, "days" | "from" | "to"> | undefined {
  const given = when.list("days");
  const days = hasUnknown(given) ? undefined : given?.map((day) => weekdays.find((name) => isDay(day, name)));
  const named = days?.filter((day) => day !== undefined);
  if (!when.has("days") || (days !== undefined && (named?.length !== days.length || days.length === 0))) {
    when.fail("days", `must be a list of ${weekdays.join(", ")}`);
  }
  const from = readTimeOfDay(when, "from");
  const to = readTimeOfDay(when, "to");
  return named && from && to ? { days: named, from, to } : undefined;
}

function isDay(value: unknown, name: string): boolean {
  return typeof value === "string" && value.toLowerCase() === name.toLowerCase();
}

function readTimeOfDay(when: Fields, name: string): string | undefined {
  if (when.isUnknown(name)) return undefined;
  const text = when.string(name);
  return text !== undefined && timeOfDay.test(text) ? text : when.fail(name, 'must be a time of day such as "02:30"');
}

const isoInstant = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** Milliseconds; NaN for what is no instant, such as the 30th of February, which JavaScript takes for a day of March. */
function parseInstant(text: string): number {
  const [, day, zone] = isoInstant.exec(text) ?? [];
  const ms = day === undefined ? NaN : Date.parse(day);
  if (day === undefined || Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day)) return NaN;
  // Esper is sent `Z`, and `timeZone` says whose clock that is. JavaScript would take the machine's own zone, so that a
  // laptop and a pipeline sent different windows.
  return Date.parse(zone === undefined ? `${text}Z` : text);
}

function readInstant(when: Fields, name: string): string | undefined {
  if (when.isUnknown(name)) return undefined;
  const text = when.string(name);
  const ms = text === undefined ? NaN : parseInstant(text);
  if (text === undefined) return when.fail(name, "is required");
  if (Number.isNaN(ms)) return when.fail(name, 'must be an ISO instant such as "2026-12-01T22:00:00Z"');
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Whether nothing can be sent under it any more. */
export function isOver(schedule: Schedule, now: number): boolean {
  return Date.parse(schedule.endAt) <= now;
}

export function commandSchedule(schedule: Schedule, name: string): CommandSchedule {
  const { kind, startAt, endAt, timeZone, days, from, to } = schedule;
  return {
    schedule: kind === "window" ? "WINDOW" : "RECURRING",
    scheduleArgs: {
      name,
      start_datetime: startAt,
      end_datetime: endAt,
      time_type: timeZone,
      ...(from !== undefined && to !== undefined && { window_start_time: from, window_end_time: to, days }),
    },
  };
}
