// Takes the certificate off: UNINSTALL to every device that may have it, waited for by the same rules as an install.
// An absent alias is a success for Esper, so everything may be sent again: a second destroy finishes what a first left.

import { CommandResults } from "./facts/command-results";
import {
  cancelScheduled,
  countOffline,
  batchesForDevices,
  batchesForEveryone,
  send,
  waitedFor,
  waitWithProgress,
  type Sent,
} from "./apply/apply";
import type { CommandToSend, Device, StatusRow } from "../client";
import { uninstallOf } from "./apply/esper-commands";
import { RemovalError } from "./errors";
import { readFleet, type Fleet } from "./facts/fleet";
import { historyOf } from "./facts/command-history";
import { count, failureSentences, leavingSentence, unansweredSentence } from "./messages/failures";
import type { OperationContext } from "./context";
import { deviceStatuses, statusFromRow, type DeviceStatus } from "./facts/device-status";
import { difference } from "./state/membership-sketch";
import type { SentRequest, State } from "./state/state";
import { withStrayInstalls } from "./facts/orphaned";
import type { Address, Target } from "./arguments/target";

// Of several resources that go in one run, each would read the same devices again.
const listMaxAgeMs = 10_000;

/** @param standing where a newer copy of the resource has installed the same alias: those devices keep it */
export async function destroy(run: OperationContext, stored: State, standing?: Target): Promise<void> {
  // Where a newer copy stands, its installs are no strays.
  const state = standing === undefined ? await withStrayInstalls(run, stored) : stored;
  const { settings, record } = state;
  const inTarget = await readFleet(run.client, settings.target, listMaxAgeMs);
  const others = standing && (await readFleet(run.client, standing, listMaxAgeMs));
  const isToLose = ([id]: readonly [string, Device]): boolean => others?.members.has(id) !== true;
  const inFleet = new Map([...inTarget.members].filter(isToLose));
  const { singly: sentSingly, leaving } = await devicesSentSingly(run, state, inTarget);
  const singly = new Map([...sentSingly].filter(isToLose));
  const fleet = { ...inTarget, members: new Map([...inFleet, ...singly]) };
  const parcels =
    inFleet.size < inTarget.members.size
      ? batchesForDevices([...fleet.members.keys()])
      : [...(await batchesForEveryone(run, settings.target, inTarget)), ...batchesForDevices([...singly.keys()])];
  if (parcels.length === 0) {
    warnOfPending(run, leaving);
    return;
  }

  await cancelScheduled(run, state);
  run.status(`Removes the certificate from ${count(fleet.members.size, "device")}.`);
  const sent: Sent[] = [];
  const command = (address: Address, label: string): CommandToSend => uninstallOf(settings, address, label);
  await send(run, parcels, command, { kind: "uninstall", digest: record.digest, sent });
  const book = new CommandResults(run.client);
  // A schedule holds for installs only.
  const rules = { wait: settings.wait };
  const awaited = sent.map(({ request, devices }) => ({ request, devices: waitedFor(rules, devices, fleet.members) }));
  const offline = countOffline(fleet.members.values());
  const base = { members: fleet.members.size, done: 0, offline, verb: "removed" as const };
  await waitWithProgress(run, book, awaited, base, settings.wait.timeoutMs);
  await judgeRemoval(run, state, fleet, book, sent, leaving);
}

interface SentSingly {
  /** Those that the certificate is to be removed from. */
  readonly singly: Fleet["members"];
  /** How many have been told already, and have not answered yet. */
  readonly leaving: number;
}

// Late joiners and retried devices were addressed one by one and may have left their group since. Devices taken out of a
// set that lost the certificate then, or will once they are online, are left alone: another resource may have given them
// the alias since. After a killed run nobody knows that, and it may have sent to devices that the state does not name.
async function devicesSentSingly(run: OperationContext, state: State, fleet: Fleet): Promise<SentSingly> {
  const { commands, record, settings } = state;
  const single = commands.filter(({ kind }, index) => kind === "uninstall" || index >= record.base);
  const strays = record.strays ?? [];
  const straysOfSet = settings.target.kind === "set" ? strays : [];
  const since = difference(record.covered, new Set(fleet.members.keys()));
  const isAllThere = since?.leftCount === 0 && !single.some(({ kind }) => kind === "uninstall");
  if ((single.length === 0 || isAllThere) && straysOfSet.length === 0) return { singly: new Map(), leaving: 0 };
  const rows = await run.client.rows({ requestIds: [...single.map(({ id }) => id), ...straysOfSet] });
  const outside = rows.filter((row) => !fleet.members.has(row.deviceId));
  const ids = [...new Set(outside.map((row) => row.deviceId))];
  const devices = ids.length === 0 ? new Map<string, Device>() : await run.client.devicesById(ids, 0);
  if (strays.length > 0) return { singly: devices, leaving: 0 };
  const told = toldToRemove(single, outside, devices, run.clock.now());
  const toldIds = new Set(told.map(({ device }) => device.id));
  return {
    singly: new Map([...devices].filter(([id]) => !toldIds.has(id))),
    leaving: told.filter(({ phase }) => phase === "pending").length,
  };
}

/** Devices whose newest command was an UNINSTALL that they have done, or will do while it lives. */
function toldToRemove(
  requests: readonly SentRequest[],
  rows: readonly StatusRow[],
  devices: Fleet["members"],
  now: number,
): readonly DeviceStatus[] {
  const requestById = new Map(requests.map((request) => [request.id, request]));
  const newest = new Map<string, { readonly row: StatusRow; readonly request: SentRequest }>();
  for (const row of rows) {
    const request = requestById.get(row.requestId);
    const before = newest.get(row.deviceId);
    if (request === undefined || (before !== undefined && before.request.sentAt > request.sentAt)) continue;
    newest.set(row.deviceId, { row, request });
  }
  return [...newest].flatMap(([id, { row, request }]) => {
    const device = devices.get(id);
    if (device === undefined || request.kind !== "uninstall") return [];
    const standing = statusFromRow(device, request, row, now);
    return standing.phase === "installed" || standing.phase === "pending" ? [standing] : [];
  });
}

function warnOfPending(run: OperationContext, pending: number): void {
  if (pending > 0) run.warn(leavingSentence(pending));
}

async function judgeRemoval(
  run: OperationContext,
  { settings }: State,
  fleet: Fleet,
  book: CommandResults,
  sent: readonly Sent[],
  leaving: number,
): Promise<void> {
  const requests = sent.map(({ request }) => request);
  if (settings.wait.for !== "none") {
    await book.look(requests.filter(({ id }) => Object.keys(book.countsOf(id)).length === 0));
  }
  const sentTo = new Map(sent.map(({ request, devices }) => [request.id, devices]));
  const ledger = await historyOf(book, { requests, base: 0, sentTo }, new Set(), run.clock.now());
  const standings = deviceStatuses(fleet.members.values(), ledger, run.clock.now());
  const failed = standings.filter(({ phase }) => phase === "failed");
  const awaited = waitedFor({ wait: settings.wait }, fleet.members.keys(), fleet.members);
  const unanswered = standings.filter(({ phase, device }) => phase === "pending" && awaited.has(device.id));
  const timedOut = unanswered.length > 0 && settings.wait.onTimeout === "fail";
  if (failed.length > 0 || timedOut) {
    const sentences = [
      ...failureSentences(failed, "removal"),
      ...(unanswered.length > 0 ? [unansweredSentence(unanswered, settings.wait.timeoutMs)] : []),
    ];
    throw new RemovalError(sentences.join("\n"));
  }
  const pending = standings.filter(({ phase }) => phase === "pending").length;
  warnOfPending(run, pending + leaving);
}
