// Finds groups and devices for a program by what people call them. Answers are plain promises, usable in previews.
// Esper's own filters may match more than was asked for, so the exact match is made here.

import * as pulumi from "@pulumi/pulumi";
import type { Client, Device, DeviceQuery, Group } from "./client";
import { systemClock } from "./clock";
import { isUuid, readSettings } from "./config";

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

let client: Promise<Client> | undefined;

function sharedClient(): Promise<Client> {
  client ??= makeClient();
  return client;
}

/** Loaded when it is asked for: most programs look nothing up. */
async function makeClient(): Promise<Client> {
  const { createClient } = await import("./client/index.js");
  const config = new pulumi.Config("esper");
  const stackConfig = (key: string): string | undefined => config.get(key.replace(/^esper:/, ""));
  return createClient({
    settings: readSettings(stackConfig, process.env),
    clock: systemClock,
    random: Math.random,
    say: (text) => {
      console.log(text);
    },
  });
}

/**
 * The one group that fits, read from Esper when it is called, in previews too.
 *
 * @throws Error when none or several fit, naming what comes near; when the filter has a part that is not known; when Esper
 * cannot be asked, saying why
 */
export async function getGroup(filter: GroupFilter): Promise<Group> {
  refuseOthers("getGroup", filter, ["name", "path"]);
  const given: { readonly name?: unknown; readonly path?: unknown } = filter;
  const byName = given.name !== undefined;
  const wanted = byName ? given.name : given.path;
  if (typeof wanted !== "string" || (byName && given.path !== undefined)) {
    throw new Error("esper.getGroup takes either { name } or { path }, as text.");
  }
  const name = byName ? wanted : (wanted.split("/").at(-1) ?? wanted);
  const candidates = await (await sharedClient()).groups(name);
  const fitting = candidates.filter((group) => (byName ? group.name : group.path) === wanted);
  const [only] = fitting;
  if (fitting.length === 1 && only !== undefined) return only;
  const what = byName ? `named "${wanted}"` : `with the path "${wanted}"`;
  if (fitting.length > 1) {
    throw new Error(
      `Esper has ${fitting.length} groups ${what}: ${list(fitting.map(describeGroup))}. Ask by \`path\`, or write the id.`,
    );
  }
  const near = candidates.length > 0 ? ` Near it are ${list(candidates.map(describeGroup))}.` : "";
  throw new Error(`Esper has no group ${what}.${near} Names are case-sensitive.`);
}

/**
 * All devices that fit every part of the filter, sorted by name, read from Esper when it is called, in previews too. An
 * empty list is an error, since it would target nothing.
 *
 * @throws Error when no device fits, naming what comes near; when the filter has a part that is not known, or a group that
 * is no id; when Esper cannot be asked, saying why
 */
export async function getDevices(filter: DeviceFilter): Promise<readonly Device[]> {
  // A misspelt part would find every device there is.
  refuseOthers("getDevices", filter, ["group", "search", "serial", "tags", "osVersion"]);
  const { group, search, serial, tags, osVersion } = filter;
  refuseEmpty({ group, search, serial, tags, osVersion });
  // Esper would be asked for a group that cannot be, and say so in words of its own.
  if (group !== undefined && !isUuid(group)) {
    throw new Error("esper.getDevices takes a group's id (a UUID) as `group`; esper.getGroup finds it by name.");
  }
  const query: DeviceQuery = {
    ...(group !== undefined && { groups: [group] }),
    ...(search !== undefined && { search }),
    ...(serial !== undefined && { serial }),
    ...(tags !== undefined && { tags }),
    ...(osVersion !== undefined && { osVersion }),
  };
  const found = await (await sharedClient()).devices(query, listMaxAgeMs);
  const fitting = found.filter(
    (device) =>
      (serial === undefined || device.serial === serial) &&
      (osVersion === undefined || device.osVersion === osVersion) &&
      (tags ?? []).every((tag) => device.tags.includes(tag)),
  );
  if (fitting.length > 0) return [...fitting].sort((a, b) => a.name.localeCompare(b.name));
  const near = found.length > 0 ? ` Near it are ${list(found.map((device) => device.name))}.` : "";
  throw new Error(`Esper has no device that fits ${JSON.stringify(filter)}.${near}`);
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

const listMaxAgeMs = 60_000;

function describeGroup({ name, path, id }: Group): string {
  return `"${path === "" ? name : path}" (${id})`;
}

function list(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}
