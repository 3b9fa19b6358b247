// Whether a device among the stored exceptions failed, lacks the certificate, or waits for it: a state keeps the state's name
// alone. Pure.

import { enrolledAgainState, expiredState, overwrittenState, removedState } from "../state/backlog";
import {
  dueState,
  fileChangedState,
  neverSent,
  noFileState,
  noNamesState,
  notIssuedState,
  otherOwnerState,
  type DeviceStatus,
} from "./device-status";

const failedStates = ["Failure", "Cancelled", "TimeOut", notIssuedState];
const missingStates = [
  ...[neverSent, expiredState, fileChangedState, noFileState, dueState, noNamesState],
  ...[removedState, overwrittenState, otherOwnerState, enrolledAgainState],
];

/** The phase of a device among the exceptions, by its state without Esper's prefix "Command ". */
export function exceptionPhase(state: string): Exclude<DeviceStatus["phase"], "installed"> {
  if (failedStates.includes(state)) return "failed";
  return missingStates.includes(state) ? "missing" : "pending";
}

/** Esper writes some states of a command with this word before them. */
export function bareState(state: string): string {
  return state.replace(/^Command /u, "");
}
