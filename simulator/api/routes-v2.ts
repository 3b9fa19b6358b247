// The Commands V2 endpoint: bare bodies, `previous`, `created_on`, the counts inside the request.
// It has no label, no route for counts and none to cancel. Live habit: `issued_by` is an object, not a URL.
// Form: docs/background/esper-api.md, 3b.

import type { CommandRequest, CommandStatus } from "../world/model";
import { isCommandState } from "../world/states";
import { acceptOrder } from "./accept-order";
import type { Answer, Call, Route, User } from "./call";
import { csv, notFound, ok, param, problem } from "./call";
import type { Page } from "./pages";
import { readPage } from "./pages";
import {
  countsOf,
  findRequest,
  newestFirst,
  readRows,
  shownArguments,
  shownCreation,
  shownState,
} from "./request-reads";

function viewOf(call: Call, request: CommandRequest): Record<string, unknown> {
  return {
    id: request.id,
    enterprise: call.enterpriseId,
    command_type: request.commandType,
    devices: request.devices ?? [],
    groups: request.groups ?? [],
    device_type: request.deviceType,
    command: request.command,
    command_args: shownArguments(call, request) ?? {},
    schedule: request.schedule,
    schedule_args: request.scheduleArgs,
    issued_by: issuerView(call.users[request.sender]),
    created_on: shownCreation(call, request),
    status: countsOf(call, request),
  };
}

function statusView(call: Call, status: CommandStatus): Record<string, unknown> {
  return {
    id: call.requests.idOf(status),
    request: status.request.id,
    device: new URL(`/api/enterprise/${call.enterpriseId}/device/${status.device.id}/`, call.url).href,
    state: shownState(call, status.state),
    reason: status.reason,
    requeue_value: 0,
    created_on: shownCreation(call, status.request),
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

function issuerView({ number, username }: User): Record<string, unknown> {
  return { id: number, username, email: `${username}@example.com`, first_name: username, last_name: "" };
}

function list<T>(page: Page<T> | Answer, view: (row: T) => unknown): Answer {
  if ("status" in page) return page;
  const { count, next, previous, rows } = page;
  return ok({ count, next, previous, results: rows.map(view) });
}

function isOtherEnterprise(call: Call): boolean {
  return param(call, "enterprise_id") !== call.enterpriseId;
}

async function send(call: Call): Promise<Answer> {
  if (isOtherEnterprise(call)) return problem(403, "You do not have permission to perform this action.");
  const accepted = await acceptOrder(call, "v2");
  return "request" in accepted ? { status: 201, body: viewOf(call, accepted.request) } : accepted;
}

function listRequests(call: Call): Answer {
  if (isOtherEnterprise(call)) return notFound;
  const devices = new Set(csv(call.query.get("devices")));
  const wanted = {
    command: call.query.get("command"),
    commandType: call.query.get("command_type"),
    deviceType: call.query.get("device_type"),
    issuedBy: call.query.get("issued_by"),
  };
  const isWanted = (request: CommandRequest): boolean =>
    request.endpoint === "v2" &&
    (wanted.command === null || request.command === wanted.command) &&
    (wanted.commandType === null || request.commandType === wanted.commandType) &&
    (wanted.deviceType === null || request.deviceType === wanted.deviceType) &&
    (wanted.issuedBy === null || String(call.users[request.sender].number) === wanted.issuedBy) &&
    (devices.size === 0 || request.devices?.some((id) => devices.has(id)) === true);
  const page = readPage(call, "commands", (piece) => newestFirst(call, piece, isWanted));
  const answer = list(page, (request) => viewOf(call, request));
  // The counts stand in the request, so seeing it is reading its state.
  if ("rows" in page) for (const request of page.rows) call.world.wasRead(request);
  return answer;
}

function listStatus(call: Call): Answer {
  const request = isOtherEnterprise(call) ? undefined : findRequest(call, param(call, "request_id"));
  if (request === undefined) return notFound;
  const state = call.query.get("state");
  if (state !== null && !isCommandState(state)) return problem(400, "state: not a valid choice.");
  const rowsOf = { requests: [request], deviceIds: csv(call.query.get("device")), state: state ?? undefined };
  const page = readPage(call, "commands", (wanted) => readRows(call, rowsOf, wanted));
  const answer = list(page, (status) => statusView(call, status));
  call.world.wasRead(request);
  return answer;
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
