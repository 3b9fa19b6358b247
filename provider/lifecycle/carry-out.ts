// Does what the plan says: sends the commands of a step and waits for the devices that are waited for.
// It decides nothing; plan.ts has, and standing.ts judges the outcome.

import type { CommandState, CommandToSend, Device } from "../client/client";
import { countOf, type AnswerBook } from "./answers";
import type { Settings } from "./inputs";
import { observeFleet, type Fleet } from "./fleet";
import { progressLine } from "./report";
import type { Run } from "./run";
import type { Standing } from "./standing";
import type { SentRequest } from "./state";
import { addresses, devicesOf, groupsOf, type Address } from "./target";
import { waitForAnswers, type Awaited } from "./waiting";

/** One request to send: whom it addresses and which devices that means. */
export interface Parcel {
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
export async function parcelsForEveryone(run: Run, settings: Settings, fleet: Fleet): Promise<readonly Parcel[]> {
  const all = addresses(groupsOf(settings.target), devicesOf(settings.target));
  const parcels = await Promise.all(
    all.map(async (address) => {
      const part = all.length === 1 ? fleet : await observeFleet(run.client, { kind: "set", ...address }, freshMs);
      return { address, devices: new Set([...part.members.keys()].filter((id) => fleet.members.has(id))) };
    }),
  );
  return parcels.filter(({ devices }) => devices.size > 0);
}

export function parcelsForDevices(devices: readonly string[]): readonly Parcel[] {
  return addresses([], devices).map((address) => ({ address, devices: new Set(address.devices) }));
}

export function isAddressed(device: Device, { deviceType }: Settings): boolean {
  return deviceType === "all" || device.online === (deviceType === "active");
}

/** Sends one parcel after the other; each is added to `sent` at once, so that a later failure loses nothing. */
export async function send(
  run: Run,
  parcels: readonly Parcel[],
  command: (address: Address) => CommandToSend,
  kind: SentRequest["kind"],
  sent: Sent[],
): Promise<void> {
  for (const { address, devices } of parcels) {
    const { id, createdAt } = await run.client.send(command(address));
    // The age of a command is judged by this machine's clock later on, so it is stamped by it too.
    const sentAt = new Date(run.clock.now()).toISOString();
    const request = { id, kind, commandType: address.commandType, devices: devices.size, sentAt };
    sent.push({ request, devices, createdAt });
  }
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

/** Earlier requests with members that are pending: a later run waits for them again, without sending. */
export function stillAwaited(
  settings: Settings,
  standings: readonly Standing[],
  requests: readonly SentRequest[],
  known: ReadonlyMap<string, Device>,
): readonly Awaited[] {
  return requests.map((request) => {
    const pending = standings.filter((standing) => standing.is === "pending" && standing.requestId === request.id);
    const ids = pending.map(({ device }) => device.id);
    return { request, devices: waitedFor(settings, ids, known) };
  });
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
  run: Run,
  book: AnswerBook,
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
