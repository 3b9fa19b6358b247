// Status rows as the provider knows them, and how a question about many of them becomes few, short reads.
// It must not know which endpoint the rows are of, nor send anything.

import type { CommandState, RowQuery, StatusRow } from "../client";
import type { Redaction } from "../../redaction/redaction";
import { printable } from "../../printable";
import { chunksOf } from "../coalesce";
import { readState, writeState } from "./command-states";
import { isoInstant } from "../iso-instant";

/** Ids in one URL: 50 UUIDs are under 2 kB, which every server and proxy takes. */
export const idsInUrl = 50;
/** A request with at most so many devices is read as rows: they say more than counts, and many fit into one read. */
export const fewDevices = 25;
const saidStatesMax = 20;
const withheld = "(Esper's reason is not shown: it repeats a part of what was sent)";

export interface StatusJsonRow {
  readonly id: string;
  readonly request: string;
  readonly device: string;
  readonly state: string;
  readonly updated_at: string;
  readonly reason?: string | null | undefined;
  readonly created_at?: string | null | undefined;
}

/** Makes rows; says once for each state that is not known here. */
export class RowReader {
  private readonly saidStates = new Set<string>();
  /** Verdicts on reasons, as long as no other secret is known. */
  private readonly reasons = new Map<string, string | undefined>();
  private version = 0;

  constructor(
    private readonly secrecy: Redaction,
    private readonly say: (line: string) => void,
  ) {}

  row(json: StatusJsonRow): StatusRow {
    const state = readState(json.state);
    if (state === "Unknown") this.noteUnknown(json.state);
    const reason = this.reason(json.reason ?? "");
    return {
      id: json.id,
      requestId: json.request,
      deviceId: json.device,
      state,
      stateText: printable(json.state),
      ...(reason !== undefined && { reason }),
      updatedAt: isoInstant(json.updated_at),
      ...(json.created_at !== null && json.created_at !== undefined && { createdAt: isoInstant(json.created_at) }),
    };
  }

  noteUnknown(stateText: string): void {
    const name = printable(stateText);
    if (this.saidStates.has(name) || this.saidStates.size >= saidStatesMax) return;
    this.saidStates.add(name);
    const shown = this.secrecy.quote(stateText) ?? "without a name";
    this.say(`Esper reports a command state that is not known here, "${shown}"; it counts as pending`);
  }

  /** Thousands of rows have a handful of reasons. */
  private reason(text: string): string | undefined {
    if (text.trim() === "") return undefined;
    if (this.reasons.size > 1000 || this.version !== this.secrecy.version) this.reasons.clear();
    this.version = this.secrecy.version;
    if (!this.reasons.has(text)) {
      this.reasons.set(text, this.secrecy.quote(text) ?? withheld);
    }
    return this.reasons.get(text);
  }
}

/** Where a URL names requests and devices, it has room for so many of each. */
const requestsBesideDevices = 10;
const devicesBesideRequests = idsInUrl - requestsBesideDevices;

/** The query strings of the reads that answer the question: chunks of ids, and one read a state (`state=` takes one). */
export function rowReads(query: RowQuery): readonly Readonly<Record<string, string>>[] {
  const { requestIds, devices } = query;
  const requests = chunksOf([...new Set(requestIds)], devices === undefined ? idsInUrl : requestsBesideDevices);
  const parts = devices === undefined ? [undefined] : chunksOf([...new Set(devices)], devicesBesideRequests);
  const states = statesToAsk(query.states);
  return requests.flatMap((ids) =>
    parts.flatMap((part) =>
      states.map((state) => ({
        request: ids.join(","),
        ...(part !== undefined && { device: part.join(",") }),
        ...(state !== undefined && { state }),
      })),
    ),
  );
}

/** An unknown state has no name to ask for, and for many states one read of everything is cheaper. */
function statesToAsk(states: readonly CommandState[] | undefined): readonly (string | undefined)[] {
  if (states === undefined) return [undefined];
  const names = [...new Set(states)].map(writeState);
  return names.includes(undefined) || names.length > 3 ? [undefined] : names;
}

/** Only what was asked for: a server that does not know a filter gives everything. */
export function rowsAskedFor(rows: readonly StatusRow[], query: RowQuery): readonly StatusRow[] {
  const requestIds = new Set(query.requestIds);
  const devices = query.devices === undefined ? undefined : new Set(query.devices);
  return rows.filter(
    (row) =>
      requestIds.has(row.requestId) &&
      (query.states === undefined || query.states.includes(row.state)) &&
      devices?.has(row.deviceId) !== false,
  );
}
