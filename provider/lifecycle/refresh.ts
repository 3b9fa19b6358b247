// Looks again: members now, and the last answer of each. What is to be done that the last run did not leave so is put into
// one line, `drift`, which the next preview shows (docs/design.md, section 3). It sends nothing.

import type { StateCounts } from "../client/index";
import { countOf, finalStates, sameCounts, totalOf } from "../client/index";
import { renewalOfCertificate } from "./content/renewal";
import type { OperationContext } from "./context";
import { TargetGoneError } from "./errors";
import { historyOf, recordedInstalls } from "./facts/command-history";
import { CommandResults } from "./facts/command-results";
import { gatherDeparted, toRemoveAgain } from "./facts/departed";
import {
  commandLifeMs,
  coverageOf,
  deviceStatuses,
  exceptionsOf,
  wasSent,
  type DeviceStatus,
} from "./facts/device-status";
import { memberIds, nobodyOf, readFleet, type Fleet } from "./facts/fleet";
import { findOrphaned, withOrphaned } from "./facts/orphaned";
import { driftOf } from "./messages/drift";
import { leftTargetSentence } from "./messages/notices";
import { diff } from "./policy/diff";
import { sketchOf } from "./state/membership-sketch";
import {
  backlogOf,
  digestHeld,
  isTakenOff,
  noBacklog,
  orphanedIds,
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

export async function refresh(context: OperationContext, stored: State): Promise<Refreshed> {
  const { client, clock } = context;
  const [fleet, orphaned] = await Promise.all([
    readFleet(client, stored.settings.target, listMaxAgeMs),
    findOrphaned(context, stored),
  ]);
  refuseGone(stored, fleet);
  const results = new CommandResults(client, stored);
  const sameMembers = stored.record.membersDigest === fleet.digest;
  const isOld = sameMembers && !(await hasNews(results, stored, clock.now()));
  const seen = isOld ? { state: stored, notes: [] } : await lookAgain(context, results, stored, fleet);
  const state = withOrphaned(seen.state, orphaned);
  const renewal = renewalOfCertificate(state.certificate, state.settings.renewBeforeDays, clock.now());
  return { ...withDrift({ ...state, ...renewal }, clock.now()), notes: seen.notes };
}

function refuseGone({ settings }: State, { unknownGroups, members }: Fleet): void {
  if (settings.target.kind !== "group" || unknownGroups.length === 0 || members.size > 0) return;
  throw new TargetGoneError(
    `Esper does not know the group ${settings.target.group} any more, so nobody can say which devices hold "${settings.alias}". ` +
      "Take the certificate out of the program and run `pulumi up`, which forgets it; or change `target` to another group.",
  );
}

/** Whether the answers have changed since they were last seen, or time has made something of them. */
async function hasNews(results: CommandResults, stored: State, nowMs: number): Promise<boolean> {
  const open = stored.commands.filter((request) => !isSettled(request, request.states ?? {}));
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
  stored: State,
  fleet: Fleet,
): Promise<Seen> {
  const nowMs = context.clock.now();
  const { settings, record, commands } = stored;
  const installs = recordedInstalls(stored, settings.target, fleet);
  await results.look(installs.requests.filter((request) => totalOf(results.countsOf(request.id)) === 0));
  const history = await historyOf(results, installs, new Set(fleet.members.keys()), nowMs);
  const statuses = deviceStatuses(fleet.members.values(), history, nowMs)
    .filter(wasMember(stored))
    .map(withKnownReason(stored));
  const coverage = coverageOf(statuses, fleet.unsupported);
  const { exceptions, omitted } = exceptionsOf(statuses);
  const departed = await gatherDeparted(context, results, {
    ...{ prior: stored, target: settings.target, orphanedIds: orphanedIds(stored) },
    entitled: isTakenOff(stored) ? nobodyOf(fleet) : fleet,
  });
  const joined = statuses.filter((status) => !wasSent(status)).length;
  const gone = stored.coverage.members - (record.backlog?.missing ?? 0) + joined - coverage.members;
  const state: State = {
    ...stored,
    ...{ exceptions, exceptionsOmitted: omitted, coverage },
    ...(coverage.installed === coverage.members && { progress: { ...stored.progress, state: "complete" } }),
    commands: commands.map((request) => ({
      ...request,
      states: results.forgotten.has(request.id) ? statesSeen(stored, request.id) : results.countsOf(request.id),
    })),
    record: {
      ...record,
      membersDigest: fleet.digest,
      sentTo: sketchOf(new Set(statuses.filter(wasSent).map(({ device }) => device.id))),
      heldBack: await heldBackNow(context, stored, statuses),
      removalsFailed: toRemoveAgain(departed.statuses).length,
    },
  };
  return { state, notes: gone > 0 ? [leftTargetSentence(gone)] : [] };
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

function withDrift(state: State, nowMs: number): Omit<Refreshed, "notes"> {
  const { settings, record } = state;
  // Where content was rolled back the program most likely still names it.
  const digest = rejectedDigest(state) ?? digestHeld(state);
  const asked = { alias: settings.alias, target: settings.target, digest, settings };
  const orphaned = orphanedIds(state).length;
  const isToDo = orphaned > 0 || diff(state, asked, nowMs).action !== "nothing";
  const backlog = backlogOf(state.coverage, state.exceptions, record.removalsFailed ?? 0, record.heldBack ?? 0);
  const news = driftOf(record.backlog ?? noBacklog, backlog, orphaned);
  if (!isToDo || news.length === 0) {
    return record.drifted === true ? { state: { ...state, record: { ...record, drifted: false } } } : { state };
  }
  return { state: { ...state, record: { ...record, drifted: true } }, drift: news.join(", ") };
}
