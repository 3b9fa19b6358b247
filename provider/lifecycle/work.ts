// The plain data that one run of create or update is made of: what is wanted, what was observed, what was done. No code but
// what adds requests up.

import type { AnswerBook } from "./answers";
import type { Sent } from "./carry-out";
import type { Content, Fitting } from "./content";
import type { RawObject } from "./fields";
import type { Fleet } from "./fleet";
import type { Inputs } from "./inputs";
import { joinRequests, type Requests } from "./ledger";
import type { Plan } from "./plan";
import type { Removals } from "./removals";
import type { Run } from "./run";
import type { Standing } from "./standing";
import type { SentRequest, State } from "./state";
import { isStaged } from "./waves";

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
  readonly book: AnswerBook;
  /** Earlier installs of the same content. */
  readonly installs: Requests;
  /** Where today's members stand with those. */
  readonly standings: readonly Standing[];
  readonly removals: Removals;
}

/** A run in progress; `sent` grows, and whatever happens, what is in it is not lost. */
export interface Work extends Wanted, Observed {
  readonly run: Run;
  readonly plan: Plan;
  readonly fitting: Fitting;
  readonly sent: Sent[];
  /** The window of the schedule is over, so nothing may be installed now. */
  readonly isLate: boolean;
}

/** All installs of the present content, with those of this run. */
export function installsOf({ installs, sent, plan, inputs }: Work): Requests {
  const own = requestsOf(sent, "install");
  // A staged rollout sends to single devices, wave by wave; none of its requests goes to everyone.
  const base = plan.startsOver && !isStaged(inputs.rollout) ? own.requests.length : 0;
  return joinRequests(installs, { ...own, base }, plan.startsOver);
}

/** The removals of this run. */
export function uninstallsOf({ sent }: Work): Requests {
  return requestsOf(sent, "uninstall");
}

function requestsOf(sent: readonly Sent[], kind: SentRequest["kind"]): Requests {
  const own = sent.filter(({ request }) => request.kind === kind);
  return {
    requests: own.map(({ request }) => request),
    base: 0,
    sentTo: new Map(own.map(({ request, devices }) => [request.id, devices])),
  };
}
