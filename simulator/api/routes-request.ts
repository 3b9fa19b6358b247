// The Commands Request API: requests, their counts, status rows, cancelling.
// Form: docs/background/esper-api.md, 3a and 4a.
// Live habits that differ from the official description: `prev` for `previous`, `results: null` for an empty list,
// nulls, `alias` in a request, `command_args` given back as they came. See test/simulator/deviations.ts.

import type { Answer, Call, Route } from "./call";
import { csv, notFound, param, problem } from "./call";
import { isCertificateCommand } from "../devices/execute";
import type { Page } from "./pages";
import { pageOf } from "./pages";
import { BadOrder, isFields, readOrder } from "./read-order";
import { countsOf, findRequest, readRows, requestsNewestFirst, shownState } from "./request-reads";
import type { CommandOrder, CommandRequest, CommandStatus } from "../world/model";
import { isCommandState } from "../world/states";

function envelope(content: unknown, status = 200): Answer {
  return {
    status,
    body: { code: status, message: "Success", content },
  };
}

function list(page: Page<unknown>): Answer {
  return envelope({
    count: page.count,
    next: page.next,
    prev: page.previous,
    results: page.rows.length === 0 ? null : page.rows,
  });
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
    command_args: request.commandArgs === null ? null : { ...request.commandArgs, cmd_status_sync_required: false },
    schedule: request.schedule,
    schedule_args: request.scheduleArgs,
    reason: null,
    created_by: call.userId,
    created_at: call.iso(request.createdAt),
  };
}

function statusView(call: Call, status: CommandStatus): Record<string, unknown> {
  return {
    id: call.world.requests.idOf(status),
    request: status.request.id,
    device: status.device.id,
    state: shownState(call, status.state),
    reason: status.reason,
    created_at: call.iso(status.request.createdAt),
    updated_at: call.iso(status.updatedAt),
  };
}

/** An order, or the 400 that it gets. */
export function orderOf(call: Call, endpoint: "request" | "v2"): CommandOrder | Answer {
  try {
    const order = readOrder(call.body, endpoint);
    if (endpoint === "v2" && isCertificateCommand(order.command)) {
      const refused = call.faults.strike("v2RefusesCertificates", call.family);
      if (refused !== undefined) return problem(400, `command: "${order.command}" is not a valid choice.`);
    }
    return order;
  } catch (error) {
    if (error instanceof BadOrder) return problem(400, error.message);
    throw error;
  }
}

async function send(call: Call): Promise<Answer> {
  const order = orderOf(call, "request");
  return "status" in order ? order : envelope(viewOf(call, await call.world.accept(order)), 201);
}

function listRequests(call: Call): Answer {
  const devices = new Set(csv(call.query.get("devices")));
  const groups = new Set(csv(call.query.get("groups")));
  const command = call.query.get("command");
  const schedule = call.query.get("schedule");
  const requests = requestsNewestFirst(call).filter(
    (request) =>
      (command === null || request.command === command) &&
      (schedule === null || request.schedule === schedule) &&
      (devices.size === 0 || request.devices?.some((id) => devices.has(id)) === true) &&
      (groups.size === 0 || request.groups?.some((id) => groups.has(id)) === true),
  );
  const wanted = call.page("commands");
  const rows = requests.slice(wanted.offset, wanted.offset + wanted.limit).map((request) => viewOf(call, request));
  return list(pageOf(call.url, wanted, requests.length, rows));
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
  const wanted = call.page("commands");
  const found = readRows(
    call,
    { requests: requestIds.length === 0 ? undefined : requests, deviceIds, state: state ?? undefined },
    wanted,
  );
  const rows = found.rows.map((status) => statusView(call, status));
  for (const request of requests) call.world.wasRead(request);
  return list(pageOf(call.url, wanted, found.count, rows));
}

function findStatus(call: Call): CommandStatus | undefined {
  call.world.catchUp();
  return call.world.requests.findStatus(param(call, "id"));
}

function oneStatus(call: Call): Answer {
  const status = findStatus(call);
  return status === undefined ? notFound : envelope(statusView(call, status));
}

/** Of the states that may be put, only Cancelled is known here; the others are for devices' own agents. */
function putStatus(call: Call): Answer {
  if (!isFields(call.body) || call.body["state"] !== "Command Cancelled") {
    return problem(400, 'state: this simulator takes only "Command Cancelled".');
  }
  const { reason } = call.body;
  const status = findStatus(call);
  if (status === undefined) return notFound;
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
