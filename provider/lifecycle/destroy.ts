// Takes the certificate off: UNINSTALL to every device that may have it, waited for by the same rules as an install.
// An absent alias is a success for Esper, so everything may be sent again: a second destroy finishes what a first left.

import type { Device, StatusRow } from "../client/index";
import { apply } from "./apply/apply";
import type { Sent } from "./apply/send";
import type { Target } from "./arguments/target";
import { finalStatuses } from "./conclude/final-statuses";
import type { OperationContext } from "./context";
import { RemovalError } from "./errors";
import { noSentRequests } from "./facts/command-history";
import { CommandResults } from "./facts/command-results";
import { statusFromRow, type DeviceStatus } from "./facts/device-status";
import { nobodyOf, readFleet, type Fleet } from "./facts/fleet";
import type { Facts } from "./facts/gather";
import { orphanedInstalls } from "./facts/orphaned";
import { failureSentences } from "./messages/failures";
import { leavingSentence, unansweredSentence } from "./messages/notices";
import { count } from "./messages/words";
import { waitedFor } from "./policy/awaited";
import { mayBeScheduled, type Plan } from "./policy/plan";
import type { Step } from "./policy/steps";
import { difference } from "./state/membership-sketch";
import { orphanedIds, type SentRequest, type State } from "./state/state";

// Of several resources that go in one run, each would read the same devices again.
const listMaxAgeMs = 10_000;

/**
 * @param stands where a newer copy of the resource has installed the same alias: those devices keep it
 * @returns warnings
 */
export async function destroy(context: OperationContext, state: State, stands?: Target): Promise<readonly string[]> {
  // Where a newer copy stands, its installs are none of this one's.
  const orphaned = stands === undefined ? await orphanedInstalls(context, state) : [];
  const { settings } = state;
  const inTarget = await readFleet(context.client, settings.target, listMaxAgeMs);
  const others = stands && (await readFleet(context.client, stands, listMaxAgeMs));
  const isToLose = ([id]: readonly [string, Device]): boolean => others?.members.has(id) !== true;
  const inFleet = new Map([...inTarget.members].filter(isToLose));
  const outside = await devicesOutside(context, state, inTarget, [...orphanedIds(state), ...orphaned]);
  const singly = new Map([...outside.devices].filter(isToLose));
  const fleet = { ...inTarget, members: new Map([...inFleet, ...singly]) };
  const leaving = outside.leaving > 0 ? [leavingSentence(outside.leaving)] : [];
  if (fleet.members.size === 0) return leaving;
  const isWhole = inFleet.size === inTarget.members.size;
  const steps = isWhole
    ? [...uninstall("everyone", inFleet.size), ...uninstall([...singly.keys()], singly.size)]
    : uninstall([...fleet.members.keys()], fleet.members.size);
  const plan = planDestroy(state, steps, orphaned);
  const facts = factsFor(context, { ...inTarget, members: fleet.members });
  const { sent, problem } = await apply(context, plan, facts);
  return concludeDestroy(context, plan, facts, { sent, problem, leaving: outside.leaving });
}

function uninstall(devices: Step["devices"], size: number): readonly Step[] {
  const message = `Removing the certificate from ${count(size, "device")}.`;
  return size === 0 ? [] : [{ action: "uninstall", reason: "destroy", message, devices }];
}

function planDestroy(state: State, steps: readonly Step[], orphaned: readonly string[]): Plan {
  // A schedule holds for installs only.
  const { schedule, ...settings } = state.settings;
  return {
    ...{ goal: "destroy", settings, prior: state, content: undefined, steps },
    ...{ startsOver: true, roundsUsed: 0, isOverdue: false, warnings: [], notes: [] },
    recorded: { settings: state.settings, written: state.written, source: state.record.source ?? {} },
    cancellations: [{ requestIds: [...mayBeScheduled(state), ...orphaned] }],
  };
}

function factsFor({ client }: OperationContext, fleet: Fleet): Facts {
  return {
    ...{ fleet, entitled: nobodyOf(fleet), installs: noSentRequests, statuses: [], orphanedIds: [], warnings: [] },
    results: new CommandResults(client),
    departed: { devices: [...fleet.members.values()], removals: noSentRequests, statuses: [] },
    ...{ canaries: new Set(), priorCanaries: new Set() },
  };
}

interface Outside {
  /** Those that the certificate is to be removed from. */
  readonly devices: Fleet["members"];
  /** How many have been told already, and have not answered yet. */
  readonly leaving: number;
}

// Late joiners and retried devices were addressed one by one and may have left their group since. Devices taken out of a
// set that lost the certificate then, or will once they are online, are left alone: another resource may have given them
// the alias since. After a killed run nobody knows that, and it may have sent to devices that the state does not name.
async function devicesOutside(
  { client, clock }: OperationContext,
  { commands, record, settings }: State,
  fleet: Fleet,
  orphaned: readonly string[],
): Promise<Outside> {
  const single = commands.filter(({ kind, targetWide }) => kind === "uninstall" || targetWide !== true);
  const orphanedOfSet = settings.target.kind === "set" ? orphaned : [];
  const since = difference(record.sentTo, new Set(fleet.members.keys()));
  const isAllThere = since?.leftCount === 0 && !single.some(({ kind }) => kind === "uninstall");
  if ((single.length === 0 || isAllThere) && orphanedOfSet.length === 0) return { devices: new Map(), leaving: 0 };
  const rows = await client.rows({ requestIds: [...single.map(({ id }) => id), ...orphanedOfSet] });
  const outside = rows.filter((row) => !fleet.members.has(row.deviceId));
  const ids = [...new Set(outside.map((row) => row.deviceId))];
  const devices = ids.length === 0 ? new Map<string, Device>() : await client.devicesById(ids, 0);
  if (orphaned.length > 0) return { devices, leaving: 0 };
  const removed = removedAlready(single, outside, devices, clock.now());
  const removedIds = new Set(removed.map(({ device }) => device.id));
  return {
    devices: new Map([...devices].filter(([id]) => !removedIds.has(id))),
    leaving: removed.filter(({ phase }) => phase === "pending").length,
  };
}

/** Devices whose newest command was an UNINSTALL that they have done, or will do while it lives. */
function removedAlready(
  requests: readonly SentRequest[],
  rows: readonly StatusRow[],
  devices: Fleet["members"],
  nowMs: number,
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
    const status = statusFromRow(device, request, row, nowMs);
    return status.phase === "installed" || status.phase === "pending" ? [status] : [];
  });
}

interface Removed {
  readonly sent: readonly Sent[];
  readonly problem: string | undefined;
  readonly leaving: number;
}

async function concludeDestroy(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  { sent, problem, leaving }: Removed,
): Promise<readonly string[]> {
  const { wait } = plan.settings;
  const { members } = facts.fleet;
  const { removals, problems } = await finalStatuses(context, plan, facts, sent);
  const awaited = waitedFor({ wait }, members.keys(), members);
  const unanswered = removals.statuses.filter(({ phase, device }) => phase === "pending" && awaited.has(device.id));
  const timedOut = unanswered.length > 0 && wait.onTimeout === "fail";
  const seen = [...(problem === undefined ? [] : [problem]), ...problems];
  if (seen.length > 0 || removals.failed.length > 0 || timedOut) {
    const sentences = [
      ...seen,
      ...failureSentences(removals.failed, "removal"),
      ...(unanswered.length > 0 ? [unansweredSentence(unanswered, wait.timeoutMs)] : []),
    ];
    throw new RemovalError(sentences.join("\n"));
  }
  const pending = removals.leaving + leaving;
  return pending > 0 ? [leavingSentence(pending)] : [];
}
