// When a scheduled command may go to a device: the window of a WINDOW, the slots of a RECURRING.
// Pure. "console" is read as UTC, "device" as the device's own wall clock. Source: docs/background/esper-api.md, 2b.

/** Esper's `schedule_args`, as read by read-order.ts. */
export interface ScheduleArgs {
  readonly name?: string;
  readonly start_datetime: string;
  readonly end_datetime: string;
  readonly time_type: "console" | "device";
  /** `HH:MM`; only RECURRING looks at them. Default: the whole day. */
  readonly window_start_time?: string;
  readonly window_end_time?: string;
  /** Full English names, or "All days". Default: all. */
  readonly days?: readonly string[];
}

export interface Slot {
  readonly startAt: number;
  readonly endAt: number;
}

const dayMs = 24 * 60 * 60 * 1000;

export const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Milliseconds since midnight of a `HH:MM`; undefined when it is not one. */
export function timeOfDayMs(text: string): number | undefined {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/.exec(text);
  return parts === null ? undefined : (Number(parts[1]) * 60 + Number(parts[2])) * 60_000;
}

/** The slot that is open at `now`, or the next one; undefined when there is none any more. */
export function nextSlot(
  schedule: "WINDOW" | "RECURRING",
  args: ScheduleArgs,
  utcOffsetMinutes: number,
  now: number,
): Slot | undefined {
  const offsetMs = args.time_type === "device" ? utcOffsetMinutes * 60_000 : 0;
  const window = { startAt: Date.parse(args.start_datetime), endAt: Date.parse(args.end_datetime) };
  const wallNow = now + offsetMs;
  const slot = schedule === "WINDOW" ? openAt(window, wallNow) : nextRecurring(args, window, wallNow);
  return slot === undefined ? undefined : { startAt: slot.startAt - offsetMs, endAt: slot.endAt - offsetMs };
}

function openAt(slot: Slot, now: number): Slot | undefined {
  return slot.startAt < slot.endAt && now < slot.endAt ? slot : undefined;
}

function nextRecurring(args: ScheduleArgs, window: Slot, now: number): Slot | undefined {
  const fromMs = timeOfDayMs(args.window_start_time ?? "") ?? 0;
  const toMs = timeOfDayMs(args.window_end_time ?? "") ?? dayMs;
  const lengthMs = toMs > fromMs ? toMs - fromMs : toMs + dayMs - fromMs; // past midnight
  const days = args.days ?? [];
  const isWanted = (day: string): boolean => days.length === 0 || days.includes(day) || days.includes("All days");
  // A slot that began yesterday may still be open, and a week later every day of the week was met.
  const firstDay = Math.floor(Math.max(window.startAt, now) / dayMs) * dayMs - dayMs;
  for (let day = firstDay; day <= firstDay + 9 * dayMs; day += dayMs) {
    if (!isWanted(dayNames[new Date(day).getUTCDay()] ?? "")) continue;
    const startAt = Math.max(day + fromMs, window.startAt);
    const slot = openAt({ startAt, endAt: Math.min(day + fromMs + lengthMs, window.endAt) }, now);
    if (slot !== undefined) return slot;
  }
  return undefined;
}
