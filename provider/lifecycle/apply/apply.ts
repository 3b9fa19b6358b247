// Does what the plan says: sends the commands of a step and waits for the devices that are waited for.
// It decides nothing; plan.ts has, and standing.ts judges the outcome.

import { type CommandState, type CommandToSend, countOf, type Device } from "../../client";
import type { CommandResults } from "../facts/command-results";
import type { Settings } from "../arguments/arguments";
import { installOf, newLabel, uninstallOf } from "./esper-commands";
import { readFleet, type Fleet } from "../facts/fleet";
import { count, progressLine } from "../messages/failures";
import type { OperationContext } from "../context";
import type { Kept, SentRequest, State } from "../state/state";
import { addresses, devicesOf, groupsOf, type Address, type Target } from "../arguments/target";
import { isScheduled, type DeviceStatus } from "../facts/device-status";
import { waitForAnswers, type Awaited } from "../policy/awaited";
import type { Work } from "./work";

/** One request to send: whom it addresses and which devices that means. */
export interface Batch {
  readonly address: Address;
  readonly devices: ReadonlySet<string>;
}

/** A request sent in this run, with the devices it was sent to. */
export interface Sent {
  readonly request: SentRequest;
  readonly devices: ReadonlySet<string>;
  /** Esper's time. */
  readonly createdAt: string;
}

const freshMs = 60_000;

/** The requests that reach everyone in the target, as it is written. Those that would reach no device are left out. */
export async function batchesForEveryone(
  run: OperationContext,
  target: Target,
  fleet: Fleet,
): Promise<readonly Batch[]> {
  const all = addresses(groupsOf(target), devicesOf(target));
  const parcels = await Promise.all(
    all.map(async (address) => {
      const part = all.length === 1 ? fleet : await readFleet(run.client, { kind: "set", ...address }, freshMs);
      return { address, devices: new Set([...part.members.keys()].filter((id) => fleet.members.has(id))) };
    }),
  );
  return parcels.filter(({ devices }) => devices.size > 0);
}

export function batchesForDevices(devices: readonly string[]): readonly Batch[] {
  return addresses([], devices).map((address) => ({ address, devices: new Set(address.devices) }));
}

/** Sends one parcel after the other; each is added to `sent` at once, so that a later failure loses nothing. */
export async function send(
  run: OperationContext,
  parcels: readonly Batch[],
  command: (address: Address, label: string) => CommandToSend,
  { kind, digest, sent }: { readonly kind: SentRequest["kind"]; readonly digest: string; readonly sent: Sent[] },
): Promise<void> {
  for (const { address, devices } of parcels) {
    const { id, createdAt } = await run.client.send(command(address, newLabel(run.urnHash, digest, run.random)));
    // The age of a command is judged by this machine's clock later on, so it is stamped by it too.
    const sentAt = new Date(run.clock.now()).toISOString();
    const request = { id, kind, commandType: address.commandType, devices: devices.size, sentAt };
    sent.push({ request, devices, createdAt });
  }
}

export async function sendInstalls(work: Work, to: "everyone" | readonly string[]): Promise<void> {
  const { run, inputs, content, fleet, fitting, sent } = work;
  const parcels = to === "everyone" ? await batchesForEveryone(run, inputs.target, fleet) : batchesForDevices(to);
  if (parcels.length === 0) return;
  const file = await content.toSend(fitting.sentAs);
  const command = (address: Address, label: string): CommandToSend => installOf(inputs, file, address, label);
  await send(run, parcels, command, { kind: "install", digest: content.digest, sent });
}

/** Puts earlier content back on these devices. */
export async function sendPrevious(work: Work, previous: Kept, devices: readonly string[]): Promise<void> {
  const { run, inputs, sent } = work;
  const command = (address: Address, label: string): CommandToSend => installOf(inputs, previous, address, label);
  await send(run, batchesForDevices(devices), command, { kind: "install", digest: previous.digest, sent });
}

export async function sendUninstalls(work: Work, devices: readonly string[]): Promise<void> {
  const { run, inputs, content, sent } = work;
  const command = (address: Address, label: string): CommandToSend => uninstallOf(inputs, address, label);
  await send(run, batchesForDevices(devices), command, { kind: "uninstall", digest: content.digest, sent });
}

/** Cancels the installs that still wait for their window, of these devices or all: they would come after what is sent now. */
export async function cancelScheduled(
  run: OperationContext,
  known: State,
  deviceIds?: readonly string[],
): Promise<void> {
  await cancelWaiting(run, mayBeScheduled(known), deviceIds);
}

/** The same for a rollout that is taken back, of which this run has sent a part. */
export async function cancelRollout(
  { run, known, inputs, sent }: Pick<Work, "run" | "known" | "inputs" | "sent">,
  deviceIds: readonly string[],
): Promise<void> {
  const requests = inputs.schedule === undefined ? [] : sent.map(({ request }) => request);
  const own = requests.filter(({ kind }) => kind === "install").map(({ id }) => id);
  await cancelWaiting(run, [...(known === undefined ? [] : mayBeScheduled(known)), ...own], deviceIds);
}

/** Earlier requests that may hold installs which wait for their window. */
function mayBeScheduled({ settings, record, commands }: State): readonly string[] {
  const { seen: allSeen, strays = [] } = record;
  // The schedule may be out of the program since, and what was sent under it still wait.
  const mayWait = settings.schedule !== undefined || allSeen.some((seen) => (seen["Scheduled"] ?? 0) > 0);
  const installs = mayWait ? commands.filter(({ kind }) => kind === "install").map(({ id }) => id) : [];
  // What a killed run has sent may wait for a window that this state has never known.
  return [...installs, ...strays];
}

/** Cancels what of these requests still waits for its window, on these devices or all. */
export async function cancelWaiting(
  run: OperationContext,
  requestIds: readonly string[],
  deviceIds?: readonly string[],
): Promise<void> {
  if (requestIds.length === 0) return;
  const rows = await run.client.rows({ requestIds, states: ["Scheduled"] });
  const own = rows.filter((row) => deviceIds?.includes(row.deviceId) ?? true);
  if (own.length > 0) run.status(`Cancels ${count(own.length, "scheduled install")}.`);
  await run.client.cancel(own);
}

/** The part of `devices` that is waited for. */
export function waitedFor(
  settings: Pick<Settings, "wait" | "schedule">,
  devices: Iterable<string>,
  known: ReadonlyMap<string, Device>,
): ReadonlySet<string> {
  const { for: whom } = settings.wait;
  // A scheduled command is accepted now and carried out later: only `all` waits for that.
  if (whom === "none" || (settings.schedule !== undefined && whom !== "all")) return new Set();
  return new Set([...devices].filter((id) => whom === "all" || known.get(id)?.online === true));
}

/** Who is waited for and has not answered. What still waits for its window will not answer before, as with a schedule. */
export function unansweredOf(
  settings: Pick<Settings, "wait" | "schedule">,
  standings: readonly DeviceStatus[],
  known: ReadonlyMap<string, Device>,
): readonly DeviceStatus[] {
  const isDue = (standing: DeviceStatus): boolean => settings.wait.for === "all" || !isScheduled(standing);
  const open = standings.filter((standing) => standing.phase === "pending" && isDue(standing));
  const awaited = waitedFor(
    settings,
    open.map(({ device }) => device.id),
    known,
  );
  return open.filter(({ device }) => awaited.has(device.id));
}

/**
 * Waits for what was sent in this run, and for what earlier runs left pending (a later run waits for it again, without
 * sending it again). With `only`, devices outside it are not waited for.
 */
export async function waitForAll(work: Work, only?: ReadonlySet<string>): Promise<void> {
  const { run, inputs, fleet, book, installs, standings, removals, plan, sent } = work;
  const toClear = [...removals.left, ...removals.standings.map(({ device }) => device)];
  const devices = new Map([...toClear.map((device) => [device.id, device] as const), ...fleet.members]);
  const isWanted = (id: string): boolean => only === undefined || only.has(id) || !fleet.members.has(id);
  const awaited = (request: SentRequest, ids: Iterable<string>): Awaited => ({
    request,
    devices: waitedFor(inputs, [...ids].filter(isWanted), devices),
  });
  const before = plan.startsOver ? [] : standings;
  const unanswered = unansweredOf(inputs, before, devices);
  const pending = (plan.startsOver ? [] : installs.requests).map((request) => {
    const open = unanswered.filter(({ requestId }) => requestId === request.id);
    return awaited(
      request,
      open.map(({ device }) => device.id),
    );
  });
  const fresh = sent.map(({ request, devices: ids }) => awaited(request, ids));
  const all = [...pending, ...fresh].filter(({ devices: ids }) => ids.size > 0);
  const counted = new Set(all.map(({ request }) => request.id));
  const base = {
    members: fleet.members.size,
    done: before.filter(({ phase, requestId }) => phase === "installed" && !counted.has(requestId ?? "")).length,
    offline: countOffline(fleet.members.values()),
    verb: "installed" as const,
  };
  await waitWithProgress(run, book, all, base, inputs.wait.timeoutMs);
}

/** What the progress line counts. */
export interface ProgressBase {
  /** All devices in question, and those of them that were done before. */
  readonly members: number;
  readonly done: number;
  readonly offline: number;
  readonly verb: "installed" | "removed";
}

/** Waits with a progress line: what was done before, and the counts of what is waited for. */
export async function waitWithProgress(
  run: OperationContext,
  book: CommandResults,
  awaited: readonly Awaited[],
  base: ProgressBase,
  timeoutMs: number,
): Promise<void> {
  const onRound = (): void => {
    const counts = awaited.map(({ request }) => book.countsOf(request.id));
    const sum = (states: readonly CommandState[]): number =>
      counts.reduce((total, each) => total + countOf(each, states), 0);
    const done = Math.min(base.members, base.done + sum(["Success"]));
    const failed = sum(["Failure", "Cancelled", "TimeOut"]);
    const offline = Math.min(base.offline, Math.max(0, base.members - done - failed));
    run.status(progressLine({ ...base, done, failed, offline }));
  };
  await waitForAnswers({ client: run.client, clock: run.clock, book, onRound }, awaited, run.clock.now() + timeoutMs);
}

export function countOffline(devices: Iterable<Device>): number {
  return [...devices].filter((device) => !device.online).length;
}
