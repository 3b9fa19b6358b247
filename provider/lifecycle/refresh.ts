// Looks again: members now, and the last answer of each. What is to be done that the last run did not leave so is put into
// one line, `drift`, which the next preview shows (docs/design.md, section 3). It sends nothing.

import { countOf, finalStates, sameCounts, totalOf } from "../client/index";
import { withTold } from "./conclude/kept/newer";
import { isStored } from "./conclude/refreshed-state";
import { renewalOfCertificate } from "./content/renewal";
import type { OperationContext } from "./context";
import { rowsMayBeLateMs } from "./facts/command-history";
import { CommandResults } from "./facts/command-results";
import { commandLifeMs, sentState } from "./facts/device-status";
import { mayHaveStartedAnew } from "./facts/enrolled-again";
import { isGone, readFleet, type Fleet } from "./facts/members/fleet";
import { listMaxAgeMs as commandsMaxAgeMs, readNewer } from "./facts/newer/newer-commands";
import { resume } from "./facts/newer/resume";
import { daysSummary, heldOf, renewalOfAll } from "./facts/own/certificates-summary";
import { heldBy, resumeSingly } from "./facts/own/ledger-history";
import { refuseOtherTenant } from "./facts/tenant";
import { withUnlisted } from "./facts/members/unlisted";
import { driftOf } from "./messages/drift";
import { goneIdSentences, listShortSentence, unreadableSentences } from "./messages/notices";
import { diff } from "./policy/diff";
import { digestHeld, rejectedDigest } from "./state/holding";
import { backlogOf, leavingNow, noBacklog } from "./state/backlog";
import { leftAlone } from "./state/ledger/ledger";
import type { SentRequest, State } from "./state/state";
import { countsEveryone } from "./state/sent-request";
import { lookAgain, listMaxAgeMs } from "./look-again";

export interface Refreshed {
  readonly state: State;
  /** For example `7 devices joined, 2 installs expired`. */
  readonly drift?: string | undefined;
  readonly notes: readonly string[];
}

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
  const results = new CommandResults(client, stored, fleet.others);
  // Nobody can be looked at any more; the record tells which devices were sent the certificate.
  if (stored.settings.target.kind === "group" && isGone(stored.settings.target, fleet))
    return { state: stored, notes: told };
  const sameMembers = stored.record.membersDigest === fleet.digest;
  const { own } = stored.record;
  const resumed = own ? resumeSingly(stored, newer, heldBy(own.ledger)) : resume(stored, newer);
  const mayBeAnew = mayHaveStartedAnew(fleet.members.values(), stored);
  const isFollowed = stored.record.lateCommands !== undefined;
  const isOld =
    !isFollowed &&
    sameMembers &&
    !mayBeAnew &&
    newer.commands.length === 0 &&
    !(await hasNews(results, stored, clock.now()));
  const { state: seen, notes } = isOld
    ? { state: stored, notes: [] }
    : await lookAgain(context, results, resumed, newer, fleet);
  const state = { ...seen, record: withTold(seen.record, newer) };
  told.push(...unreadableSentences(newer.unreadable, stored.settings.alias));
  const renewal = renewalNow(state, fleet, clock.now());
  const interrupted = newer.commands.filter(({ by, id }) => by === "own" && !isStored(stored, id)).length;
  return { ...withDrift({ ...state, ...renewal }, interrupted, clock.now()), notes: [...told, ...notes] };
}

/** What time alone makes of the certificate, or of those of the devices. */
function renewalNow(
  state: State,
  { members }: Fleet,
  nowMs: number,
): Pick<State, "readyForRenewal" | "renewAt" | "certificate"> {
  const { certificate, settings, record } = state;
  if (record.own === undefined) {
    return { certificate, ...renewalOfCertificate(certificate, settings.renewBeforeDays, nowMs) };
  }
  const held = heldOf(record.own.ledger, members.values());
  // Where certificates are made, their marks say from when on each is due.
  const renewBeforeDays = record.own.made === undefined ? settings.renewBeforeDays : undefined;
  const days = daysSummary(held, renewBeforeDays, nowMs);
  const marks = held.map(({ mark }) => mark);
  const renewal = renewalOfAll(marks, renewBeforeDays, nowMs);
  return { ...renewal, certificate: { ...certificate, ...days } };
}

/** Whether the answers have changed since they were last seen, or time has made something of them. */
async function hasNews(results: CommandResults, stored: State, nowMs: number): Promise<boolean> {
  const isOpen = (request: SentRequest): boolean =>
    request.superseded !== true && !isSettled(request, stored.coverage.unsupported);
  const open = stored.commands.filter(isOpen);
  await results.look(open);
  const awaitsRows = stored.exceptionsOmitted > 0 || stored.exceptions.some(({ state }) => state === sentState);
  return open.some((request) => {
    const { id, sentAt, states = {} } = request;
    if (results.forgotten.has(id)) return false;
    const ageMs = nowMs - Date.parse(sentAt);
    if (ageMs > commandLifeMs || !sameCounts(results.countsOf(id), states)) return true;
    // Rows that are still not there will not come; and counts that say less than they seem to are looked into.
    return ageMs > rowsMayBeLateMs && (awaitsRows || areFinal(request));
  });
}

/** Every device that it was sent to has given its last answer. */
function isSettled(request: SentRequest, unsupported: number): boolean {
  return areFinal(request) && countsEveryone(request, request.states ?? {}, unsupported);
}

function areFinal({ devices, states = {} }: SentRequest): boolean {
  const total = totalOf(states);
  // The rows of some may not have been there yet.
  return total > 0 && total >= devices && countOf(states, finalStates) === total;
}

function withDrift(state: State, interrupted: number, nowMs: number): Omit<Refreshed, "notes"> {
  const { settings, record } = state;
  // Where content was rolled back the program most likely still names it.
  const digest = rejectedDigest(state) ?? digestHeld(state);
  const asked = { alias: settings.alias, target: settings.target, digest, settings };
  const isToDo = diff(state, asked, nowMs).action !== "nothing";
  const heldBack = (record.heldBack ?? 0) + leftAlone(record);
  const backlog = backlogOf(state.coverage, state.exceptions, record.removalsFailed ?? 0, heldBack);
  const leaving = leavingNow(state, settings).length;
  const news = driftOf(record.backlog ?? noBacklog, backlog, interrupted, leaving);
  if (!isToDo || news.length === 0) {
    return record.drifted === true ? { state: { ...state, record: { ...record, drifted: false } } } : { state };
  }
  return { state: { ...state, record: { ...record, drifted: true } }, drift: news.join(", ") };
}
