// The Commands V2 endpoint: bare bodies, `previous`, `created_on`, the counts inside the request.
// It has no label, no route for counts and none to cancel. Live habit: `issued_by` is an object, not a URL.
// Form: docs/background/esper-api.md, 3b.

import type { Answer, Call, Route } from "./call";
import { csv, notFound, ok, param, problem } from "./call";
import { pageOf } from "./pages";
import { countsOf, findRequest, readRows, requestsNewestFirst, shownState } from "./request-reads";
import type { CommandRequest, CommandStatus } from "../world/model";
import { orderOf } from "./routes-request";
import { isCommandState } from "../world/states";

function viewOf(call: Call, request: CommandRequest): Record<string, unknown> {
  return {
    id: request.id,
    enterprise: call.enterpriseId,
    command_type: request.commandType,
    devices: request.devices ?? [],
    groups: request.groups ?? [],
    device_type: request.deviceType,
    command: request.command,
    command_args: request.commandArgs,
    schedule: request.schedule,
    schedule_args: request.scheduleArgs,
    issued_by: {
      id: call.userId,
      username: "simulator",
      email: "simulator@example.com",
      first_name: "Simulator",
      last_name: "",
    },
    created_on: call.iso(request.createdAt),
    status: countsOf(call, request),
  };
}

function statusView(call: Call, status: CommandStatus): Record<string, unknown> {
  return {
    id: call.world.requests.idOf(status),
    request: status.request.id,
    device: new URL(`/api/enterprise/${call.enterpriseId}/device/${status.device.id}/`, call.url).href,
    state: shownState(call, status.state),
    reason: status.reason,
    requeue_value: 0,
    created_on: call.iso(status.request.createdAt),
    updated_on: call.iso(status.updatedAt),
    meta: {
      device: {
        id: status.device.id,
        device_name: status.device.name,
        alias_name: status.device.alias,
        timezone_string: null,
        tags: status.device.tags,
        managed_by: "TEMPLATE",
      },
    },
  };
}

function isOtherEnterprise(call: Call): boolean {
  return param(call, "enterprise_id") !== call.enterpriseId;
}

async function send(call: Call): Promise<Answer> {
  if (isOtherEnterprise(call)) return problem(403, "You do not have permission to perform this action.");
  const order = orderOf(call, "v2");
  return "status" in order ? order : { status: 201, body: viewOf(call, await call.world.accept(order)) };
}

function listRequests(call: Call): Answer {
  if (isOtherEnterprise(call)) return notFound;
  const devices = new Set(csv(call.query.get("devices")));
  const command = call.query.get("command");
  const commandType = call.query.get("command_type");
  const requests = requestsNewestFirst(call).filter(
    (request) =>
      request.endpoint === "v2" &&
      (command === null || request.command === command) &&
      (commandType === null || request.commandType === commandType) &&
      (devices.size === 0 || request.devices?.some((id) => devices.has(id)) === true),
  );
  const wanted = call.page("commands");
  const shown = requests.slice(wanted.offset, wanted.offset + wanted.limit);
  const page = pageOf(
    call.url,
    wanted,
    requests.length,
    shown.map((request) => viewOf(call, request)),
  );
  // The counts stand in the request, so seeing it is reading its state.
  for (const request of shown) call.world.wasRead(request);
  return ok({ count: page.count, next: page.next, previous: page.previous, results: page.rows });
}

function listStatus(call: Call): Answer {
  const request = isOtherEnterprise(call) ? undefined : findRequest(call, param(call, "request_id"));
  if (request === undefined) return notFound;
  const state = call.query.get("state");
  if (state !== null && !isCommandState(state)) return problem(400, "state: not a valid choice.");
  const wanted = call.page("commands");
  const deviceIds = csv(call.query.get("device"));
  const found = readRows(call, { requests: [request], deviceIds, state: state ?? undefined }, wanted);
  const page = pageOf(
    call.url,
    wanted,
    found.count,
    found.rows.map((status) => statusView(call, status)),
  );
  call.world.wasRead(request);
  return ok({ count: page.count, next: page.next, previous: page.previous, results: page.rows });
}

const requestPath = "/v0/enterprise/{enterprise_id}/command/";

export const v2Routes: readonly Route[] = [
  { method: "POST", path: requestPath, family: "send", errors: "legacy", handle: send },
  { method: "GET", path: requestPath, family: "commands", errors: "legacy", handle: listRequests },
  {
    method: "GET",
    path: `${requestPath}{request_id}/status/`,
    family: "status",
    errors: "legacy",
    handle: listStatus,
  },
];
