// Reading requests as the cloud shows them, for both endpoints: what is purged is gone, what is late is not there yet,
// and a state may have a name that nobody knows. Rows are cut out of what the world keeps; nothing is copied.

import type { Call, PageWanted } from "./call";
import type { Piece } from "./pages";
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
  const request = call.requests.find(id);
  return request === undefined || isPurged(call, request) ? undefined : request;
}

/** A piece of the requests that are not forgotten and pass the test, newest first. Walks them without a copy. */
export function newestFirst(
  call: Call,
  { limit, offset }: PageWanted,
  test: (request: CommandRequest) => boolean,
): Piece<CommandRequest> {
  call.world.catchUp();
  const { all } = call.requests;
  const rows: CommandRequest[] = [];
  let count = 0;
  for (let place = all.length - 1; place >= 0; place -= 1) {
    const request = all[place];
    if (request === undefined || !test(request) || isPurged(call, request)) continue;
    if (count >= offset && rows.length < limit) rows.push(request);
    count += 1;
  }
  return { count, rows };
}

/** `created_at` as it is shown. */
export function shownCreation(call: Call, request: CommandRequest): string {
  const { createdAtAheadMs } = call.faults.current;
  const isMeant = createdAtAheadMs?.requests?.includes(request.id) ?? createdAtAheadMs !== undefined;
  const ahead = isMeant ? call.faults.strike("createdAtAheadMs", call.family) : undefined;
  return call.iso(request.createdAt + (ahead?.ms ?? 0));
}

/** `command_args` as they are shown, with what the endpoint adds to them; undefined when there are none. */
export function shownArguments(
  call: Call,
  { commandArgs }: CommandRequest,
  added: Readonly<Record<string, unknown>> = {},
): unknown {
  if (commandArgs === null) return undefined;
  const hidden = call.faults.strike("hiddenArguments", call.family);
  if (hidden === undefined) return { ...commandArgs, ...added };
  if (hidden.as === "null") return null;
  return hidden.as === "masked" ? Object.fromEntries(Object.keys(commandArgs).map((name) => [name, "********"])) : {};
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

export function readRows(call: Call, wanted: RowsWanted, page: PageWanted): Piece<CommandStatus> {
  const requests = wanted.requests?.filter((request) => !isLate(call, request));
  if (wanted.deviceIds.length > 0) return rowsOfDevices(call, { ...wanted, requests }, page);
  return wanted.state === undefined ? allRows(requests ?? [], page) : rowsInState(requests ?? [], wanted.state, page);
}

function allRows(requests: readonly CommandRequest[], { offset, limit }: PageWanted): Piece<CommandStatus> {
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
function rowsInState(requests: readonly CommandRequest[], state: CommandState, page: PageWanted): Piece<CommandStatus> {
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

function rowsOfDevices(call: Call, wanted: RowsWanted, page: PageWanted): Piece<CommandStatus> {
  const known = wanted.requests === undefined ? undefined : new Set(wanted.requests);
  const all = wanted.deviceIds
    .flatMap((id) => call.tenant.device(id)?.history ?? [])
    .filter(
      (status) =>
        (wanted.state === undefined || status.state === wanted.state) &&
        (known === undefined ? findRequest(call, status.request.id) !== undefined : known.has(status.request)),
    );
  return { count: all.length, rows: all.slice(page.offset, page.offset + page.limit) };
}

export function findStatus(call: Call, id: string): CommandStatus | undefined {
  call.world.catchUp();
  const status = call.requests.findStatus(id);
  return status === undefined || isPurged(call, status.request) ? undefined : status;
}
