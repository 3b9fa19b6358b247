// Reading requests as the cloud shows them, for both endpoints: what is purged is gone, what is late is not there yet,
// and a state may have a name that nobody knows. Rows are cut out of what the world keeps; nothing is copied.

import type { Call } from "./call";
import type { PageWanted } from "./pages";
import type { CommandRequest, CommandStatus } from "../world/model";
import type { CommandState } from "../world/states";
import { commandStates } from "../world/states";

/** Whether Esper has dropped the request from its history. */
function isPurged(call: Call, request: CommandRequest): boolean {
  const purge = call.faults.strike("historyPurged", call.family);
  if (purge === undefined) return false;
  if (purge.requests !== undefined) return purge.requests.includes(request.id);
  return purge.olderThanMs === undefined || call.world.now() - request.createdAt > purge.olderThanMs;
}

export function findRequest(call: Call, id: string): CommandRequest | undefined {
  call.world.catchUp();
  const request = call.world.requests.find(id);
  return request === undefined || isPurged(call, request) ? undefined : request;
}

/** All requests that are not forgotten, newest first. */
export function requestsNewestFirst(call: Call): readonly CommandRequest[] {
  call.world.catchUp();
  const all = call.world.requests.all.toReversed();
  return call.faults.current.historyPurged === undefined ? all : all.filter((request) => !isPurged(call, request));
}

function isLate(call: Call, request: CommandRequest): boolean {
  const late = call.faults.strike("lateStatusRowsMs", call.family);
  return late !== undefined && call.world.now() - request.createdAt < late.ms;
}

export function shownState(call: Call, state: CommandState): string {
  if (state !== "Command In Progress") return state;
  const unknown = call.faults.strike("unknownState", call.family);
  return unknown === undefined ? state : (unknown.name ?? "Command Requeued");
}

export function countsOf(call: Call, request: CommandRequest): readonly { state: string; total: number }[] {
  if (isLate(call, request)) return [];
  return commandStates.flatMap((state) => {
    const total = request.counts.get(state) ?? 0;
    return total === 0 ? [] : [{ state: shownState(call, state), total }];
  });
}

export interface RowsWanted {
  /** All requests when absent; then `deviceIds` is given. */
  readonly requests: readonly CommandRequest[] | undefined;
  readonly deviceIds: readonly string[];
  readonly state: CommandState | undefined;
}

export interface Rows {
  readonly count: number;
  readonly rows: readonly CommandStatus[];
}

export function readRows(call: Call, wanted: RowsWanted, page: PageWanted): Rows {
  const requests = wanted.requests?.filter((request) => !isLate(call, request));
  if (wanted.deviceIds.length > 0) return rowsOfDevices(call, { ...wanted, requests }, page);
  return wanted.state === undefined ? allRows(requests ?? [], page) : rowsInState(requests ?? [], wanted.state, page);
}

function allRows(requests: readonly CommandRequest[], { offset, limit }: PageWanted): Rows {
  const rows: CommandStatus[] = [];
  let before = 0;
  for (const { statuses } of requests) {
    const from = Math.max(0, offset - before);
    const missing = limit - rows.length;
    if (missing > 0 && from < statuses.length) rows.push(...statuses.slice(from, from + missing));
    before += statuses.length;
  }
  return { count: before, rows };
}

/** Walks the rows only as far as the page goes; the counts tell the rest. */
function rowsInState(requests: readonly CommandRequest[], state: CommandState, page: PageWanted): Rows {
  const count = requests.reduce((sum, request) => sum + (request.counts.get(state) ?? 0), 0);
  const rows: CommandStatus[] = [];
  let toSkip = page.offset;
  if (toSkip >= count) return { count, rows };
  for (const request of requests) {
    for (const status of request.statuses) {
      if (rows.length === page.limit) return { count, rows };
      if (status.state !== state) continue;
      if (toSkip > 0) toSkip -= 1;
      else rows.push(status);
    }
  }
  return { count, rows };
}

function rowsOfDevices(call: Call, wanted: RowsWanted, page: PageWanted): Rows {
  const known = wanted.requests === undefined ? undefined : new Set(wanted.requests);
  const all = wanted.deviceIds
    .flatMap((id) => call.world.tenant.device(id)?.history ?? [])
    .filter(
      (status) =>
        (wanted.state === undefined || status.state === wanted.state) &&
        (known === undefined ? findRequest(call, status.request.id) !== undefined : known.has(status.request)),
    );
  return { count: all.length, rows: all.slice(page.offset, page.offset + page.limit) };
}
