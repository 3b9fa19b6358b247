// Which devices a program means: reads the `target` argument, compares two targets, and says how Esper is addressed.
// Pure; it must not know a client or which devices exist.

import type { CommandType } from "../../client";
import { hasUnknown, type Fields } from "./reader";

export type Target =
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "set"; readonly groups: readonly string[]; readonly devices: readonly string[] };

/** Esper takes up to 1,000 devices and 500 groups a request; its own bulk tool sends 500 of either. */
export const chunkSize = 500;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/** Reads the devices meant by the argument `name`, which is required. */
export function readTarget(fields: Fields, name: string): Target | undefined {
  const target = fields.object(name);
  if (target === undefined) {
    if (!fields.has(name)) fields.fail(name, "is required: { group } or { groups, devices }");
    return undefined;
  }
  target.refuseOthers(["group", "groups", "devices"]);
  if (target.has("group")) {
    if (target.has("groups") || target.has("devices")) {
      return target.fail("group", "stands alone; for several, or with devices, write { groups, devices }");
    }
    const group = target.string("group");
    if (group === undefined) return undefined;
    return uuid.test(group)
      ? { kind: "group", group: group.toLowerCase() }
      : target.fail("group", "must be a group's id (a UUID); esper.getGroup finds it by name");
  }
  const groups = target.has("groups") ? readIds(target, "groups", "group", target.list("groups")) : [];
  const devices = target.has("devices") ? readIds(target, "devices", "device", target.list("devices")) : [];
  if (groups === undefined || devices === undefined) return undefined;
  if (groups.length + devices.length === 0) {
    return target.fail("groups", "the target is empty: name at least one group or device");
  }
  return { kind: "set", groups, devices };
}

/** The ids, duplicates removed and sorted; undefined when one is unknown as yet or unusable. */
export function readIds(
  target: Fields,
  name: string,
  noun: string,
  list: readonly unknown[] | undefined,
): readonly string[] | undefined {
  if (list === undefined || hasUnknown(list)) return undefined;
  const ids = list.filter((id) => typeof id === "string" && uuid.test(id)).map((id) => String(id).toLowerCase());
  if (ids.length < list.length) return target.fail(name, `every entry must be a ${noun}'s id (a UUID)`);
  return [...new Set(ids)].sort();
}

function commandTypeOf(groups: readonly string[], devices: readonly string[]): CommandType {
  if (groups.length === 0) return "DEVICE";
  return devices.length === 0 ? "GROUP" : "DYNAMIC";
}

export interface Address {
  readonly commandType: CommandType;
  readonly groups: readonly string[];
  readonly devices: readonly string[];
}

/** The requests that address these groups and devices, each with at most 500 of either. */
export function addresses(groups: readonly string[], devices: readonly string[]): readonly Address[] {
  const count = Math.ceil(Math.max(groups.length, devices.length) / chunkSize);
  return Array.from({ length: count }, (_, index) => {
    const from = index * chunkSize;
    const some = { groups: groups.slice(from, from + chunkSize), devices: devices.slice(from, from + chunkSize) };
    return { commandType: commandTypeOf(some.groups, some.devices), ...some };
  });
}

export function groupsOf(target: Target): readonly string[] {
  return target.kind === "group" ? [target.group] : target.groups;
}

export function devicesOf(target: Target): readonly string[] {
  return target.kind === "group" ? [] : target.devices;
}

export function sameTarget(one: Target, other: Target): boolean {
  const text = (target: Target): string => JSON.stringify([target.kind, groupsOf(target), devicesOf(target)]);
  return text(one) === text(other);
}

/**
 * The id of a resource in Pulumi: `<alias>@<group id>`, or for a set `<alias>@set-` and a hash of the resource's URN, which
 * stays the same when the set's members change.
 */
export function resourceId(alias: string, target: Target, urnHash: string): string {
  return `${alias}@${target.kind === "group" ? target.group : `set-${urnHash}`}`;
}
