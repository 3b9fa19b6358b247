// The states of a command on a device, between Esper's spelling ("Command TimeOut") and the provider's ("TimeOut").
// Pure. Compared without regard to case; a state not known here counts as pending (docs/background/esper-api.md, 4b).

import type { CommandState, StateCounts, StatusRow } from "./client";

const KNOWN = [
  "Queued",
  "Scheduled",
  "Initiated",
  "Acknowledged",
  "In Progress",
  "Success",
  "Failure",
  "Cancelled",
  "TimeOut",
] as const satisfies readonly CommandState[];

const byText = new Map<string, CommandState>(KNOWN.map((state) => [state.toLowerCase(), state]));

export function readState(stateText: string): CommandState {
  return (
    byText.get(
      stateText
        .trim()
        .toLowerCase()
        .replace(/^command\s+/, ""),
    ) ?? "Unknown"
  );
}

/** As Esper writes it; undefined for a state that has no name of Esper's. */
export function writeState(state: CommandState): string | undefined {
  return state === "Unknown" ? undefined : `Command ${state}`;
}

/** A state that nothing changes any more; TimeOut is none. */
export function isFinal(state: CommandState): boolean {
  return state === "Success" || state === "Failure" || state === "Cancelled";
}

export function countStates(rows: readonly StatusRow[]): StateCounts {
  const counts: Partial<Record<CommandState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

export function sumTotals(totals: readonly { readonly state: string; readonly total: number }[]): StateCounts {
  const counts: Partial<Record<CommandState, number>> = {};
  for (const { state, total } of totals) {
    if (total > 0) counts[readState(state)] = (counts[readState(state)] ?? 0) + total;
  }
  return counts;
}
