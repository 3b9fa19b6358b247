// The plain data that one run of create or update is made of: what is wanted, what was observed, what was done. No code but
// what adds requests up.

import type { CommandResults } from "../facts/command-results";
import type { Sent } from "./apply";
import type { Content, Fitting } from "../content/content";
import type { RawObject } from "../arguments/reader";
import type { Fleet } from "../facts/fleet";
import type { Inputs } from "../arguments/arguments";
import { joinRequests, type SentRequests } from "../facts/command-history";
import type { Plan } from "../policy/plan";
import type { Departed } from "../facts/departed";
import type { OperationContext } from "../context";
import type { DeviceStatus } from "../facts/device-status";
import type { SentRequest, State } from "../state/state";
import { isStaged } from "../policy/waves";

/** What the program wants, opened and checked. */
export interface Wanted {
  readonly inputs: Inputs;
  /** As the program wrote it. */
  readonly raw: RawObject;
  readonly content: Content;
}

/** Everything read before anything is sent. */
export interface Observed {
  readonly known: State | undefined;
  readonly fleet: Fleet;
  /** Whoever may keep the certificate: everyone in the target, also where `deviceType` leaves them out of this run. */
  readonly holders: Fleet;
  readonly book: CommandResults;
  /** Earlier installs of the same content. */
  readonly installs: SentRequests;
  /** Where today's members stand with those. */
  readonly standings: readonly DeviceStatus[];
  readonly removals: Departed;
}

/** A run in progress; `sent` grows, and whatever happens, what is in it is not lost. */
export interface Work extends Wanted, Observed {
  readonly run: OperationContext;
  readonly plan: Plan;
  readonly fitting: Fitting;
  readonly sent: Sent[];
  /** The window of the schedule is over, so nothing may be installed now. */
  readonly isLate: boolean;
}

/** All installs of the present content, with those of this run. */
export function installsOf({ installs, sent, plan, inputs }: Work): SentRequests {
  const own = requestsOf(sent, "install");
  // A staged rollout sends to single devices, wave by wave; none of its requests goes to everyone.
  const base = plan.startsOver && !isStaged(inputs.rollout) ? own.requests.length : 0;
  return joinRequests(installs, { ...own, base }, plan.startsOver);
}

/** The removals of this run. */
export function uninstallsOf({ sent }: Work): SentRequests {
  return requestsOf(sent, "uninstall");
}

function requestsOf(sent: readonly Sent[], kind: SentRequest["kind"]): SentRequests {
  const own = sent.filter(({ request }) => request.kind === kind);
  return {
    requests: own.map(({ request }) => request),
    base: 0,
    sentTo: new Map(own.map(({ request, devices }) => [request.id, devices])),
  };
}
