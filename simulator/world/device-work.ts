// How devices work off their queues: first in, first out, state by state, as events in simulated time.
// A device that goes offline stops where it is and goes on when it returns; the cloud calls that a time-out meanwhile.
// It knows nothing of HTTP and of requests as a whole beyond their counts. States: docs/background/esper-api.md, 4b.

import { carryOut, judge } from "./carry-out";
import type { EventQueue } from "./event-queue";
import type { Chance } from "./random";
import type { CommandStatus } from "./requests";
import { changeState } from "./requests";
import { nextSlot } from "./schedule";
import type { CommandState } from "./states";
import { steps } from "./states";
import type { Device } from "./tenant";

export type WorkEvent =
  | { readonly kind: "step" | "giveUp"; readonly status: CommandStatus; readonly turn: number }
  | { readonly kind: "slotOpens" | "slotCloses" | "showAnswers"; readonly status: CommandStatus }
  | { readonly kind: "return"; readonly device: Device };

export interface WorkHabits {
  /** Mean time from a command's turn to its answer. */
  readonly deviceMs: number;
  /** From 0 to 1: the time of a device lies within this share of the mean, to both sides. */
  readonly deviceSpread: number;
  /** When does the cloud call a started command without an answer timed out? "2 minutes to 3 days" by Esper's help. */
  readonly commandTimeOutMs: number;
  /** How often must a request be read as pending before answers of devices show? */
  readonly readsBeforeAnswer: number;
  /** How long are answers kept back for that at most? */
  readonly holdAnswersMs: number;
}

export class DeviceWork {
  constructor(
    private readonly events: EventQueue<WorkEvent>,
    private readonly habits: WorkHabits,
    private readonly chance: Chance,
  ) {}

  /** Puts a new command into the device's queue, or waits for its schedule. */
  take(status: CommandStatus, at: number): void {
    if (status.state === "Command Scheduled") this.awaitSlot(status, at, "Command Scheduled");
    else this.enqueue(status, at);
  }

  setOnline(device: Device, online: boolean, at: number): void {
    if (device.online === online) return;
    device.online = online;
    device.lastSeenAt = at;
    if (online) this.resume(device, at);
    else this.pause(device, at);
  }

  /** Takes a waiting command back; false when the device has it already. */
  cancel(status: CommandStatus, reason: string | null, at: number): boolean {
    if (status.state !== "Command Queued" && status.state !== "Command Scheduled") return false;
    changeState(status, "Command Cancelled", reason, at);
    this.drop(status, at);
    return true;
  }

  /** After a read of the request: answers that were kept back are shown once it was read often enough. */
  wasRead(request: CommandStatus["request"], at: number): void {
    request.reads += 1;
    if (request.reads >= this.habits.readsBeforeAnswer) this.showAnswers(request, at);
  }

  run(event: WorkEvent, at: number): void {
    switch (event.kind) {
      case "step":
        if (event.turn === event.status.turn) this.step(event.status, at);
        break;
      case "giveUp":
        if (event.turn === event.status.turn) changeState(event.status, "Command TimeOut", null, at);
        break;
      case "slotOpens":
        this.openSlot(event.status, at);
        break;
      case "slotCloses":
        this.closeSlot(event.status, at);
        break;
      case "showAnswers":
        this.showAnswers(event.status.request, at);
        break;
      case "return":
        this.setOnline(event.device, true, at);
        break;
    }
  }

  private enqueue(status: CommandStatus, at: number): void {
    status.device.queue.push(status);
    this.begin(status.device, at);
  }

  private begin(device: Device, at: number): void {
    const next = device.queue[0];
    if (next === undefined || device.active !== undefined || !device.online) return;
    device.active = next;
    const { deviceMs, deviceSpread } = this.habits;
    const swing = 2 * this.chance.fraction(device.number, next.request.number) - 1;
    next.workMs = Math.max(0, deviceMs * (1 + deviceSpread * swing));
    this.planStep(next, at);
  }

  private planStep(status: CommandStatus, at: number): void {
    status.turn += 1;
    const share = steps[status.state]?.share ?? 0.5;
    this.events.push(at + Math.round(status.workMs * share), { kind: "step", status, turn: status.turn });
  }

  private step(status: CommandStatus, at: number): void {
    const next = steps[status.state]?.next;
    if (next === undefined) {
      this.finish(status, at);
      return;
    }
    changeState(status, next, null, at);
    this.planStep(status, at);
  }

  private finish(status: CommandStatus, at: number): void {
    const { device } = status;
    const { timeOut } = device.trouble;
    if (timeOut !== undefined) {
      delete device.trouble.timeOut;
      this.timeOut(status, timeOut.lateSuccessMs, at);
      return;
    }
    const verdict = judge(status.request, device, at);
    carryOut(verdict, device, at);
    if (!verdict.ok && status.request.schedule === "RECURRING" && this.hasSlotAfter(status, at)) {
      this.awaitSlot(status, status.slotEndsAt ?? at, "Command Scheduled", verdict.reason);
    } else {
      this.answer(status, verdict.ok ? "Command Success" : "Command Failure", verdict.ok ? null : verdict.reason, at);
    }
    this.release(status, at);
  }

  /** The answer is late, or lost when there is no late success: then the device never did it. */
  private timeOut(status: CommandStatus, lateSuccessMs: number | undefined, at: number): void {
    changeState(status, "Command TimeOut", null, at);
    status.turn += 1;
    if (lateSuccessMs === undefined) this.release(status, at);
    else this.events.push(at + lateSuccessMs, { kind: "step", status, turn: status.turn });
  }

  private answer(status: CommandStatus, state: CommandState, reason: string | null, at: number): void {
    const { request } = status;
    if (request.reads >= this.habits.readsBeforeAnswer) {
      changeState(status, state, reason, at);
      return;
    }
    if (request.heldAnswers.length === 0) {
      this.events.push(at + this.habits.holdAnswersMs, { kind: "showAnswers", status });
    }
    request.heldAnswers.push({ status, state, reason });
  }

  private showAnswers(request: CommandStatus["request"], at: number): void {
    for (const held of request.heldAnswers.splice(0)) changeState(held.status, held.state, held.reason, at);
  }

  /** The device is done with the first of its queue. */
  private release(status: CommandStatus, at: number): void {
    const { device } = status;
    device.active = undefined;
    device.queue.shift();
    this.begin(device, at);
  }

  private drop(status: CommandStatus, at: number): void {
    const { device } = status;
    status.turn += 1;
    const place = device.queue.indexOf(status);
    if (place >= 0) device.queue.splice(place, 1);
    if (device.active === status) device.active = undefined;
    this.begin(device, at);
  }

  private pause(device: Device, at: number): void {
    const status = device.active;
    if (status === undefined) return;
    status.turn += 1;
    if (status.state === "Command Queued") device.active = undefined;
    else if (status.state !== "Command TimeOut") {
      this.events.push(at + this.habits.commandTimeOutMs, { kind: "giveUp", status, turn: status.turn });
    }
  }

  private resume(device: Device, at: number): void {
    if (device.active === undefined) this.begin(device, at);
    else this.planStep(device.active, at);
  }

  private awaitSlot(status: CommandStatus, at: number, waiting: CommandState, reason: string | null = null): void {
    const slot = this.slotAfter(status, at);
    if (slot === undefined) {
      // Which state Esper shows when a window went by is not published.
      changeState(status, "Command TimeOut", "The schedule is over", at);
      return;
    }
    changeState(status, waiting, reason, at);
    status.slotEndsAt = slot.endAt;
    this.events.push(Math.max(at, slot.startAt), { kind: "slotOpens", status });
  }

  private openSlot(status: CommandStatus, at: number): void {
    if (status.state !== "Command Scheduled" || status.slotEndsAt === undefined) return;
    changeState(status, "Command Queued", status.reason, at);
    this.events.push(status.slotEndsAt, { kind: "slotCloses", status });
    this.enqueue(status, at);
  }

  /** A device that was offline through the window does not get the command (docs/background/esper-api.md, 2b). */
  private closeSlot(status: CommandStatus, at: number): void {
    if (status.state !== "Command Queued") return;
    this.drop(status, at);
    this.awaitSlot(status, at, "Command Scheduled");
  }

  private hasSlotAfter(status: CommandStatus, at: number): boolean {
    return this.slotAfter(status, status.slotEndsAt ?? at) !== undefined;
  }

  private slotAfter(status: CommandStatus, at: number): ReturnType<typeof nextSlot> {
    const { schedule, scheduleArgs } = status.request;
    if (schedule === "IMMEDIATE" || scheduleArgs === null) return undefined;
    return nextSlot(schedule, scheduleArgs, status.device.utcOffsetMinutes, at);
  }
}
