// What is known of the commands of a resource, oldest first, and the same by devices: so the work of judging them does not grow
// with devices times requests. Pure.

import type { StatusRow } from "../../client";
import { joinedIds, type Ids } from "../state/members/ids";
import type { SentRequest } from "../state/state";
import type { NewerCommand } from "./newer/newer-commands";

/** What is known of one request. */
export interface Answers {
  readonly rows: ReadonlyMap<string, StatusRow>;
  /** Only the rows that are no success were read: every other device it was sent to has succeeded. */
  readonly othersSucceeded: boolean;
}

/** One request of this resource, with what is known of it. */
export interface HistoryEntry {
  readonly request: SentRequest;
  readonly answers: Answers;
  /** Devices it is known to have been sent to, although Esper may show no row for them yet; empty when that is not known. */
  readonly sentTo: Ids;
}

/** A command under the same alias that is none of these requests: it changes what a device holds. */
export interface OtherEntry {
  readonly other: NewerCommand;
  /** It installs the very content that is asked about. */
  readonly isSameContent: boolean;
}

/** Oldest first. */
export type CommandHistory = readonly (HistoryEntry | OtherEntry)[];

/** So few are looked through for each device; more are told apart by device, which takes room. */
const fewEntries = 16;

/** What may concern a device, newest first. */
export function entriesFor(history: CommandHistory): (id: string) => CommandHistory {
  const newestFirst = [...history].reverse();
  if (history.length <= fewEntries) return () => newestFirst;
  const byDevice = entriesByDevice(newestFirst);
  return (id) => byDevice.get(id) ?? [];
}

function entriesByDevice(newestFirst: CommandHistory): ReadonlyMap<string, CommandHistory> {
  const byDevice = new Map<string, CommandHistory[number][]>();
  for (const entry of newestFirst) {
    for (const id of devicesIn(entry).keys()) {
      const entries = byDevice.get(id);
      if (entries === undefined) byDevice.set(id, [entry]);
      else entries.push(entry);
    }
  }
  return byDevice;
}

function devicesIn(entry: CommandHistory[number]): Ids {
  const [rows, others] = "other" in entry ? [entry.other.rows, entry.other.listed] : [entry.answers.rows, entry.sentTo];
  return rows.size === 0 ? others : joinedIds([rows, others]);
}
