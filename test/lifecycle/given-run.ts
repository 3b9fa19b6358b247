// A run of the lifecycle for the tests of what it comes to: facts, a plan, what was applied, and where everyone stands in the
// end. Each takes only what a test is about; the rest is that of twelve devices to which one request went.

import type { Applied } from "../../provider/lifecycle/apply/apply";
import type { Sent } from "../../provider/lifecycle/apply/send";
import type { Final } from "../../provider/lifecycle/conclude/final-statuses";
import type { RunEnd } from "../../provider/lifecycle/conclude/next-state";
import { noSentRequests } from "../../provider/lifecycle/facts/command-history";
import { CommandResults } from "../../provider/lifecycle/facts/command-results";
import type { DeviceStatus } from "../../provider/lifecycle/facts/device-status";
import type { Fleet } from "../../provider/lifecycle/facts/members/fleet";
import type { Facts } from "../../provider/lifecycle/facts/gather";
import { nothingNewer } from "../../provider/lifecycle/facts/newer/newer-commands";
import type { GoalContent, Plan } from "../../provider/lifecycle/policy/plan";
import { pickWritten } from "../../provider/lifecycle/arguments/arguments";
import type { SentRequest, State } from "../../provider/lifecycle/state/state";
import { fakeClient } from "./fake-client";
import { at, digestA, inputsOf, nowMs, program, request, status, uuid } from "./given";

/** So many members in this phase, by the newest request or that of `change`. */
export function some(
  count: number,
  phase: DeviceStatus["phase"],
  change: Parameters<typeof status>[2] = {},
): readonly DeviceStatus[] {
  const first = { installed: 0, pending: 1_000, failed: 2_000, missing: 3_000 }[phase];
  return Array.from({ length: count }, (_, index) => status(first + index, phase, change));
}

export function fleetOf(statuses: readonly DeviceStatus[], change: Partial<Fleet> = {}): Fleet {
  const members = new Map(statuses.map(({ device }) => [device.id, device]));
  return {
    members,
    digest: "d".repeat(16),
    others: new Set(),
    unsupported: 0,
    addsUp: true,
    disabled: 0,
    unknownDevices: [],
    unknownGroups: [],
    ...change,
  };
}

export function factsOf(statuses: readonly DeviceStatus[], change: Partial<Facts> = {}): Facts {
  const fleet = fleetOf(statuses);
  const results = new CommandResults(fakeClient(() => []).client);
  results.note(request().id, { counts: { Success: 12 } });
  return {
    ...{ fleet, entitled: fleet, results },
    ...{ installs: noSentRequests, statuses, newer: nothingNewer, lateCommands: [], warnings: [] },
    departed: { devices: [], removals: noSentRequests, statuses: [] },
    ...{ canaries: new Set<string>(), priorCanaries: new Set<string>() },
    ...change,
  };
}

export function contentOf(digest = digestA): GoalContent {
  const file = { base64: "AAAA", password: "pass-word-1" };
  return {
    digest,
    certificate: { digest },
    sentAs: "asGiven",
    isPerDevice: false,
    fileFor: () => Promise.resolve(file),
  };
}

export interface PlanChange extends Partial<Omit<Plan, "settings" | "recorded">> {
  readonly program?: Readonly<Record<string, unknown>>;
}

export function planOf({ program: change, ...rest }: PlanChange = {}): Plan {
  const raw = program(change);
  const settings = inputsOf(raw);
  return {
    ...{ goal: "install", settings, prior: undefined, content: contentOf(), steps: [], cancellations: [] },
    recorded: { settings, written: pickWritten(raw), source: { file: "certs/corp-client.p12" } },
    ...{ startsOver: rest.prior === undefined, roundsUsed: 0, isOverdue: false, warnings: [], notes: [] },
    ...rest,
  };
}

/** A request of this run. */
export function sentNow(change: Partial<SentRequest> = {}): Sent {
  return { request: request({ sentAt: at(0), ...change }), devices: new Set(), createdAt: at(0) };
}

export function applied(change: Partial<Applied> = {}): Applied {
  return { sent: [sentNow()], warnings: [], notes: [], ...change };
}

export function finalOf(statuses: readonly DeviceStatus[], change: Partial<Final> = {}): Final {
  const removals = { requests: [], statuses: [], failed: [], leaving: 0 };
  return {
    installs: { ...noSentRequests, requests: [request()] },
    statuses,
    removals,
    lateCommands: [],
    problems: [],
    ...change,
  };
}

export function endOf(plan: Plan, facts: Facts, final: Final, sent: readonly Sent[] = [sentNow()]): RunEnd {
  return { plan, facts, final, sent, identity: { urnHash: "0123456789ab", instance: "abcdefgh" }, nowMs };
}

/** A run of this plan to these members, by where they stand in the end. */
export function ended(statuses: readonly DeviceStatus[], plan: PlanChange = {}, final: Partial<Final> = {}): RunEnd {
  return endOf(planOf(plan), factsOf(statuses), finalOf(statuses, final));
}

/** Removals of which some failed and some devices will hear later. */
export function removals(failed: number, leaving = 0): Final["removals"] {
  const requests = [request({ id: uuid(0xb1), kind: "uninstall", devices: failed + leaving })];
  const notRemoved = some(failed, "failed", { requestId: uuid(0xb1), reason: "Device locked" });
  return { requests, statuses: notRemoved, failed: notRemoved, leaving };
}

export type Progress = State["progress"];
