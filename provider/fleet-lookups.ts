// Finds groups and devices by what people call them, with a client that is handed in: the same for every kind of program.
// Esper's own filters may match more than was asked for, so the exact match is made here. It knows neither Pulumi nor where
// the settings come from.

import type { Client, Device as ListedDevice, DeviceBase, DeviceQuery, Group } from "./client";
import { isUuid } from "./config";
import { printable } from "./printable";

/** A group by its name, which must be the only one of that name, or by its path such as "All devices/Shops/Berlin". */
export type GroupFilter =
  | {
      /** The whole name, case-sensitive. */
      readonly name: string;
    }
  | {
      /** From the root group, with slashes, case-sensitive. */
      readonly path: string;
    };

/** Which devices {@link getDevices} finds: those that fit every part that is given. */
export interface DeviceFilter {
  /** The id of a group, a UUID; its sub-groups count too. {@link getGroup} finds it by name. */
  readonly group?: string;
  /** Part of a name or serial number, as in Esper's console. */
  readonly search?: string;
  /** The whole serial number. */
  readonly serial?: string;
  /** Ids of tags; devices that have all of them. */
  readonly tags?: readonly string[];
  /** For example "13". */
  readonly osVersion?: string;
}

/** A device as Esper lists it. */
export interface Device extends DeviceBase {
  /** ISO instant of its enrolment. */
  readonly createdAt?: string;
  /** ISO instant of its last check-in, where Esper gives it. */
  readonly lastSeen?: string;
}

const listMaxAgeMs = 60_000;

/** @throws Error when the filter has a part that is not known, and when it names not exactly one of name and path */
export function refuseGroupFilter(filter: GroupFilter): void {
  refuseOthers("getGroup", filter, ["name", "path"]);
  const { name, path }: { readonly name?: unknown; readonly path?: unknown } = filter;
  const wanted = name ?? path;
  if (typeof wanted !== "string" || (name !== undefined && path !== undefined)) {
    throw new Error("esper.getGroup takes either { name } or { path }, as text.");
  }
}

/** @throws Error when the filter has a part that is not known or empty, or a group that is no id */
export function refuseDeviceFilter(filter: DeviceFilter): void {
  // A misspelt part would find every device there is.
  refuseOthers("getDevices", filter, ["group", "search", "serial", "tags", "osVersion"]);
  refuseEmpty({ ...filter });
  // Esper would be asked for a group that cannot be, and say so in words of its own.
  if (filter.group !== undefined && !isUuid(filter.group)) {
    throw new Error("esper.getDevices takes a group's id (a UUID) as `group`; esper.getGroup finds it by name.");
  }
}

/** @throws Error when none or several fit, naming what comes near */
export async function findGroup(client: Pick<Client, "groups">, filter: GroupFilter): Promise<Group> {
  const byName = "name" in filter;
  const wanted = byName ? filter.name : filter.path;
  const name = byName ? wanted : (wanted.split("/").at(-1) ?? wanted);
  const candidates = await client.groups(name);
  const fitting = candidates.filter((group) => (byName ? group.name : group.path) === wanted);
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  const asked = byName ? `named "${printable(wanted)}"` : `with the path "${printable(wanted)}"`;
  if (fitting.length > 1) {
    throw new Error(
      `Esper has ${fitting.length} groups ${asked}: ${list(fitting.map(describeGroup))}. Ask by \`path\`, or write the id.`,
    );
  }
  const near = candidates.length > 0 ? ` Near it are ${list(candidates.map(describeGroup))}.` : "";
  throw new Error(`Esper has no group ${asked}.${near} Names are case-sensitive.`);
}

/** Sorted by name. @throws Error when no device fits, naming what comes near */
export async function findDevices(client: Pick<Client, "devices">, filter: DeviceFilter): Promise<readonly Device[]> {
  const { group, search, serial, tags, osVersion } = filter;
  const query: DeviceQuery = {
    ...(group !== undefined && { groups: [group] }),
    ...(search !== undefined && { search }),
    ...(serial !== undefined && { serial }),
    ...(tags !== undefined && { tags }),
    ...(osVersion !== undefined && { osVersion }),
  };
  const found = [...(await client.devices(query, listMaxAgeMs)).byId.values()];
  const fitting = found.filter(
    (device) =>
      (serial === undefined || device.serial === serial) &&
      (osVersion === undefined || device.osVersion === osVersion) &&
      (tags ?? []).every((tag) => device.tags.includes(tag)),
  );
  if (fitting.length > 0) return fitting.map(deviceOf).sort((a, b) => a.name.localeCompare(b.name));
  const near = found.length > 0 ? ` Near it are ${list(found.map((device) => printable(device.name)))}.` : "";
  throw new Error(`Esper has no device that fits ${printable(JSON.stringify(filter), 500)}.${near}`);
}

function deviceOf({ createdAtMs, lastSeenMs, ...device }: ListedDevice): Device {
  return {
    ...device,
    ...(createdAtMs !== undefined && { createdAt: new Date(createdAtMs).toISOString() }),
    ...(lastSeenMs !== undefined && { lastSeen: new Date(lastSeenMs).toISOString() }),
  };
}

/** JavaScript programs may write what types refuse. */
function refuseOthers(lookup: string, filter: unknown, known: readonly string[]): void {
  if (typeof filter !== "object" || filter === null) {
    throw new Error(`esper.${lookup} takes an object with ${known.join(", ")}.`);
  }
  const [other] = Object.keys(filter).filter((name) => !known.includes(name));
  if (other !== undefined) {
    throw new Error(`esper.${lookup} knows no filter "${other}"; known are ${known.join(", ")}.`);
  }
}

/** Esper leaves out a filter without a value, so that an unset variable would find every device there is. */
function refuseEmpty(parts: Readonly<Record<string, string | readonly string[] | undefined>>): void {
  const isBlank = (text: unknown): boolean => typeof text === "string" && text.trim() === "";
  const [empty] = Object.entries(parts).filter(([, part]) => [part].flat().some(isBlank));
  if (empty === undefined) return;
  throw new Error(
    `esper.getDevices was given an empty ${empty[0]}, which would find every device; leave it out, or give a text.`,
  );
}

function describeGroup({ name, path, id }: Group): string {
  return `"${printable(path === "" ? name : path)}" (${id})`;
}

function list(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
