// How a scheduled command waits: it is Scheduled until its next slot opens, and timed out when there is none any more.
// When slots are stands in schedule.ts.

import type { CommandStatus } from "../world/model";
import { changeState } from "../world/requests";
import type { EventQueue } from "./event-queue";
import type { WorkEvent } from "./events";
import type { Slot } from "./schedule";
import { nextSlot } from "./schedule";

/** Lets the command wait for the slot that is open at this time, or the next one. */
export function awaitSlot(
  events: EventQueue<WorkEvent>,
  status: CommandStatus,
  at: number,
  reason: string | null = null,
): void {
  const slot = slotAfter(status, at);
  if (slot === undefined) {
    // Which state Esper shows when a window went by is not published.
    changeState(status, "Command TimeOut", "The schedule is over", at);
    return;
  }
  changeState(status, "Command Scheduled", reason, at);
  status.slotEndsAt = slot.endAt;
  events.push(Math.max(at, slot.startAt), { kind: "slotOpens", status });
}

export function slotAfter({ request, device }: CommandStatus, at: number): Slot | undefined {
  const { schedule, scheduleArgs } = request;
  if (schedule === "IMMEDIATE" || scheduleArgs === null) return undefined;
  return nextSlot(schedule, scheduleArgs, device.utcOffsetMinutes, at);
}
