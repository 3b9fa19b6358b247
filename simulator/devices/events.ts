// What happens to devices by itself, as events, and the habits that say when.

import type { CommandRequest, CommandStatus, Device } from "../world/model";

export type WorkEvent =
  | { readonly kind: "step" | "giveUp" | "lateEnd"; readonly status: CommandStatus; readonly turn: number }
  | { readonly kind: "slotOpens" | "slotCloses" | "showAnswers"; readonly status: CommandStatus }
  | { readonly kind: "lateRow"; readonly request: CommandRequest; readonly device: Device }
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
