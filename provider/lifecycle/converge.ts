// Makes it true: the one path of create and update. Observe, plan, carry out, judge; then say what is not true yet and why.
// A failure after the first command was sent never loses it: it becomes a problem beside the state (DESIGN, section 3).

import { AnswerBook } from "./answers";
import {
  countOffline,
  isAddressed,
  parcelsForDevices,
  parcelsForEveryone,
  send,
  stillAwaited,
  waitedFor,
  waitWithProgress,
  type Sent,
} from "./carry-out";
import { installOf, newLabel, uninstallOf } from "./commands";
import type { Content, Fitting } from "./content";
import type { RawObject } from "./fields";
import { observeFleet, refuseUnknown, type Fleet } from "./fleet";
import type { Inputs } from "./inputs";
import { devicesOfBase, joinRequests, ledgerOf, noRequests, type Requests } from "./ledger";
import { plan, type Plan, type Step } from "./plan";
import { observeRemovals, type Removals } from "./removals";
import type { Run } from "./run";
import { settle, type Outcome } from "./settle";
import { judge, type Standing } from "./standing";
import type { SentRequest, State } from "./state";
import { devicesOf, groupsOf, sameTarget } from "./target";

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
  readonly book: AnswerBook;
  /** Earlier installs of the same content. */
  readonly installs: Requests;
  /** Where today's members stand with those. */
  readonly standings: readonly Standing[];
  readonly removals: Removals;
}

// A list of devices that the preview's check has read moments ago is good enough to act on.
const listMaxAgeMs = 10_000;

export async function converge(run: Run, wanted: Wanted, known: State | undefined): Promise<Outcome> {
  const observed = await observe(run, wanted, known);
  const { standings, removals } = observed;
  const planned = plan({
    ...{ wanted: wanted.inputs, digest: wanted.content.digest, known, standings, now: run.clock.now() },
    left: removals.left.map((device) => device.id),
    removalsFailed: removals.standings.filter(({ is }) => is === "failed").map(({ device }) => device.id),
  });
  const sent: Sent[] = [];
  const problems: string[] = [];
  const fitting = fittingFor(run, wanted, observed, planned);
  try {
    for (const step of planned.steps) await sendStep(run, wanted, fitting, step, observed.fleet, sent);
    await waitForAll(run, wanted, observed, planned, sent);
  } catch (error) {
    if (sent.length === 0 || !(error instanceof Error)) throw error;
    problems.push(error.message);
  }
  return settle(run, wanted, observed, {
    ...{ planned, problems, sentAs: fitting.sentAs, createdAt: sent.map(({ createdAt }) => createdAt) },
    installs: joinRequests(observed.installs, requestsOf(sent, "install", planned), planned.startsOver),
    uninstalls: requestsOf(sent, "uninstall", planned),
  });
}

async function observe(run: Run, { inputs, content }: Wanted, known: State | undefined): Promise<Observed> {
  const { client, clock } = run;
  const fleet = addressed(await observeFleet(client, inputs.target, listMaxAgeMs), inputs);
  const named = new Set(known ? [...groupsOf(known.settings.target), ...devicesOf(known.settings.target)] : []);
  refuseUnknown(fleet, (id) => !named.has(id));
  for (const id of [...fleet.unknownGroups, ...fleet.unknownDevices]) {
    run.warn(`Esper does not know ${id} any more; it is left out. Take it out of \`target\`.`);
  }
  const book = new AnswerBook(client, known);
  const installs = installsOf(known, inputs, content, fleet);
  await book.look(installs.requests);
  const ids = new Set(fleet.members.keys());
  const standings = judge(fleet.members.values(), await ledgerOf(book, installs, ids, clock.now()), clock.now());
  const removals = await observeRemovals(run, book, known, inputs.target, fleet);
  return { known, fleet, book, installs, standings, removals };
}

// `deviceType` narrows the members to those online, or offline, when something is sent.
function addressed(fleet: Fleet, inputs: Inputs): Fleet {
  const members = [...fleet.members].filter(([, device]) => isAddressed(device, inputs));
  return { ...fleet, members: new Map(members) };
}

/** The earlier installs that still count: those of the same content. */
function installsOf(known: State | undefined, inputs: Inputs, content: Content, fleet: Fleet): Requests {
  if (known?.record.digest !== content.digest) return noRequests;
  const requests = known.commands.filter((request) => request.kind === "install");
  const base = sameTarget(known.settings.target, inputs.target) ? known.record.base : 0;
  const { target } = inputs;
  return { requests, base, sentTo: devicesOfBase({ requests, base, target, sketch: known.record.baseMembers }, fleet) };
}

/** The encoding for the devices that are to be sent something; people are told when it is not the file as given. */
function fittingFor(run: Run, { inputs, content }: Wanted, { fleet, known }: Observed, { steps }: Plan): Fitting {
  const installs = steps.filter((step) => step.action === "install");
  if (known !== undefined && installs.length === 0) return { sentAs: known.sentAs };
  const ids = installs.flatMap(({ devices }) => (devices === "everyone" ? [...fleet.members.keys()] : devices));
  const versions = ids.map((id) => fleet.members.get(id)?.osVersion ?? "");
  const fitting = content.fitting(inputs.encoding, versions);
  if (fitting.note !== undefined) run.note(fitting.note);
  if (fitting.warning !== undefined) run.warn(fitting.warning);
  return fitting;
}

async function sendStep(
  run: Run,
  { inputs, content }: Wanted,
  fitting: Fitting,
  step: Step,
  fleet: Fleet,
  sent: Sent[],
): Promise<void> {
  run.status(step.message);
  const everyone = step.devices === "everyone";
  const parcels = everyone ? await parcelsForEveryone(run, inputs, fleet) : parcelsForDevices(step.devices);
  const label = (): string => newLabel(run.urnHash, content.digest, run.random);
  if (step.action === "uninstall") {
    await send(run, parcels, (address) => uninstallOf(inputs, address, label()), step.action, sent);
  } else {
    const file = await content.toSend(fitting.sentAs);
    await send(run, parcels, (address) => installOf(inputs, file, address, label()), step.action, sent);
  }
}

async function waitForAll(
  run: Run,
  { inputs }: Wanted,
  { fleet, book, installs, standings, removals }: Observed,
  { startsOver }: Plan,
  sent: readonly Sent[],
): Promise<void> {
  const online = new Map([...fleet.members, ...removals.left.map((device) => [device.id, device] as const)]);
  const fresh = sent.map(({ request, devices }) => ({ request, devices: waitedFor(inputs, devices, online) }));
  const pending = startsOver ? [] : stillAwaited(inputs, standings, installs.requests, online);
  const done = startsOver ? 0 : standings.filter(({ is }) => is === "installed").length;
  const offline = countOffline(fleet.members.values());
  const base = { members: fleet.members.size, done, offline, verb: "installed" as const };
  await waitWithProgress(run, book, [...pending, ...fresh], base, inputs.wait.timeoutMs);
}

function requestsOf(sent: readonly Sent[], kind: SentRequest["kind"], { startsOver }: Plan): Requests {
  const own = sent.filter(({ request }) => request.kind === kind);
  return {
    requests: own.map(({ request }) => request),
    base: startsOver && kind === "install" ? own.length : 0,
    sentTo: new Map(own.map(({ request, devices }) => [request.id, devices])),
  };
}
