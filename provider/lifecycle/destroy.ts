// Takes the certificate off: UNINSTALL to every device that may have it, waited for by the same rules as an install.
// An absent alias is a success for Esper, so everything may be sent again: a second destroy finishes what a first left.

import type { StatusRow } from "../client/index";
import { apply, type Applied } from "./apply/apply";
import { finalStatuses } from "./conclude/final-statuses";
import type { OperationContext } from "./context";
import { RemovalError } from "./errors";
import { noSentRequests, recordedInstalls } from "./facts/command-history";
import { CommandResults } from "./facts/command-results";
import { membersAndDeparted } from "./facts/departed";
import { statusFromRow, type DeviceStatus } from "./facts/device-status";
import { nobodyOf, readFleet, supportedById, type Fleet } from "./facts/members/fleet";
import type { Facts } from "./facts/gather";
import { listMaxAgeMs as commandsMaxAgeMs, readNewer, type Newer } from "./facts/newer/newer-commands";
import { timedOutBefore } from "./facts/newer/late-answers";
import { resume } from "./facts/newer/resume";
import { holdersOutside } from "./facts/own/holders-outside";
import { heldBy, ledgerInstalls, resumeSingly } from "./facts/own/ledger-history";
import { refuseOtherTenant } from "./facts/tenant";
import { withUnlisted } from "./facts/members/unlisted";
import { joinedIds, mapById } from "./state/members/ids";
import { removalSentences } from "./messages/failures";
import {
  goneIdSentences,
  leavingSentence,
  mayComeBackSentence,
  onlyImportedSentence,
  unansweredSentence,
} from "./messages/notices";
import { count } from "./messages/words";
import { unansweredOf } from "./policy/awaited";
import { mayBeScheduled, type Plan } from "./policy/plan";
import type { Step } from "./policy/steps";
import { difference } from "./state/members/membership-sketch";
import { isOnlyImported, orphanedIds } from "./state/holding";
import { devicesIn } from "./state/sent-request";
import { type SentRequest, type State } from "./state/state";

// Of several resources that go in one run, each would read the same devices again.
const listMaxAgeMs = 10_000;

/** @returns warnings and notes; throws where the certificate may still be on some devices */
export async function destroy(context: OperationContext, stored: State): Promise<Told> {
  if (isOnlyImported(stored)) return { warnings: [], notes: [onlyImportedSentence(stored.settings.alias)] };
  await refuseOtherTenant(context.client, stored);
  const newer = await readNewer(context, stored, commandsMaxAgeMs);
  const { own: ledgered } = stored.record;
  const resumed = ledgered ? resumeSingly(stored, newer, heldBy(ledgered.ledger)) : resume(stored, newer);
  const state = resumed.prior;
  const listed = await readFleet(context.client, state.settings.target, listMaxAgeMs);
  const fleet = await withUnlisted(context.client, listed, state);
  const own = newer.commands.filter(({ by, kind }) => by === "own" && kind === "install").map(({ id }) => id);
  const left = ledgered
    ? await holdersOutside(context.client, ledgered.ledger, fleet.members)
    : await supportedById(context.client, state.record.left ?? [], 0);
  const outside = withLeft(await devicesOutside(context, state, fleet, [...orphanedIds(state), ...own]), left, fleet);
  const plan = planDestroy(state, newer, [
    ...uninstall("everyone", fleet.members.size),
    ...uninstall([...outside.devices.keys()], outside.devices.size),
  ]);
  const lateCommands = await timedOutBefore(context.client, state, state.commands, newer.commands);
  const facts = {
    ...{ lateCommands, fleet, entitled: nobodyOf(fleet), newer, statuses: [], warnings: [] },
    installs: ledgered
      ? ledgerInstalls(resumed, ledgered.ledger, heldBy(ledgered.ledger), fleet)
      : recordedInstalls(resumed, state.settings.target, fleet),
    results: new CommandResults(context.client, undefined, fleet.others),
    departed: { devices: [...outside.devices.values()], removals: noSentRequests, statuses: [] },
    ...{ canaries: new Set<string>(), priorCanaries: new Set<string>() },
  };
  const applied = await apply(context, plan, facts);
  const told = await concludeDestroy(context, plan, facts, applied, outside.leaving);
  return { ...told, warnings: [...goneIdSentences(state.settings.target, fleet), ...told.warnings] };
}

export interface Told {
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

function uninstall(devices: Step["devices"], size: number): readonly Step[] {
  const message = `Removing the certificate from ${count(size, "device")}.`;
  return size === 0 ? [] : [{ action: "uninstall", reason: "destroy", message, devices }];
}

function planDestroy(state: State, newer: Newer, steps: readonly Step[]): Plan {
  // A schedule holds for installs only.
  const { schedule, ...settings } = state.settings;
  return {
    ...{ goal: "destroy", settings, prior: state, content: undefined, steps },
    ...{ startsOver: true, roundsUsed: 0, isOverdue: false, warnings: [], notes: [] },
    recorded: { settings: state.settings, written: state.written, source: state.record.source ?? {} },
    cancellations: [{ requestIds: mayBeScheduled(state, newer) }],
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
// the alias since. After a killed run that is not known, and it may have sent to devices that the state does not name.
async function devicesOutside(
  { client, clock }: OperationContext,
  { commands, record, settings }: State,
  fleet: Fleet,
  orphaned: readonly string[],
): Promise<Outside> {
  // Of a group that is gone only the rows of what it was sent tell the devices.
  const isGroupGone = fleet.unknownGroups.length > 0;
  const single = commands.filter(({ kind, targetWide }) => kind === "uninstall" || targetWide !== true || isGroupGone);
  const orphanedOfSet = settings.target.kind === "set" ? orphaned : [];
  const since = difference(record.sentTo, fleet.members);
  const isAllThere = !isGroupGone && since?.leftCount === 0 && !single.some(({ kind }) => kind === "uninstall");
  if ((single.length === 0 || isAllThere) && orphanedOfSet.length === 0) return { devices: new Map(), leaving: 0 };
  const rows = await client.rows({ requestIds: [...single.map(({ id }) => id), ...orphanedOfSet] });
  const outside = rows.filter((row) => !fleet.members.has(row.deviceId));
  const ids = [...devicesIn(outside)];
  const devices = await supportedById(client, ids, 0);
  if (orphanedOfSet.length > 0) return { devices, leaving: 0 };
  const removed = removedAlready(single, outside, devices, clock.now());
  const removedIds = new Set(removed.map(({ device }) => device.id));
  return {
    devices: new Map([...devices].filter(([id]) => !removedIds.has(id))),
    leaving: removed.filter(({ phase }) => phase === "pending").length,
  };
}

/** Devices that left a group by themselves and were to lose it, which no run has done yet. */
function withLeft(outside: Outside, left: Fleet["members"], { members }: Fleet): Outside {
  const gone = [...left].filter(([id]) => !members.has(id));
  return { ...outside, devices: new Map([...outside.devices, ...gone]) };
}

/** Devices whose newest command was an UNINSTALL that they have done, or will do while it lives. */
function removedAlready(
  requests: readonly SentRequest[],
  rows: readonly StatusRow[],
  devices: Fleet["members"],
  nowMs: number,
): readonly DeviceStatus[] {
  const requestById = mapById(requests);
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

async function concludeDestroy(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  { sent, problem, warnings, notes }: Applied,
  leavingBefore: number,
): Promise<Told> {
  const { wait } = plan.settings;
  const told = joinedIds(sent.map(({ devices }) => devices));
  const all = [...facts.departed.devices, ...facts.fleet.members.values()];
  const departed = { ...facts.departed, devices: all.filter(({ id }) => told.has(id)) };
  const { removals, problems, lateCommands: open } = await finalStatuses(context, plan, { ...facts, departed }, sent);
  const known = membersAndDeparted(facts.fleet, facts.departed);
  const unanswered = unansweredOf({ wait }, removals.statuses, known);
  const timedOut = unanswered.length > 0 && wait.onTimeout === "fail";
  const seen = [...(problem === undefined ? [] : [problem]), ...problems];
  if (seen.length > 0 || removals.failed.length > 0 || timedOut) {
    const sentences = [
      ...seen,
      ...removalSentences(removals),
      ...(unanswered.length > 0 ? [unansweredSentence(unanswered, wait.timeoutMs, context.cutShort?.())] : []),
    ];
    throw new RemovalError(sentences.join("\n"));
  }
  const leaving = removals.leaving + leavingBefore;
  const mayComeBack = new Set(open.flatMap(({ kind, devices }) => (kind === "install" ? devices : [])));
  return {
    warnings: [
      ...warnings,
      ...(leaving > 0 ? [leavingSentence(leaving)] : []),
      ...(mayComeBack.size > 0 ? [mayComeBackSentence(mayComeBack.size)] : []),
    ],
    notes,
  };
}
