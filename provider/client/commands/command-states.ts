// The states of a command on a device, between Esper's spelling ("Command TimeOut") and the provider's ("TimeOut"), and
// devices counted by them. Pure. Compared without regard to case; a state not known here counts as pending (docs/background/esper-api.md, 4b).

import type { CommandState, StateCounts, StatusRow } from "../client";

export const knownStates = [
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

const byText = new Map<string, CommandState>(knownStates.map((state) => [state.toLowerCase(), state]));

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

/** The states that nothing changes any more; TimeOut is none. */
export const finalStates: readonly CommandState[] = ["Success", "Failure", "Cancelled"];

export function countStates(rows: readonly StatusRow[]): StateCounts {
  const counts: Partial<Record<CommandState, number>> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

export function sumTotals(totals: readonly { readonly state: string; readonly total: number }[]): StateCounts {
  const counts: Partial<Record<CommandState, number>> = {};
  for (const { state, total } of totals) {
    if (Number.isSafeInteger(total) && total > 0) counts[readState(state)] = (counts[readState(state)] ?? 0) + total;
  }
  return counts;
}

/** Devices in any state. */
export function totalOf(counts: StateCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Devices in one of these states. */
export function countOf(counts: StateCounts, states: readonly CommandState[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** A state that is not named counts as none. */
export function sameCounts(one: StateCounts, other: StateCounts): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => readCount(one, key) === readCount(other, key));
}

function readCount(counts: StateCounts, key: string): number {
  return Object.entries(counts).find(([state]) => state === key)?.[1] ?? 0;
}
