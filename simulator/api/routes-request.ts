// The Commands Request API: requests, their counts, status rows, cancelling.
// Form: docs/background/esper-api.md, 3a and 4a.
// Live habits that differ from the official description: `prev` for `previous`, `results: null` for an empty list,
// nulls, `alias` in a request, `command_args` given back as they came. See test/simulator/deviations.ts.

import type { CommandRequest, CommandStatus } from "../world/model";
import { isCommandState } from "../world/states";
import { acceptOrder } from "./accept-order";
import type { Answer, Call, Route } from "./call";
import { csv, notFound, param, problem } from "./call";
import type { Page } from "./pages";
import { readPage } from "./pages";
import { isFields } from "./read-order";
import {
  countsOf,
  findRequest,
  findStatus,
  newestFirst,
  readRows,
  shownArguments,
  shownCreation,
  shownState,
} from "./request-reads";

function envelope(content: unknown, status = 200): Answer {
  return {
    status,
    body: { code: status, message: "Success", content },
  };
}

function list<T>(page: Page<T> | Answer, view: (row: T) => unknown): Answer {
  if ("status" in page) return page;
  const { count, next, previous, rows } = page;
  return envelope({ count, next, prev: previous, results: rows.length === 0 ? null : rows.map(view) });
}

function viewOf(call: Call, request: CommandRequest): Record<string, unknown> {
  return {
    id: request.id,
    command_type: request.commandType,
    alias: request.alias,
    devices: request.devices,
    groups: request.groups,
    device_type: request.deviceType,
    command: request.command,
    command_args: shownArguments(call, request, { cmd_status_sync_required: false }) ?? null,
    schedule: request.schedule,
    schedule_args: request.scheduleArgs,
    reason: null,
    created_by: call.users[request.sender].id,
    created_at: shownCreation(call, request),
  };
}

function statusView(call: Call, status: CommandStatus): Record<string, unknown> {
  return {
    id: call.requests.idOf(status),
    request: status.request.id,
    device: status.device.id,
    state: shownState(call, status.state),
    reason: status.reason,
    created_at: shownCreation(call, status.request),
    updated_at: call.iso(status.updatedAt),
  };
}

async function send(call: Call): Promise<Answer> {
  const accepted = await acceptOrder(call, "request");
  return "request" in accepted ? envelope(viewOf(call, accepted.request), 201) : accepted;
}

function listRequests(call: Call): Answer {
  const devices = new Set(csv(call.query.get("devices")));
  const groups = new Set(csv(call.query.get("groups")));
  const command = call.query.get("command");
  const schedule = call.query.get("schedule");
  const isWanted = (request: CommandRequest): boolean =>
    (command === null || request.command === command) &&
    (schedule === null || request.schedule === schedule) &&
    (devices.size === 0 || request.devices?.some((id) => devices.has(id)) === true) &&
    (groups.size === 0 || request.groups?.some((id) => groups.has(id)) === true);
  const page = readPage(call, "commands", (wanted) => newestFirst(call, wanted, isWanted));
  return list(page, (request) => viewOf(call, request));
}

function oneRequest(call: Call): Answer {
  const request = findRequest(call, param(call, "id"));
  return request === undefined ? notFound : envelope(viewOf(call, request));
}

function stats(call: Call): Answer {
  if (call.faults.strike("countsRouteMissing", call.family) !== undefined) return notFound;
  const request = findRequest(call, param(call, "id"));
  if (request === undefined) return notFound;
  const answer = envelope({ id: request.id, status: countsOf(call, request) });
  call.world.wasRead(request);
  return answer;
}

function listStatus(call: Call): Answer {
  const requestIds = csv(call.query.get("request"));
  const deviceIds = csv(call.query.get("device"));
  const state = call.query.get("state");
  if (requestIds.length === 0 && deviceIds.length === 0) return problem(400, "One of request, device is required.");
  if (state !== null && !isCommandState(state)) return problem(400, "state: not a valid choice.");
  const requests = requestIds.flatMap((id) => findRequest(call, id) ?? []);
  const rowsOf = { requests: requestIds.length === 0 ? undefined : requests, deviceIds, state: state ?? undefined };
  const page = readPage(call, "commands", (wanted) => readRows(call, rowsOf, wanted));
  const answer = list(page, (status) => statusView(call, status));
  for (const request of requests) call.world.wasRead(request);
  return answer;
}

function oneStatus(call: Call): Answer {
  const status = findStatus(call, param(call, "id"));
  return status === undefined ? notFound : envelope(statusView(call, status));
}

/** Of the states that may be put, only Cancelled is known here; the others are for devices' own agents. */
function putStatus(call: Call): Answer {
  if (!isFields(call.body) || call.body["state"] !== "Command Cancelled") {
    return problem(400, 'state: this simulator takes only "Command Cancelled".');
  }
  const { reason } = call.body;
  const status = findStatus(call, param(call, "id"));
  if (status === undefined) return notFound;
  if (call.faults.strike("cancelIgnored", call.family) !== undefined) return envelope(statusView(call, status));
  const wasWaiting = call.world.cancel(status, typeof reason === "string" ? reason : null);
  return wasWaiting ? envelope(statusView(call, status)) : { status: 304, body: undefined };
}

export const requestRoutes: readonly Route[] = [
  { method: "POST", path: "/commands/v0/commands/", family: "send", errors: "envelope", handle: send },
  { method: "GET", path: "/commands/v0/commands/", family: "commands", errors: "envelope", handle: listRequests },
  { method: "GET", path: "/commands/v0/commands/{id}/", family: "commands", errors: "envelope", handle: oneRequest },
  { method: "GET", path: "/commands/v0/commands/{id}/stats/", family: "stats", errors: "envelope", handle: stats },
  { method: "GET", path: "/commands/v0/status/", family: "status", errors: "envelope", handle: listStatus },
  { method: "GET", path: "/commands/v0/status/{id}/", family: "status", errors: "envelope", handle: oneStatus },
  { method: "PUT", path: "/commands/v0/status/{id}/", family: "cancel", errors: "envelope", handle: putStatus },
];
