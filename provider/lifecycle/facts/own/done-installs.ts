// Installs that ended in Success and are remembered by the ledger alone, as entries of a history. Pure.

import type { HistoryEntry } from "../device-status";

/** An install of which the device and Esper's time are known, and no id. */
export interface DoneInstall {
  readonly device: string;
  readonly at: string;
  /** There is nothing else to send to the device any more. */
  readonly isKept: boolean;
}

/** Stands for the id of a request that ended in Success and is remembered by no id. */
export const doneId = "done";

export function doneEntry({ device, at }: DoneInstall): HistoryEntry {
  const request = {
    id: doneId,
    kind: "install",
    commandType: "DEVICE",
    devices: 1,
    sentAt: at,
    createdAt: at,
  } as const;
  return { request, answers: { rows: new Map(), othersSucceeded: true }, sentTo: new Set([device]) };
}
