// Devices that left a set: which they are, and where their UNINSTALL stands (scenario D in state/holding.ts).
// It asks the client; policy/steps.ts and policy/removal.ts decide.

import type { Device } from "../../client/index";
import { devicesOf, groupsOf, type Target } from "../arguments/target";
import type { OperationContext } from "../context";
import { orphanedIds } from "../state/holding";
import { mapById } from "../state/members/ids";
import { devicesIn } from "../state/sent-request";
import { type SentRequest, type State } from "../state/state";
import { historyOf, joinRequests, noSentRequests, rowsMayBeLateMs, type SentRequests } from "./command-history";
import type { CommandResults } from "./command-results";
import { deviceStatuses, wasSent, type DeviceStatus } from "./device-status";
import { readFleet, supportedById, type Fleet } from "./members/fleet";
import type { Newer } from "./newer/newer-commands";
import { ownedByOthers } from "./newer/owners";
import { devicesOf as devicesReached } from "./newer/resume";

export interface Departed {
  /** Members through what the target no longer names, and not covered through anything else. */
  readonly devices: readonly Device[];
  /** The lists of devices do not add up, so that it cannot be told which devices left with what the target no longer names. */
  readonly isUnsure?: boolean;
  /** Those that left a group by themselves and were looked at: the next state need not remember them. */
  readonly left?: readonly string[];
  /** Earlier removals that are not known to have ended well. */
  readonly removals: SentRequests;
  /** Where the devices of those stand; "installed" means here that the UNINSTALL ended in Success. */
  readonly statuses: readonly DeviceStatus[];
}

/** By their ids the members, and whoever is to lose the certificate or was told to. */
export function membersAndDeparted({ members }: Fleet, { devices, statuses }: Departed): Fleet["members"] {
  if (devices.length + statuses.length === 0) return members;
  return mapById([...devices, ...statuses.map(({ device }) => device), ...members.values()]);
}

interface Question {
  readonly prior: State | undefined;
  readonly target: Target;
  readonly entitled: Fleet;
  readonly newer: Newer;
  /** Devices that left a group by themselves, and are to lose it. */
  readonly leaving?: readonly string[];
}

export async function gatherDeparted(
  context: OperationContext,
  results: CommandResults,
  { prior, target, entitled, newer, leaving = [] }: Question,
): Promise<Departed> {
  if (prior === undefined) return { devices: [], removals: noSentRequests, statuses: [] };
  const requests = prior.commands.filter((request) => request.kind === "uninstall");
  await results.look(requests);
  const removals = { ...noSentRequests, requests };
  const [left, statuses] = await Promise.all([
    devicesThatLeft(context, prior.settings.target, target, entitled),
    removalStatuses(context, results, removals, { departed: [], entitled, newer }),
  ]);
  // A member that the list leaves out would be taken for one that left.
  if (!entitled.addsUp) return { devices: [], removals, statuses, ...(left.hasChanged && { isUnsure: true }) };
  // Outside a group nobody was sent anything; where nobody is to have it, its members count.
  const isOutsideNone = target.kind === "group" && entitled.members.size > 0;
  const reached = isOutsideNone ? [] : await devicesReachedBy(context, orphanedIds(prior), newer);
  const more = reached.filter(({ id }) => !entitled.members.has(id) && !left.devices.some((one) => one.id === id));
  const known = new Set([...left.devices, ...more].map(({ id }) => id));
  const gone = [...(await supportedById(context.client, leaving, 0)).values()].filter(
    ({ id }) => !entitled.members.has(id) && !known.has(id),
  );
  const devices = [...left.devices, ...more, ...gone];
  return { devices, removals, statuses, ...(!left.addsUp && { isUnsure: true }), left: leaving };
}

/** An interrupted run may have sent to devices of a set that the program has taken out again since. */
async function devicesReachedBy(
  { client }: OperationContext,
  orphaned: readonly string[],
  newer: Newer,
): Promise<readonly Device[]> {
  const rows = orphaned.length === 0 ? [] : await client.rows({ requestIds: orphaned });
  const ids = new Set([...devicesIn(rows), ...installedLast(newer)]);
  return [...(await supportedById(client, [...ids], 0)).values()];
}

/** Devices whose newest command of this resource, of those that its state does not know, is an install. */
function installedLast({ commands }: Newer): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const command of commands) {
    if (command.by !== "own") continue;
    for (const id of devicesReached(command)) {
      if (command.kind === "install") ids.add(id);
      else if (command.rows.get(id)?.state !== "Failure") ids.delete(id);
    }
  }
  return ids;
}

async function devicesThatLeft(
  { client }: OperationContext,
  before: Target,
  after: Target,
  entitled: Fleet,
): Promise<{ readonly devices: readonly Device[]; readonly addsUp: boolean; readonly hasChanged: boolean }> {
  const groups = groupsOf(before).filter((id) => !groupsOf(after).includes(id));
  const devices = devicesOf(before).filter((id) => !devicesOf(after).includes(id));
  if (groups.length + devices.length === 0) return { devices: [], addsUp: true, hasChanged: false };
  const old = await readFleet(client, { kind: "set", groups, devices }, 0);
  const left = [...old.members.values()].filter((device) => !entitled.members.has(device.id));
  return { devices: left, addsUp: old.addsUp, hasChanged: true };
}

/** After new removals were sent: where every device that is to lose the certificate stands, and the requests still needed. */
export async function removalsNow(
  context: OperationContext,
  results: CommandResults,
  { removals, devices }: Departed,
  sent: SentRequests,
  entitled: Fleet,
  newer: Newer,
  /** Devices on which an earlier install may still succeed: their removal stays known. */
  followed: ReadonlySet<string>,
): Promise<{ readonly statuses: readonly DeviceStatus[]; readonly requests: readonly SentRequest[] }> {
  const all = joinRequests(removals, sent, false);
  const statuses = await removalStatuses(context, results, all, { departed: devices, entitled, newer });
  const isOpen = ({ phase, device }: DeviceStatus): boolean => phase !== "installed" || followed.has(device.id);
  const open = new Set(statuses.filter(isOpen).map(({ requestId }) => requestId));
  const mayHaveMore = (request: SentRequest): boolean =>
    context.clock.now() - Date.parse(request.sentAt) < rowsMayBeLateMs && !results.hasRowsOfAll(request);
  return { statuses, requests: all.requests.filter((request) => open.has(request.id) || mayHaveMore(request)) };
}

/** Those on which the certificate may still be: the UNINSTALL failed, or the device did not take it in 30 days. */
export function toRemoveAgain(statuses: readonly DeviceStatus[]): readonly DeviceStatus[] {
  return statuses.filter(({ phase }) => phase === "failed" || phase === "missing");
}

async function removalStatuses(
  { client, clock }: OperationContext,
  results: CommandResults,
  requests: SentRequests,
  {
    departed,
    entitled,
    newer,
  }: { readonly departed: readonly Device[]; readonly entitled: Fleet; readonly newer: Newer },
): Promise<readonly DeviceStatus[]> {
  if (requests.requests.length === 0) return [];
  const nowMs = clock.now();
  const history = await historyOf(results, requests, new Set(), nowMs);
  const inRows = history.flatMap((entry) => ("answers" in entry ? [...entry.answers.rows.keys()] : []));
  const others = new Set(inRows);
  for (const { id } of departed) others.delete(id);
  const unnamed = [...others].filter((id) => !entitled.members.has(id));
  const found = await supportedById(client, unnamed, 60_000);
  // A device that is gone from Esper is not there to lose anything, and one that is not supported never had it.
  const devices = found.size === 0 ? departed : [...departed, ...found.values()];
  const statuses = deviceStatuses(devices, history, nowMs).filter(wasSent);
  const isDone = ({ phase }: DeviceStatus): boolean => phase === "installed" || phase === "pending";
  const anothers = anothersByNow(statuses, requests, newer, nowMs);
  return statuses.filter((status) => isDone(status) || !anothers.has(status.device.id));
}

/** Devices on which another resource owns the alias since the removal: it is not this one's to remove any more. */
function anothersByNow(
  statuses: readonly DeviceStatus[],
  { requests }: SentRequests,
  { commands }: Newer,
  nowMs: number,
): ReadonlySet<string> {
  if (commands.length === 0) return new Set();
  const devicesOfRequest = (id: string): ReadonlySet<string> =>
    new Set(statuses.flatMap(({ device, requestId }) => (requestId === id ? [device.id] : [])));
  const removals = requests.map((request) => ({ request, devices: devicesOfRequest(request.id) }));
  return ownedByOthers(commands, removals, nowMs);
}
