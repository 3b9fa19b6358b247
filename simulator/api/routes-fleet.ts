// Devices, groups, sub-groups and token-info. Form: docs/background/esper-api.md, 5 and 6.
// Live habits: v2/devices answers `content` alone (no code, no message), one device with and without the final slash;
// devices have nulls (`group_id` of one that was never put into a group) and `last_seen`.

import type { Device, Group } from "../world/model";
import type { Answer, Call, Route } from "./call";
import { csv, notFound, ok, param, problem } from "./call";
import { DeviceQueries, osOf, stateOf } from "./device-query";
import { readPage } from "./pages";

function deviceView(call: Call, device: Device): Record<string, unknown> {
  return {
    id: device.id,
    name: device.name,
    alias: device.alias,
    os: osOf(device),
    state: stateOf(device),
    platform: device.platform,
    serial: device.serial,
    os_version: device.osVersion,
    tenant_id: call.enterpriseId,
    group_id: device.group.parent === undefined ? null : device.group.id,
    tags: device.tags,
    software_info: { os_version: device.osVersion, security_path_level: null, esper_agent_info: null },
    dpc_version: null,
    eea_version: null,
    policy: null,
    managed_by: "TEMPLATE",
    is_esper_managed: true,
    last_seen: call.iso(device.online ? call.world.now() : device.lastSeenAt),
    created_at: call.iso(device.createdAt),
    updated_at: call.iso(device.lastSeenAt),
  };
}

function listDevices(queries: DeviceQueries): (call: Call) => Answer {
  return (call) => {
    if (call.query.has("cursor")) return problem(400, "cursor: this simulator pages by limit and offset only.");
    call.world.catchUp();
    const devices = queries.find(call.tenant, call.query);
    const page = readPage(call, "devices", ({ offset, limit }) => ({
      count: devices.length,
      rows: devices.slice(offset, offset + limit),
    }));
    if ("status" in page) return page;
    const results = page.rows.map((device) => deviceView(call, device));
    return ok({ content: { count: page.count, next: page.next, prev: page.previous, results } });
  };
}

function oneDevice(call: Call): Answer {
  call.world.catchUp();
  const device = call.tenant.device(param(call, "id"));
  return device === undefined ? notFound : ok({ content: deviceView(call, device) });
}

function groupUrl(call: Call, group: Group): string {
  return new URL(`/api/enterprise/${call.enterpriseId}/devicegroup/${group.id}/`, call.url).href;
}

function groupView(call: Call, group: Group): Record<string, unknown> {
  return {
    id: group.id,
    name: group.name,
    created_on: call.iso(group.createdAt),
    enterprise: new URL(`/api/enterprise/${call.enterpriseId}/`, call.url).href,
    parent: group.parent === undefined ? null : groupUrl(call, group.parent),
    device_count: group.deviceCount,
    path: group.path,
    children_count: group.children.size,
  };
}

function isOtherEnterprise(call: Call): boolean {
  return param(call, "enterprise_id") !== call.enterpriseId;
}

/** The `name` filter is "contains" here; whether Esper's is exact is not known (docs/background/esper-api.md, 5d). */
function listGroups(call: Call): Answer {
  if (isOtherEnterprise(call)) return notFound;
  call.world.catchUp();
  const name = call.query.get("name")?.toLowerCase() ?? "";
  const groups = call.tenant.groups.filter((group) => group.name.toLowerCase().includes(name));
  const page = readPage(call, "groups", ({ offset, limit }) => ({
    count: groups.length,
    rows: groups.slice(offset, offset + limit),
  }));
  if ("status" in page) return page;
  const results = page.rows.map((group) => groupView(call, group));
  return ok({ count: page.count, next: page.next, previous: page.previous, results });
}

function oneGroup(call: Call): Answer {
  call.world.catchUp();
  const group = isOtherEnterprise(call) ? undefined : call.tenant.group(param(call, "group_id"));
  return group === undefined ? notFound : ok(groupView(call, group));
}

function below(group: Group): readonly Group[] {
  return [...group.children].flatMap((child) => [child, ...below(child)]);
}

function subGroups(call: Call): Answer {
  const immediate = call.query.get("immediate") === "true";
  const parents = csv(call.query.get("parent_group_ids")).flatMap((id) => call.tenant.group(id) ?? []);
  const found = new Set(parents.flatMap((parent) => (immediate ? [...parent.children] : below(parent))));
  return ok({ content: { subgroups: [...found].map(({ id }) => id) } });
}

/** The real one holds the token too: clients must not log it. */
function tokenInfo(call: Call): Answer {
  return ok({
    id: "4711",
    enterprise: call.enterpriseId,
    user: call.users.own.id,
    developer_app: null,
    source_refresh_token: null,
    token: call.apiKey,
    expires_on: call.iso(call.world.now() + 365 * 24 * 60 * 60 * 1000),
    scope: call.isNarrowed ? ["read"] : ["read", "write"],
    created_on: call.iso(call.world.root.createdAt),
    updated_on: call.iso(call.world.root.createdAt),
  });
}

export function fleetRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v2/devices/",
      family: "devices",
      errors: "envelope",
      handle: listDevices(new DeviceQueries()),
    },
    { method: "GET", path: "/v2/devices/{id}", family: "devices", errors: "envelope", handle: oneDevice },
    { method: "GET", path: "/v2/devices/{id}/", family: "devices", errors: "envelope", handle: oneDevice },
    { method: "GET", path: "/v2/devices/{id}/", family: "devices", errors: "envelope", handle: oneDevice },
    { method: "GET", path: "/v2/subgroups", family: "groups", errors: "legacy", handle: subGroups },
    {
      method: "GET",
      path: "/enterprise/{enterprise_id}/devicegroup/",
      family: "groups",
      errors: "legacy",
      handle: listGroups,
    },
    {
      method: "GET",
      path: "/enterprise/{enterprise_id}/devicegroup/{group_id}/",
      family: "groups",
      errors: "legacy",
      handle: oneGroup,
    },
    { method: "GET", path: "/v1/token-info/", family: "token", errors: "legacy", handle: tokenInfo },
  ];
}
