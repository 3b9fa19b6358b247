// Devices that left a set: who they are, and where their UNINSTALL stands. It asks the client; plan.ts decides.

import { type Device, totalOf } from "../../client";
import type { CommandResults } from "./command-results";
import { readFleet, type Fleet } from "./fleet";
import { joinRequests, historyOf, noSentRequests, rowsMayBeLateMs, type SentRequests } from "./command-history";
import type { OperationContext } from "../context";
import { deviceStatuses, wasSent, type DeviceStatus } from "./device-status";
import type { SentRequest, State } from "../state/state";
import { devicesOf, groupsOf, type Target } from "../arguments/target";

export interface Departed {
  /** Members through what the target no longer names, and not covered through anything else. */
  readonly left: readonly Device[];
  /** Earlier removals that are not known to have ended well. */
  readonly earlier: SentRequests;
  /** Where the devices of those stand; members of today are not among them. */
  readonly standings: readonly DeviceStatus[];
}

export async function gatherDeparted(
  run: OperationContext,
  book: CommandResults,
  known: State | undefined,
  target: Target,
  fleet: Fleet,
): Promise<Departed> {
  if (known === undefined) return { left: [], earlier: noSentRequests, standings: [] };
  const requests = known.commands.filter((request) => request.kind === "uninstall");
  await book.look(requests);
  const earlier = { ...noSentRequests, requests };
  const [left, standings] = await Promise.all([
    devicesToClear(run, known, target, fleet),
    standingsOfRemoved(run, book, earlier, [], fleet),
  ]);
  return { left, earlier, standings };
}

async function devicesToClear(
  run: OperationContext,
  known: State,
  target: Target,
  fleet: Fleet,
): Promise<readonly Device[]> {
  const left = await devicesThatLeft(run, known.settings.target, target, fleet);
  const strays = known.record.strays ?? [];
  // A killed run may have sent to devices of a set that the program has taken out again since.
  if (strays.length === 0 || target.kind === "group") return left;
  const rows = await run.client.rows({ requestIds: strays });
  const ids = rows
    .map((row) => row.deviceId)
    .filter((id) => !fleet.members.has(id) && !left.some((one) => one.id === id));
  return [...left, ...(await run.client.devicesById([...new Set(ids)], 0)).values()];
}

async function devicesThatLeft(
  run: OperationContext,
  before: Target,
  after: Target,
  fleet: Fleet,
): Promise<readonly Device[]> {
  const groups = groupsOf(before).filter((id) => !groupsOf(after).includes(id));
  const devices = devicesOf(before).filter((id) => !devicesOf(after).includes(id));
  if (groups.length + devices.length === 0) return [];
  const old = await readFleet(run.client, { kind: "set", groups, devices }, 0);
  return [...old.members.values()].filter((device) => !fleet.members.has(device.id));
}

/** After new removals were sent: where every device that is to lose the certificate stands, and the requests still needed. */
export async function settleRemovals(
  run: OperationContext,
  book: CommandResults,
  removals: Departed,
  sent: SentRequests,
  fleet: Fleet,
): Promise<{ readonly standings: readonly DeviceStatus[]; readonly requests: readonly SentRequest[] }> {
  const all = joinRequests(removals.earlier, sent, false);
  const standings = await standingsOfRemoved(run, book, all, removals.left, fleet);
  const open = new Set(standings.filter(({ phase }) => phase !== "installed").map(({ requestId }) => requestId));
  const mayHaveMore = ({ id, devices, sentAt }: SentRequest): boolean =>
    run.clock.now() - Date.parse(sentAt) < rowsMayBeLateMs && totalOf(book.countsOf(id)) < devices;
  return { standings, requests: all.requests.filter((request) => open.has(request.id) || mayHaveMore(request)) };
}

/** Those on which the certificate may still be: the UNINSTALL failed, or the device did not take it in 30 days. */
export function toRemoveAgain(standings: readonly DeviceStatus[]): readonly DeviceStatus[] {
  return standings.filter(({ phase }) => phase === "failed" || phase === "missing");
}

// "installed" means here that the UNINSTALL ended in Success.
async function standingsOfRemoved(
  run: OperationContext,
  book: CommandResults,
  requests: SentRequests,
  left: readonly Device[],
  fleet: Fleet,
): Promise<readonly DeviceStatus[]> {
  if (requests.requests.length === 0) return [];
  const now = run.clock.now();
  const ledger = await historyOf(book, requests, new Set(), now);
  const inRows = ledger.flatMap(({ answers }) => [...answers.rows.keys()]);
  const named = new Map(left.map((device) => [device.id, device]));
  const unnamed = [...new Set(inRows)].filter((id) => !named.has(id) && !fleet.members.has(id));
  const found = unnamed.length > 0 ? await run.client.devicesById(unnamed, 60_000) : new Map<string, Device>();
  // A device that is gone from Esper is not there to lose anything.
  return deviceStatuses([...named.values(), ...found.values()], ledger, now).filter(wasSent);
}
