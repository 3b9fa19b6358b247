// Where everyone stands now, at a refresh: members and answers are read, and the state says it. It sends nothing and decides
// nothing; refresh.ts says which part of it is drift.

import { totalOf } from "../client/index";
import { isOrdinary } from "../redaction/ordinary-words";
import type { OperationContext } from "./context";
import { refreshedState } from "./conclude/refreshed-state";
import { historyOf, recordedInstalls } from "./facts/command-history";
import type { CommandResults } from "./facts/command-results";
import { gatherDeparted, toRemoveAgain } from "./facts/departed";
import { deviceStatuses, hasNoFile, notIssuedState, wasSent, type DeviceStatus } from "./facts/device-status";
import { withEnrolledAgain, withStartingAnew } from "./facts/enrolled-again";
import { leftDevices } from "./facts/members/left-group";
import { memberIds, nobodyOf, type Fleet } from "./facts/members/fleet";
import { withLateAnswers } from "./facts/newer/late-answers";
import type { Newer } from "./facts/newer/newer-commands";
import type { Resumed } from "./facts/newer/resume";
import { entitledIn } from "./facts/own/gather-contents";
import { digestsOf, heldBy, ledgerInstalls, withLedgerStates } from "./facts/own/ledger-history";
import { leavingSentence } from "./messages/leaving";
import { leftTargetSentence, ownedByOthersSentence, sharedSentence } from "./messages/notices";
import { difference } from "./state/members/membership-sketch";
import { digestHeld, isTakenOff } from "./state/holding";
import type { State } from "./state/state";
import { waveCount, waveOf } from "./state/wave-boundaries";
import { countThat } from "./state/members/count-that";

/** Lists of devices that were read so long ago at most are used again. */
export const listMaxAgeMs = 10_000;

interface Seen {
  readonly state: State;
  readonly notes: readonly string[];
}

export async function lookAgain(
  context: OperationContext,
  results: CommandResults,
  resumed: Resumed,
  newer: Newer,
  fleet: Fleet,
): Promise<Seen> {
  const nowMs = context.clock.now();
  const { prior: stored, others } = resumed;
  const { settings, record } = stored;
  const { own } = record;
  const installs = own
    ? ledgerInstalls(resumed, own.ledger, heldBy(own.ledger), fleet)
    : recordedInstalls(resumed, settings.target, fleet);
  await results.look(installs.requests.filter((request) => totalOf(results.countsOf(request.id)) === 0));
  const history = await historyOf(results, installs, fleet.members, nowMs);
  const departed = await gatherDeparted(context, results, {
    ...{ prior: stored, target: settings.target },
    newer,
    entitled: isTakenOff(stored) ? nobodyOf(fleet) : own ? entitledIn(fleet, heldBy(own.ledger)) : fleet,
  });
  const answered = withEnrolledAgain(deviceStatuses(fleet.members.values(), history, nowMs), {
    ...{ requests: installs.requests, forgotten: results.forgotten, prior: stored },
  });
  const late = await withLateAnswers(
    context.client,
    { statuses: answered, removals: departed.statuses, lateCommands: record.lateCommands ?? [] },
    own ? digestsOf(heldBy(own.ledger)) : () => digestHeld(stored),
  );
  const seen = withStartingAnew(own ? withLedgerStates(late.statuses, own, nowMs) : late.statuses, nowMs);
  const statuses = seen.filter(wasMember(stored)).map(withKnownReason(stored));
  const left = await leftDevices(context, stored, fleet);
  const state = refreshedState({
    ...{ stored, fleet, statuses, newer, others, departed, left, nowMs },
    ...{ installs: installs.requests, answers: results, lateCommands: late.lateCommands },
    toRemoveAgain: toRemoveAgain(late.removals).length,
    heldBack: await heldBackNow(context, stored, statuses),
  });
  return { state, notes: notesOn(state, resumed, fleet, statuses) };
}

function notesOn(
  state: State,
  { prior: stored, others }: Resumed,
  fleet: Fleet,
  statuses: readonly DeviceStatus[],
): readonly string[] {
  const { alias } = stored.settings;
  const { ownedByOthers = 0, left = [], leftMore = 0 } = state.record;
  const byOthers = new Set(others.filter(({ by }) => by === "other").map(({ id }) => id));
  const shared = statuses.filter(
    ({ phase, requestId = "" }) => phase === "installed" && byOthers.has(requestId),
  ).length;
  // Only those that were sent something can have kept it; where too many came and left, at least so many are gone.
  const since = difference(stored.record.sentTo, fleet.members);
  const gone = since?.leftCount ?? stored.coverage.members - state.coverage.members;
  const isNew = (id: string): boolean => stored.record.left?.includes(id) !== true;
  const newlyLeft = left.filter(isNew).length + leftMore - (stored.record.leftMore ?? 0);
  return [
    ...(fleet.addsUp ? leftSentences(state, gone - newlyLeft) : []),
    ...(ownedByOthers > 0 ? [ownedByOthersSentence(ownedByOthers, alias)] : []),
    ...(shared > 0 ? [sharedSentence(shared, alias)] : []),
  ];
}

/** Some that left are to lose the certificate, as many as may; the others keep it. */
function leftSentences(state: State, keeping: number): readonly string[] {
  const told = leavingSentence(state, state.settings);
  return [...(told === undefined ? [] : [told]), ...(keeping > 0 ? [leftTargetSentence(keeping)] : [])];
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
  const isHeldBack = (status: DeviceStatus): boolean =>
    status.phase === "missing" &&
    !hasNoFile(status) &&
    (waveOf(waveBoundaries, settings.alias, status.device.id, canaries) ?? Infinity) > sentWaves;
  return countThat(statuses, isHeldBack);
}

const unjudgedReason = "(the device's words are shown by the next `pulumi up`)";

// A refresh does not know the password, so it cannot tell whether a device's words repeat it; a run that has it can. Words that
// everybody uses of certificates say nothing of it.
function withKnownReason({ exceptions }: State): (status: DeviceStatus) => DeviceStatus {
  const before = new Map(exceptions.map((exception) => [exception.device, exception]));
  return (status) => {
    const known = before.get(status.device.id);
    const isSame =
      known?.state === status.state &&
      (known.since === status.since || hasNoFile(status) || status.state === notIssuedState);
    if (isSame) return { ...status, reason: known.reason, since: known.since };
    return status.phase !== "failed" || isOrdinary(status.reason) ? status : { ...status, reason: unjudgedReason };
  };
}
