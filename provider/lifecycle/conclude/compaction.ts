// Which requests the state still needs to tell where devices stand; what is dropped is remembered by the sketch
// (scenario E in state/holding.ts). Pure.

import { totalOf } from "../../client/index";
import type { StateCounts } from "../../client/index";
import type { DeviceStatus } from "../facts/device-status";
import type { SentRequest } from "../state/state";

/** So many requests are kept however well they ended; a fleet that devices join again and again would fill the state. */
const requestsKept = 20;

export interface Compacted {
  readonly requests: readonly SentRequest[];
  /** Devices that the dropped ones reached have the content. */
  readonly isCompacted: boolean;
}

/**
 * Drops requests on which no device's status rests; of the others, where all devices have the content, the oldest when there are
 * many, and once everyone has it those with failures that later ones have made good. The record remembers of them `compacted`
 * (also where nothing was dropped, and several requests together brought it to everyone), `sentToAllAt`, `newestInstallAt`,
 * and the ids that the next run would take for news.
 *
 * @param keepAfter Esper's time (ISO) after which none is dropped: it would let an older command of others count again
 */
export function compact(
  installs: readonly SentRequest[],
  statuses: readonly DeviceStatus[],
  countsOf: (requestId: string) => StateCounts,
  keepAfter = "~",
): Compacted {
  // Some device still waits for its window. Kept even if this run skips that device: a later run may have to cancel it.
  const isWaiting = ({ id }: SentRequest): boolean => (countsOf(id).Scheduled ?? 0) > 0;
  const needed = requestsOf(statuses, () => true);
  const requests = installs.filter(
    (request) => needed.has(request.id) || isWaiting(request) || (request.createdAt ?? "") > keepAfter,
  );
  const open = requestsOf(statuses, ({ phase }) => phase !== "installed");
  const isMadeGood = ({ id }: SentRequest): boolean => {
    const counts = countsOf(id);
    return open.size === 0 && totalOf(counts) !== counts.Success;
  };
  const isRecent = (index: number): boolean => index >= requests.length - requestsKept;
  const isOpen = (request: SentRequest): boolean =>
    open.has(request.id) || isWaiting(request) || (request.createdAt ?? "") > keepAfter;
  const kept = requests.filter((request, index) => isOpen(request) || (isRecent(index) && !isMadeGood(request)));
  const isComplete = open.size === 0 && requests.length > 1;
  return { requests: withSuperseded(kept, installs), isCompacted: isComplete || kept.length < requests.length };
}

function requestsOf(
  statuses: readonly DeviceStatus[],
  isMeant: (status: DeviceStatus) => boolean,
): ReadonlySet<string | undefined> {
  const ids = new Set<string | undefined>();
  for (const status of statuses) if (isMeant(status)) ids.add(status.requestId);
  return ids;
}

/**
 * Requests to the whole target stay, also where others say more of their devices: once the target is gone from Esper, their
 * rows are all that tells which devices may hold the certificate.
 */
export function withSuperseded(
  requests: readonly SentRequest[],
  earlier: readonly SentRequest[],
): readonly SentRequest[] {
  const isDropped = ({ id, kind, targetWide }: SentRequest): boolean =>
    kind === "install" && targetWide === true && !requests.some((request) => request.id === id);
  return [...earlier.filter(isDropped).map((request) => ({ ...request, superseded: true })), ...requests];
}
