// On which devices an alias stands already, whoever installed it. It asks the client and decides nothing.

import type { Client, CommandSighting, CommandState } from "../../../client/index";
import { aliasHash, certificateCommands, installCommand, parseLabel } from "../../state/command-label";
import { listMaxAgeMs } from "./newer-commands";

/** One of all commands, and as many of each of the two. */
const listPages = 2;
const rowPages = 5;
/** As many ids as one read takes. */
const requestsMax = 50;

/** For the preview of a new certificate, which overwrites it: ten pages of Esper's at most, so that there may be more. */
export async function devicesWithAlias(client: Client, alias: string): Promise<ReadonlySet<string>> {
  const { commands } = await client.commandsSince({
    commands: certificateCommands,
    sinceAt: new Date(0).toISOString(),
    maxAgeMs: listMaxAgeMs,
    maxPages: listPages,
  });
  const newestFirst = commands.filter((sighting) => isUnder(alias, sighting)).slice(0, requestsMax);
  return holdersBy(client, newestFirst, rowPages);
}

/** The devices that hold the alias by these commands, newest first. */
export async function holdersBy(
  client: Client,
  newestFirst: readonly CommandSighting[],
  maxPages?: number,
): Promise<ReadonlySet<string>> {
  const requestIds = newestFirst.map(({ id }) => id);
  if (requestIds.length === 0) return new Set();
  const rows = await client.rows({ requestIds, ...(maxPages !== undefined && { maxPages }) });
  const ageOf = new Map(newestFirst.map(({ id }, index) => [id, index]));
  const sorted = [...rows].sort((one, other) => (ageOf.get(one.requestId) ?? 0) - (ageOf.get(other.requestId) ?? 0));
  const installs = new Set(newestFirst.flatMap(({ id, command }) => (command === installCommand ? [id] : [])));
  const known = new Map<string, boolean>();
  for (const { deviceId, requestId, state } of sorted) {
    const isInstall = installs.has(requestId);
    // A removal that may still come counts as one; an install that has not come says nothing.
    const counts = isInstall ? state === "Success" : !changedNothing.includes(state);
    if (counts && !known.has(deviceId)) known.set(deviceId, isInstall);
  }
  return new Set([...known].flatMap(([id, hasIt]) => (hasIt ? [id] : [])));
}

const changedNothing: readonly CommandState[] = ["Failure", "Cancelled", "TimeOut"];

/** Whether the command is known to be under the alias. */
export function isUnder(alias: string, { aliasName, label }: CommandSighting): boolean {
  if (aliasName !== undefined) return aliasName === alias;
  const parsed = label === undefined ? undefined : parseLabel(label);
  return parsed?.form === "instance" && parsed.alias === aliasHash(alias);
}
