// Answers of devices that the cloud does not show yet: a request is seen as pending at least as often as the habits say.
// Clients that take the first look for the last one are found out by this.

import type { CommandRequest, CommandStatus } from "../world/model";
import { changeState } from "../world/requests";
import type { CommandState } from "../world/states";
import type { EventQueue } from "./event-queue";
import type { WorkEvent, WorkHabits } from "./events";

export class HeldAnswers {
  constructor(
    private readonly events: EventQueue<WorkEvent>,
    private readonly habits: WorkHabits,
  ) {}

  give(status: CommandStatus, state: CommandState, reason: string | null, at: number): void {
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

  /** Answers that were kept back are shown once the request was read often enough. */
  wasRead(request: CommandRequest, at: number): void {
    request.reads += 1;
    if (request.reads >= this.habits.readsBeforeAnswer) this.show(request, at);
  }

  show(request: CommandRequest, at: number): void {
    for (const held of request.heldAnswers.splice(0)) changeState(held.status, held.state, held.reason, at);
  }
}
