// Looks again: members now, and the last answer of each. When something is to be done that the last run did not leave so,
// it is put into one sentence, `drift`, which the next preview shows (docs/design.md, section 3).

import { countOf, finalStates, sameCounts, type StateCounts, totalOf } from "../client";
import { CommandResults } from "./facts/command-results";
import { diff } from "./policy/diff";
import { TargetGoneError } from "./errors";
import { memberIds, nobodyOf, readFleet, type Fleet } from "./facts/fleet";
import { recordedInstalls, historyOf } from "./facts/command-history";
import { renewalOfCertificate } from "./content/renewal";
import { count } from "./messages/failures";
import type { OperationContext } from "./context";
import { sketchOf } from "./state/membership-sketch";
import {
  commandLifeMs,
  coverageOf,
  exceptionsOf,
  deviceStatuses,
  wasSent,
  type DeviceStatus,
} from "./facts/device-status";
import { isTakenOff, backlogOf, noBacklog, seenOf, type Backlog, type SentRequest, type State } from "./state/state";
import { gatherDeparted, toRemoveAgain } from "./facts/departed";
import { findOrphaned, withStrays } from "./facts/orphaned";
import { waveCount, waveOf } from "./policy/waves";

export interface Refreshed {
  readonly state: State;
  /** For example `7 devices joined, 2 installs expired`. */
  readonly drift?: string;
}

const listMaxAgeMs = 10_000;

export async function refresh(run: OperationContext, known: State): Promise<Refreshed> {
  const [fleet, strays] = await Promise.all([
    readFleet(run.client, known.settings.target, listMaxAgeMs),
    findOrphaned(run, known),
  ]);
  refuseGone(known, fleet);
  const book = new CommandResults(run.client, known);
  const sameMembers = known.record.members === fleet.digest;
  const isOld = sameMembers && !(await hasNews(book, known, run.clock.now()));
  const state = isOld ? known : await judgeAgain(run, book, known, fleet);
  const told = withStrays(state, strays);
  const renewal = renewalOfCertificate(told.certificate, told.settings.renewBeforeDays, run.clock.now());
  return withDrift(run, { ...told, ...renewal });
}

function refuseGone({ settings }: State, { unknownGroups, members }: Fleet): void {
  if (settings.target.kind !== "group" || unknownGroups.length === 0 || members.size > 0) return;
  throw new TargetGoneError(
    `Esper does not know the group ${settings.target.group} any more, so nobody can say which devices hold "${settings.alias}". ` +
      "Take the certificate out of the program and run `pulumi up`, which forgets it; or change `target` to another group.",
  );
}

/** Whether the answers have changed since they were last seen, or time has made something of them. */
async function hasNews(book: CommandResults, known: State, now: number): Promise<boolean> {
  const open = known.commands.filter((request) => !isSettled(request, seenOf(known, request.id) ?? {}));
  await book.look(open);
  return open.some(({ id, sentAt }) => {
    if (book.forgotten.has(id)) return false;
    return now - Date.parse(sentAt) > commandLifeMs || !sameCounts(book.countsOf(id), seenOf(known, id) ?? {});
  });
}

/** Every device has given its last answer. */
function isSettled({ devices }: SentRequest, seen: StateCounts): boolean {
  const total = totalOf(seen);
  // The rows of some may not have been there yet.
  return total > 0 && total >= devices && countOf(seen, finalStates) === total;
}

async function judgeAgain(run: OperationContext, book: CommandResults, known: State, fleet: Fleet): Promise<State> {
  const now = run.clock.now();
  const { settings, record, commands } = known;
  const installs = recordedInstalls(known, settings.target, fleet);
  await book.look(installs.requests.filter((request) => totalOf(book.countsOf(request.id)) === 0));
  const ledger = await historyOf(book, installs, new Set(fleet.members.keys()), now);
  // `deviceType` narrowed the members when it was sent: who was left out then is none.
  const { deviceType } = settings;
  const isHeld = (record.held ?? 0) > 0;
  const isMember = (standing: DeviceStatus): boolean =>
    deviceType === "all" || wasSent(standing) || (isHeld && standing.device.online === (deviceType === "active"));
  const standings = deviceStatuses(fleet.members.values(), ledger, now).filter(isMember).map(withKnownReason(known));
  const coverage = coverageOf(standings, fleet.unsupported);
  const joined = standings.filter((standing) => !wasSent(standing)).length;
  const gone = known.coverage.members - (record.left?.missing ?? 0) + joined - coverage.members;
  if (gone > 0) run.note(`${count(gone, "device")} left the target; the certificate stays on them.`);
  const held = await heldNow(run, known, standings);
  const holders = isTakenOff(known) ? nobodyOf(fleet) : fleet;
  const removals = await gatherDeparted(run, book, known, settings.target, holders);
  const { exceptions, omitted } = exceptionsOf(standings);
  return {
    ...known,
    ...{ exceptions, exceptionsOmitted: omitted, coverage },
    ...(coverage.installed === coverage.members && { progress: { ...known.progress, state: "complete" } }),
    record: {
      ...record,
      members: fleet.digest,
      covered: sketchOf(new Set(standings.filter(wasSent).map(({ device }) => device.id))),
      seen: commands.map(({ id }) => (book.forgotten.has(id) ? (seenOf(known, id) ?? {}) : book.countsOf(id))),
      held,
      removalsFailed: toRemoveAgain(removals.standings).length,
    },
  };
}

/** How many members are left out on purpose: those whose wave has not come, or who lie beyond the last one. */
async function heldNow(
  run: OperationContext,
  { settings, record, progress }: State,
  standings: readonly DeviceStatus[],
): Promise<number> {
  const { limits } = record;
  if (limits === undefined) return record.held ?? 0;
  const canaries = await memberIds(run.client, settings.rollout.canary, listMaxAgeMs);
  const sentWaves = progress.state === "complete" ? waveCount(limits) : progress.wave;
  const isHeld = ({ phase, device }: DeviceStatus): boolean =>
    phase === "missing" && (waveOf(limits, settings.alias, device.id, canaries) ?? Infinity) > sentWaves;
  return standings.filter(isHeld).length;
}

const unjudgedReason = "(the device's words are shown by the next `pulumi up`)";

// A refresh does not know the password, so it cannot tell whether a device's words repeat it; a run that has it can.
function withKnownReason({ exceptions }: State): (standing: DeviceStatus) => DeviceStatus {
  const before = new Map(exceptions.map((exception) => [exception.device, exception]));
  return (standing) => {
    const known = before.get(standing.device.id);
    const isSame = known?.state === standing.state && known.since === standing.since;
    if (isSame) return { ...standing, reason: known.reason };
    return standing.phase === "failed" && standing.reason !== "" ? { ...standing, reason: unjudgedReason } : standing;
  };
}

function withDrift(run: OperationContext, state: State): Refreshed {
  const { settings, record } = state;
  // Where content was rolled back the program most likely still names it.
  const digest = record.refused ?? record.digest;
  const wanted = { alias: settings.alias, target: settings.target, digest, settings };
  const isToDo = (record.strays?.length ?? 0) > 0 || diff(state, wanted, run.clock.now()).action !== "nothing";
  const strays = record.strays?.length ?? 0;
  const news = [
    ...newsOf(
      record.left ?? noBacklog,
      backlogOf(state.coverage, state.exceptions, record.removalsFailed ?? 0, record.held ?? 0),
    ),
    ...(strays > 0 ? [`${count(strays, "newer command")} of a run that was cut off`] : []),
  ];
  if (!isToDo || news.length === 0) {
    return record.drifted === true ? { state: { ...state, record: { ...record, drifted: false } } } : { state };
  }
  return { state: { ...state, record: { ...record, drifted: true } }, drift: news.join(", ") };
}

function newsOf(before: Backlog, now: Backlog): readonly string[] {
  const more = (what: keyof Backlog, sentence: (number: number) => string): readonly string[] =>
    now[what] > before[what] ? [sentence(now[what] - before[what])] : [];
  return [
    ...more("missing", (number) => `${count(number, "device")} joined`),
    ...more("expired", (number) => `${count(number, "install")} expired`),
    ...more("failed", (number) => `${count(number, "device")} failed`),
    ...more("removalsFailed", (number) => `${count(number, "removal")} failed`),
  ];
}
