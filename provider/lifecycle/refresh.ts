// Looks again: members now, and the last answer of each. What is to be done that the last run did not leave so is put into
// one line, `drift`, which the next preview shows (docs/design.md, section 3). It sends nothing.

import type { StateCounts } from "../client/index";
import { countOf, finalStates, sameCounts, totalOf } from "../client/index";
import { renewalOfCertificate } from "./content/renewal";
import type { OperationContext } from "./context";
import { historyOf, recordedInstalls } from "./facts/command-history";
import { CommandResults } from "./facts/command-results";
import { gatherDeparted, toRemoveAgain } from "./facts/departed";
import {
  commandLifeMs,
  coverageOf,
  deviceStatuses,
  exceptionsOf,
  isOwnedByOther,
  wasSent,
  type DeviceStatus,
} from "./facts/device-status";
import { mayHaveStartedAnew, withEnrolledAgain, withStartingAnew } from "./facts/enrolled-again";
import { isGone, memberIds, nobodyOf, readFleet, type Fleet } from "./facts/fleet";
import { listMaxAgeMs as commandsMaxAgeMs, readNewer, type Newer, type NewerCommand } from "./facts/newer-commands";
import { devicesOf, resume, type Resumed } from "./facts/resume";
import { refuseOtherTenant } from "./facts/tenant";
import { withUnlisted } from "./facts/unlisted";
import { driftOf } from "./messages/drift";
import { goneIdSentences, leftTargetSentence, listShortSentence, ownedByOthersSentence } from "./messages/notices";
import { diff } from "./policy/diff";
import { difference, sketchOf } from "./state/membership-sketch";
import {
  backlogOf,
  digestHeld,
  isTakenOff,
  noBacklog,
  rejectedDigest,
  statesSeen,
  type SentRequest,
  type State,
} from "./state/state";
import { waveCount, waveOf } from "./state/wave-boundaries";

export interface Refreshed {
  readonly state: State;
  /** For example `7 devices joined, 2 installs expired`. */
  readonly drift?: string | undefined;
  readonly notes: readonly string[];
}

const listMaxAgeMs = 10_000;

export async function refresh(context: OperationContext, recorded: State): Promise<Refreshed> {
  const { client, clock } = context;
  await refuseOtherTenant(client, recorded);
  const stored = { ...recorded, record: { ...recorded.record, tenantHash: client.tenantHash } };
  const [listed, newer] = await Promise.all([
    readFleet(client, stored.settings.target, listMaxAgeMs),
    readNewer(context, stored, commandsMaxAgeMs),
  ]);
  const fleet = await withUnlisted(client, listed, stored);
  const told = [...goneIdSentences(stored.settings.target, fleet), ...(fleet.addsUp ? [] : [listShortSentence])];
  const results = new CommandResults(client, stored);
  // Nobody can be looked at any more; the record tells which devices were sent the certificate.
  if (stored.settings.target.kind === "group" && isGone(stored.settings.target, fleet))
    return { state: stored, notes: told };
  const sameMembers = stored.record.membersDigest === fleet.digest;
  const resumed = resume(stored, newer);
  const mayBeAnew = mayHaveStartedAnew(fleet.members.values(), stored);
  const isOld =
    sameMembers && !mayBeAnew && newer.commands.length === 0 && !(await hasNews(results, stored, clock.now()));
  const { state, notes } = isOld
    ? { state: stored, notes: [] }
    : await lookAgain(context, results, resumed, newer, fleet);
  const renewal = renewalOfCertificate(state.certificate, state.settings.renewBeforeDays, clock.now());
  const interrupted = newer.commands.filter(({ by, id }) => by === "own" && !isStored(stored, id)).length;
  return { ...withDrift({ ...state, ...renewal }, interrupted, clock.now()), notes: [...told, ...notes] };
}

/** Whether the answers have changed since they were last seen, or time has made something of them. */
async function hasNews(results: CommandResults, stored: State, nowMs: number): Promise<boolean> {
  const isOpen = (request: SentRequest): boolean =>
    request.superseded !== true && !isSettled(request, request.states ?? {});
  const open = stored.commands.filter(isOpen);
  await results.look(open);
  return open.some(({ id, sentAt, states }) => {
    if (results.forgotten.has(id)) return false;
    return nowMs - Date.parse(sentAt) > commandLifeMs || !sameCounts(results.countsOf(id), states ?? {});
  });
}

/** Every device has given its last answer. */
function isSettled({ devices }: SentRequest, seen: StateCounts): boolean {
  const total = totalOf(seen);
  // The rows of some may not have been there yet.
  return total > 0 && total >= devices && countOf(seen, finalStates) === total;
}

interface Seen {
  readonly state: State;
  readonly notes: readonly string[];
}

async function lookAgain(
  context: OperationContext,
  results: CommandResults,
  resumed: Resumed,
  newer: Newer,
  fleet: Fleet,
): Promise<Seen> {
  const nowMs = context.clock.now();
  const { prior: stored, others } = resumed;
  const { settings, record, commands } = stored;
  const installs = recordedInstalls(resumed, settings.target, fleet);
  await results.look(installs.requests.filter((request) => totalOf(results.countsOf(request.id)) === 0));
  const history = await historyOf(results, installs, new Set(fleet.members.keys()), nowMs);
  const answered = withEnrolledAgain(deviceStatuses(fleet.members.values(), history, nowMs), {
    ...{ requests: installs.requests, forgotten: results.forgotten, prior: stored },
  });
  const statuses = withStartingAnew(answered, nowMs).filter(wasMember(stored)).map(withKnownReason(stored));
  const coverage = coverageOf(statuses, fleet.unsupported);
  const { exceptions, omitted } = exceptionsOf(statuses);
  const own = newer.commands.filter(({ by, kind }) => by === "own" && kind === "install");
  const departed = await gatherDeparted(context, results, {
    ...{ prior: stored, target: settings.target },
    newer,
    entitled: isTakenOff(stored) ? nobodyOf(fleet) : fleet,
  });
  const outside = new Set(departed.devices.map(({ id }) => id));
  const ids = new Set(statuses.map(({ device }) => device.id));
  const saysSomething = (command: NewerCommand): boolean => [...devicesOf(command)].some((id) => ids.has(id));
  const otherCommands = [
    ...others.filter(saysSomething),
    ...own.filter((command) => [...devicesOf(command)].some((id) => outside.has(id))),
  ].map(({ rows, listed, ...other }) => other);
  const ownedByOthers = statuses.filter(isOwnedByOther).length;
  const isUnread = ({ id, superseded }: SentRequest): boolean => superseded === true || results.forgotten.has(id);
  // Only those that were sent something can have kept it; where too many came and left, at least so many are gone.
  const since = difference(record.sentTo, new Set(fleet.members.keys()));
  const gone = since?.leftCount ?? stored.coverage.members - coverage.members;
  const state: State = {
    ...stored,
    ...{ exceptions, exceptionsOmitted: omitted, coverage },
    ...(coverage.installed === coverage.members && { progress: { ...stored.progress, state: "complete" } }),
    commands: commands.map((request) => ({
      ...request,
      states: isUnread(request) ? statesSeen(stored, request.id) : results.countsOf(request.id),
    })),
    record: {
      ...record,
      membersDigest: fleet.digest,
      sentTo: sketchOf(new Set(statuses.filter(wasSent).map(({ device }) => device.id))),
      heldBack: await heldBackNow(context, stored, statuses),
      removalsFailed: toRemoveAgain(departed.statuses).length + departed.devices.length,
      lookedUntil: newer.lookedUntil,
      otherCommands: otherCommands.length > 0 ? otherCommands : undefined,
      ownedByOthers: ownedByOthers > 0 ? ownedByOthers : undefined,
    },
  };
  const notes = [
    ...(gone > 0 && fleet.addsUp ? [leftTargetSentence(gone)] : []),
    ...(ownedByOthers > 0 ? [ownedByOthersSentence(ownedByOthers, settings.alias)] : []),
  ];
  return { state, notes };
}

/** `deviceType` narrowed the members when it was sent: a device that was left out then is none. */
function wasMember({ settings: { deviceType }, record }: State): (status: DeviceStatus) => boolean {
  const isHeldBack = (record.heldBack ?? 0) > 0;
  return (status) =>
    deviceType === "all" || wasSent(status) || (isHeldBack && status.device.online === (deviceType === "active"));
}

/** How many members are left out on purpose: those whose wave has not come, or who lie beyond the last one. */
async function heldBackNow(
  { client }: OperationContext,
  { settings, record, progress }: State,
  statuses: readonly DeviceStatus[],
): Promise<number> {
  const { waveBoundaries } = record;
  if (waveBoundaries === undefined) return record.heldBack ?? 0;
  const canaries = await memberIds(client, settings.rollout.canary, listMaxAgeMs);
  const sentWaves = progress.state === "complete" ? waveCount(waveBoundaries) : progress.wave;
  const isHeldBack = ({ phase, device }: DeviceStatus): boolean =>
    phase === "missing" && (waveOf(waveBoundaries, settings.alias, device.id, canaries) ?? Infinity) > sentWaves;
  return statuses.filter(isHeldBack).length;
}

const unjudgedReason = "(the device's words are shown by the next `pulumi up`)";

// A refresh does not know the password, so it cannot tell whether a device's words repeat it; a run that has it can.
function withKnownReason({ exceptions }: State): (status: DeviceStatus) => DeviceStatus {
  const before = new Map(exceptions.map((exception) => [exception.device, exception]));
  return (status) => {
    const known = before.get(status.device.id);
    const isSame = known?.state === status.state && known.since === status.since;
    if (isSame) return { ...status, reason: known.reason };
    return status.phase === "failed" && status.reason !== "" ? { ...status, reason: unjudgedReason } : status;
  };
}

function isStored({ commands, record }: State, id: string): boolean {
  return [...commands, ...(record.otherCommands ?? [])].some((command) => command.id === id);
}

function withDrift(state: State, interrupted: number, nowMs: number): Omit<Refreshed, "notes"> {
  const { settings, record } = state;
  // Where content was rolled back the program most likely still names it.
  const digest = rejectedDigest(state) ?? digestHeld(state);
  const asked = { alias: settings.alias, target: settings.target, digest, settings };
  const isToDo = diff(state, asked, nowMs).action !== "nothing";
  const heldBack = (record.heldBack ?? 0) + (record.ownedByOthers ?? 0);
  const backlog = backlogOf(state.coverage, state.exceptions, record.removalsFailed ?? 0, heldBack);
  const news = driftOf(record.backlog ?? noBacklog, backlog, interrupted);
  if (!isToDo || news.length === 0) {
    return record.drifted === true ? { state: { ...state, record: { ...record, drifted: false } } } : { state };
  }
  return { state: { ...state, record: { ...record, drifted: true } }, drift: news.join(", ") };
}
