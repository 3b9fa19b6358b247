// Members that started anew since they took the certificate: enrolled again under their id, or seen while they were wiped or
// provisioned. Esper still shows the install as done, and the device has lost it. Pure. Follows docs/design.md, section 3.

import type { Device } from "../../client/index";
import { enrolledAgainState } from "../state/backlog";
import { entryOf, holdsContent, type Ledger } from "../state/ledger/ledger";
import { newestInstallAt, type SentRequest, type State } from "../state/state";
import { doneId } from "./own/done-installs";
import type { DeviceStatus } from "./device-status";
import { mapById } from "../state/members/ids";

export interface Installs {
  readonly requests: readonly SentRequest[];
  /** Requests whose history Esper has dropped. */
  readonly forgotten: ReadonlySet<string>;
  readonly prior: State | undefined;
}

/** By the time of enrolment, and by what an earlier refresh has seen. */
export function withEnrolledAgain(
  statuses: readonly DeviceStatus[],
  { requests, forgotten, prior }: Installs,
): readonly DeviceStatus[] {
  const byId = mapById(requests);
  const seen = (prior?.exceptions ?? []).filter(({ state }) => state === enrolledAgainState);
  const seenAt = new Map(seen.map(({ device, since }) => [device, since]));
  return statuses.map((status) => {
    const { device, phase, requestId = "" } = status;
    const since = requestId === doneId ? endOfSecond(status.since) : status.since;
    if (phase !== "installed") return status;
    const request = forgotten.has(requestId) ? undefined : byId.get(requestId);
    const before = seenAt.get(device.id);
    const sentAt = requestId === doneId ? since : request?.sentAt;
    if (before !== undefined && !isLater(sentAt, before)) return missing(status, before);
    // A time of Esper's: of the device's own answer, else of its request, else of the newest one there was.
    const isAnswered = requestId === doneId || (request !== undefined && since !== request.sentAt);
    const doneAt = isAnswered ? since : request === undefined ? newestInstallAt(prior) : request.createdAt;
    const { createdAtMs } = device;
    return createdAtMs !== undefined && doneAt !== undefined && createdAtMs > Date.parse(doneAt)
      ? missing(status, new Date(createdAtMs).toISOString())
      : status;
  });
}

/** What a refresh sees now. */
export function withStartingAnew(statuses: readonly DeviceStatus[], nowMs: number): readonly DeviceStatus[] {
  return statuses.map((status) =>
    status.phase === "installed" && isStartingAnew(status.device)
      ? missing(status, new Date(nowMs).toISOString())
      : status,
  );
}

/** Whether some device is in question at all: then its answers are read. */
export function mayHaveStartedAnew(devices: Iterable<Device>, prior: State): boolean {
  const newestAt = newestInstallAt(prior);
  const ledger = prior.record.own?.ledger;
  const newestMs = Date.parse(newestAt ?? "");
  const lastMs = (id: string): number => (ledger === undefined ? newestMs : Date.parse(entryAt(ledger, id) ?? ""));
  for (const device of devices) {
    if (isStartingAnew(device)) return true;
    if (device.createdAtMs !== undefined && device.createdAtMs > lastMs(device.id)) return true;
  }
  return false;
}

function entryAt(ledger: Ledger, id: string): string | undefined {
  const entry = entryOf(ledger, id);
  return holdsContent(entry) ? endOfSecond(entry.at) : undefined;
}

/** The ledger keeps whole seconds. */
function endOfSecond(at: string): string {
  return new Date(Date.parse(at) + 999).toISOString();
}

/** Esper's numbers of the states in which a device is wiped or provisioned. */
function isStartingAnew({ state = 0 }: Device): boolean {
  return (state >= 30 && state <= 50) || state === 70 || (state >= 110 && state <= 190);
}

function isLater(at: string | undefined, than: string): boolean {
  return at !== undefined && Date.parse(at) > Date.parse(than);
}

function missing(status: DeviceStatus, since: string): DeviceStatus {
  return { ...status, phase: "missing", state: enrolledAgainState, reason: "", since };
}
