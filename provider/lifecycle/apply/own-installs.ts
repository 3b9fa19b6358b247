// On which devices an INSTALL of this resource is known: from the record, from Esper's list, and where both are silent from the
// rows of its own requests. It decides nothing; what follows from it is policy/removal.ts. Follows docs/design.md, section 3.

import type { Client, Device } from "../../client/index";
import type { OperationContext } from "../context";
import type { Facts } from "../facts/gather";
import type { Newer } from "../facts/newer/newer-commands";
import type { OwnRequest } from "../facts/newer/owners";
import { devicesOf } from "../facts/newer/resume";
import type { Ids } from "../state/members/ids";
import type { Plan } from "../policy/plan";
import type { Step } from "../policy/steps";
import { entryOf, holdsContent } from "../state/ledger/ledger";
import { difference } from "../state/members/membership-sketch";
import { devicesIn } from "../state/sent-request";
import type { SentRequest, State } from "../state/state";
import type { Sent } from "./send";

/** Requests of this resource with Esper's time and the devices that they are known to have reached. */
export async function ownInstalls(
  { client }: OperationContext,
  prior: State | undefined,
  { installs }: Facts,
  sent: readonly Sent[],
  newer: Newer | undefined,
): Promise<readonly OwnRequest[]> {
  const earlier = (prior?.commands ?? []).filter(({ kind }) => kind === "install");
  const others = (newer?.commands ?? []).filter(({ by, kind }) => by !== "own" && kind === "install");
  const known = (request: SentRequest): Ids | undefined =>
    installs.sentTo.get(request.id) ?? (request.targetWide === true ? installs.reached : undefined);
  // Only where another's install is older does it matter whom a later one of this resource has reached.
  const isLater = ({ createdAt = "" }: SentRequest): boolean => others.some((other) => other.createdAt < createdAt);
  const unknown = earlier.filter((request) => known(request) === undefined && isLater(request)).map(({ id }) => id);
  const rows = unknown.length === 0 ? [] : await client.rows({ requestIds: unknown });
  const byRows = (id: string): ReadonlySet<string> => devicesIn(rows.filter(({ requestId }) => requestId === id));
  const now = sent.filter(({ request }) => request.kind === "install");
  return [
    ...earlier.map((request) => ({ request, devices: known(request) ?? byRows(request.id) })),
    ...(installs.done ?? []).map(({ device, at }) => ({ request: { createdAt: at }, devices: new Set([device]) })),
    ...now.map(({ request, devices }) => ({ request, devices })),
  ];
}

/** Whether an INSTALL of this resource is known on a device. */
export async function ownDevices(
  { client }: OperationContext,
  { prior }: Plan,
  { installs, departed, newer: before }: Facts,
  newer: Newer | undefined,
  candidates: ReadonlyMap<string, Device>,
  reason: Step["reason"],
): Promise<(id: string) => boolean> {
  // A removal that is tried again was this resource's to send the first time; a rollback takes back what this run has sent.
  if (prior === undefined || reason === "removalsFailed" || reason === "rollback") return () => true;
  const { sentTo, earlierSentTo, previouslySentTo } = prior.record;
  const sketches = [sentTo, earlierSentTo, previouslySentTo].filter((sketch) => sketch !== undefined);
  const joined = sketches.map((sketch) => difference(sketch, candidates)?.joined);
  // What a destroy finds outside the target, it finds in the rows of this resource's own requests.
  const found = new Set(reason === "destroy" ? departed.devices.map(({ id }) => id) : []);
  // They were members that had it, and the sketches have forgotten them since.
  for (const id of prior.record.left ?? []) found.add(id);
  for (const command of [...before.commands, ...(newer?.commands ?? [])]) {
    if (command.by === "own" && command.kind === "install") for (const id of devicesOf(command)) found.add(id);
  }
  const isReached = (id: string): boolean => installs.reached?.has(id) === true;
  const ledger = prior.record.own?.ledger;
  if (ledger !== undefined) return (id) => found.has(id) || isReached(id) || holdsContent(entryOf(ledger, id));
  // Where too many came and left to tell who, the rows of its own requests do; without them nothing is known against it.
  const [sinceSent, ...sinceEarlier] = joined;
  const byRows = sinceSent === undefined ? await devicesByRows(client, prior) : undefined;
  const isSent = (id: string): boolean => (byRows === undefined ? sinceSent?.has(id) !== true : byRows.has(id));
  const isKnown = (id: string): boolean =>
    found.has(id) || isReached(id) || isSent(id) || sinceEarlier.some((since) => since?.has(id) !== true);
  // A group is addressed whole: Esper may have counted a device among it that the list of its devices lacked.
  const reached = await devicesReached(
    client,
    prior,
    [...candidates.keys()].filter((id) => !isKnown(id)),
  );
  return (id) => isKnown(id) || reached.has(id);
}

/** Those of these devices that an own INSTALL has a row of. */
async function devicesReached(
  client: Client,
  { commands }: State,
  devices: readonly string[],
): Promise<ReadonlySet<string>> {
  const requestIds = commands.filter(({ kind }) => kind === "install").map(({ id }) => id);
  if (requestIds.length === 0 || devices.length === 0) return new Set();
  const rows = await client.rows({ requestIds, devices });
  return devicesIn(rows);
}

/** The devices of all its installs; undefined where some of those are not known any more. */
async function devicesByRows(client: Client, { commands, record }: State): Promise<ReadonlySet<string> | undefined> {
  if (record.compacted === true) return undefined;
  const installs = commands.filter(({ kind }) => kind === "install");
  const rows = await client.rows({ requestIds: installs.map(({ id }) => id) });
  const isWhole = rows.length >= installs.reduce((sum, { devices }) => sum + devices, 0);
  return isWhole ? devicesIn(rows) : undefined;
}
