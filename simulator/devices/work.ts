// How devices work off their queues: first in, first out, state by state, as events in simulated time.
// A device that goes offline stops where it is and goes on when it returns; the cloud calls that a time-out meanwhile.
// It knows nothing of HTTP and of requests as a whole beyond their counts. States: docs/background/esper-api.md, 4b.

import type { CommandRequest, CommandStatus, Device, Trouble } from "../world/model";
import type { Chance } from "../world/random";
import { addStatus, changeState } from "../world/requests";
import { steps } from "../world/states";
import type { EventQueue } from "./event-queue";
import type { WorkEvent, WorkHabits } from "./events";
import { execute, verdictOn } from "./execute";
import { HeldAnswers } from "./held-answers";
import { awaitSlot, slotAfter } from "./slots";

export class DeviceWork {
  private readonly answers: HeldAnswers;

  constructor(
    private readonly events: EventQueue<WorkEvent>,
    private readonly habits: WorkHabits,
    private readonly chance: Chance,
  ) {
    this.answers = new HeldAnswers(events, habits);
  }

  /** Gives the device a new command: it comes into its queue, or waits for its schedule. */
  give(request: CommandRequest, device: Device, at: number): void {
    const isScheduled = request.schedule !== "IMMEDIATE";
    const status = addStatus(request, device, isScheduled ? "Command Scheduled" : "Command Queued");
    if (isScheduled) awaitSlot(this.events, status, at);
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

  /** After a read of the request. */
  wasRead(request: CommandRequest, at: number): void {
    this.answers.wasRead(request, at);
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
        this.answers.show(event.status.request, at);
        break;
      case "lateEnd":
        this.answer(event.status, at);
        break;
      case "lateRow":
        this.give(event.request, event.device, at);
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
      this.timeOut(status, timeOut, at);
      return;
    }
    this.answer(status, at);
    this.release(status, at);
  }

  private answer(status: CommandStatus, at: number): void {
    const { request, device, slotEndsAt = at } = status;
    const verdict = verdictOn(request, device, at);
    execute(verdict, device, at);
    if (verdict.ok) this.answers.give(status, "Command Success", null, at);
    else if (request.schedule === "RECURRING" && slotAfter(status, slotEndsAt) !== undefined) {
      awaitSlot(this.events, status, slotEndsAt, verdict.reason);
    } else this.answers.give(status, "Command Failure", verdict.reason, at);
  }

  /** The answer is late, or lost when there is no late success: then the device never did it. */
  private timeOut(
    status: CommandStatus,
    { lateSuccessMs, goesOn = false }: NonNullable<Trouble["timeOut"]>,
    at: number,
  ): void {
    changeState(status, "Command TimeOut", null, at);
    status.turn += 1;
    if (lateSuccessMs === undefined || goesOn) this.release(status, at);
    if (lateSuccessMs === undefined) return;
    this.events.push(at + lateSuccessMs, { kind: goesOn ? "lateEnd" : "step", status, turn: status.turn });
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
    awaitSlot(this.events, status, at);
  }
}
