// A history by devices, so that the work of judging them does not grow with devices times requests. Pure.

import type { CommandHistory } from "./device-status";

/** Newest first. */
export function entriesByDevice(history: CommandHistory): ReadonlyMap<string, CommandHistory> {
  const byDevice = new Map<string, CommandHistory[number][]>();
  for (const entry of [...history].reverse()) {
    for (const id of devicesIn(entry)) {
      const entries = byDevice.get(id);
      if (entries === undefined) byDevice.set(id, [entry]);
      else entries.push(entry);
    }
  }
  return byDevice;
}

function devicesIn(entry: CommandHistory[number]): ReadonlySet<string> {
  const [rows, others] = "other" in entry ? [entry.other.rows, entry.other.listed] : [entry.answers.rows, entry.sentTo];
  return rows.size === 0 ? others : new Set([...rows.keys(), ...others]);
}
