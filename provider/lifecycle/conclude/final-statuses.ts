// Where everyone stands when a run has sent what it sends: the members, and the devices that are to lose the certificate.
// It never throws: what cannot be read any more counts as it was last seen, and is a problem.

import { countOf, finalStates, totalOf } from "../../client/index";
import { sentOfKind, type Sent } from "../apply/send";
import type { OperationContext } from "../context";
import { historyOf, historyWithoutAnswers, joinRequests, type SentRequests } from "../facts/command-history";
import { removalsNow, toRemoveAgain } from "../facts/departed";
import { deviceStatuses, type DeviceStatus } from "../facts/device-status";
import { withEnrolledAgain } from "../facts/enrolled-again";
import { merged, notCancelled, withLateAnswers, type DigestFor } from "../facts/newer/late-answers";
import type { Facts } from "../facts/gather";
import { digestsOf, wantedIn, withContentStates } from "../facts/own/ledger-history";
import type { Plan } from "../policy/plan";
import type { LateCommand, SentRequest } from "../state/state";
import { countThat } from "../state/members/count-that";

export interface Final {
  /** All requests that the coverage may rest on, with those of this run. */
  readonly installs: SentRequests;
  readonly statuses: readonly DeviceStatus[];
  readonly removals: Removals;
  /** What may still succeed although later commands were sent. */
  readonly lateCommands: readonly LateCommand[];
  /** What could not be read. */
  readonly problems: readonly string[];
}

export interface Removals {
  /** Those that are still needed to tell where devices stand. */
  readonly requests: readonly SentRequest[];
  readonly statuses: readonly DeviceStatus[];
  /** Devices on which the certificate may still be. */
  readonly failed: readonly DeviceStatus[];
  /** How many have been told, and have not answered yet. */
  readonly leaving: number;
}

export async function finalStatuses(
  context: OperationContext,
  plan: Plan,
  facts: Facts,
  sent: readonly Sent[],
): Promise<Final> {
  const problems: string[] = [];
  const installs = joinRequests(facts.installs, sentOfKind(sent, "install"), plan.startsOver);
  // Who does not wait does not ask either: what was just sent is pending.
  const asks = plan.settings.wait.for !== "none";
  const statuses = await memberStatuses(context, facts, plan.prior, installs, asks, problems);
  const removals = await removalStatuses(context, facts, sentOfKind(sent, "uninstall"), asks, problems);
  // A destroy leaves no state that could follow them.
  const cancelled = asks && plan.goal !== "destroy" ? plan.cancellations.flatMap(({ requestIds }) => requestIds) : [];
  const left = await tolerate(() => notCancelled(context.client, plan.prior, cancelled), [], problems);
  const seen = { statuses, removals: removals.statuses, lateCommands: merged([...facts.lateCommands, ...left]) };
  const read = (): ReturnType<typeof withLateAnswers> =>
    withLateAnswers(context.client, seen, digestsAtEnd(plan, facts, sent));
  const late = asks ? await tolerate(read, seen, problems) : seen;
  return {
    ...{ installs, statuses: late.statuses, lateCommands: late.lateCommands, problems },
    removals: { ...removals, statuses: late.removals, failed: toRemoveAgain(late.removals) },
  };
}

/** What devices are to have, by what was sent to them last. */
function digestsAtEnd({ content }: Plan, { contents }: Facts, sent: readonly Sent[]): DigestFor {
  if (contents === undefined) return () => content?.digest;
  const marks = new Map(sent.flatMap(({ devices, mark }) => [...devices.keys()].map((id) => [id, mark] as const)));
  const wanted = digestsOf(wantedIn(contents));
  return (id) => marks.get(id)?.digest ?? wanted(id);
}

async function memberStatuses(
  { clock }: OperationContext,
  { results, fleet, contents }: Facts,
  prior: Plan["prior"],
  installs: SentRequests,
  asks: boolean,
  problems: string[],
): Promise<readonly DeviceStatus[]> {
  const nowMs = clock.now();
  const unseen = installs.requests.filter(({ id }) => totalOf(results.countsOf(id)) === 0);
  const asked = asks || unseen.length === 0 ? installs : without(installs, unseen);
  if (asks) await tolerate(() => results.look(unseen), undefined, problems);
  const history = await tolerate(
    () => historyOf(results, asked, fleet.members, nowMs),
    historyWithoutAnswers(asked),
    problems,
  );
  const unasked = asks ? [] : historyWithoutAnswers({ ...installs, requests: unseen, done: [] });
  const answered = deviceStatuses(fleet.members.values(), [...history, ...unasked], nowMs);
  const statuses = withEnrolledAgain(answered, { requests: installs.requests, forgotten: results.forgotten, prior });
  if (contents === undefined) return statuses;
  return withContentStates(statuses, prior?.record.own?.ledger, contents, nowMs);
}

async function removalStatuses(
  context: OperationContext,
  { results, departed, entitled, lateCommands, newer }: Facts,
  sent: SentRequests,
  asks: boolean,
  problems: string[],
): Promise<Omit<Removals, "failed">> {
  if (asks) await tolerate(() => results.look(openIn(sent, results)), undefined, problems);
  const unread = { statuses: departed.statuses, requests: [...departed.removals.requests, ...sent.requests] };
  const followed = new Set(lateCommands.flatMap(({ devices }) => devices));
  const read = (): ReturnType<typeof removalsNow> =>
    removalsNow(context, results, departed, sent, entitled, newer, followed);
  const { requests, statuses } = await tolerate(read, unread, problems);
  return { requests, statuses, leaving: countThat(statuses, ({ phase }) => phase === "pending") };
}

/** Those on which some device had not given its last answer when a wait last saw them: it may have, since a wave soaks. */
function openIn({ requests }: SentRequests, results: Facts["results"]): readonly SentRequest[] {
  return requests.filter(({ id, devices }) => {
    const counts = results.countsOf(id);
    return countOf(counts, finalStates) < Math.max(devices, totalOf(counts));
  });
}

function without(installs: SentRequests, some: readonly SentRequest[]): SentRequests {
  const left = new Set(some);
  return { ...installs, requests: installs.requests.filter((request) => !left.has(request)) };
}

async function tolerate<T>(reading: () => Promise<T>, otherwise: T, problems: string[]): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!problems.includes(error.message)) problems.push(error.message);
    return otherwise;
  }
}
