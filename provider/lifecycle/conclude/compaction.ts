// Which requests the state still needs to tell where devices stand; what is dropped is remembered by the sketch. Pure.

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
 * Drops requests whose devices have all got the content: the oldest, when there are many; and once everyone has it, those
 * with failures that later ones have made good.
 */
export function compact(
  installs: readonly SentRequest[],
  statuses: readonly DeviceStatus[],
  countsOf: (requestId: string) => StateCounts,
): Compacted {
  // Some device still waits for its window. Kept even if this run skips that device: a later run may have to cancel it.
  const isWaiting = ({ id }: SentRequest): boolean => (countsOf(id).Scheduled ?? 0) > 0;
  const needed = new Set(statuses.map(({ requestId }) => requestId));
  const requests = installs.filter((request) => needed.has(request.id) || isWaiting(request));
  const open = new Set(statuses.filter(({ phase }) => phase !== "installed").map(({ requestId }) => requestId));
  const isMadeGood = ({ id }: SentRequest): boolean => {
    const counts = countsOf(id);
    return open.size === 0 && totalOf(counts) !== counts.Success;
  };
  const isRecent = (index: number): boolean => index >= requests.length - requestsKept;
  const isOpen = (request: SentRequest): boolean => open.has(request.id) || isWaiting(request);
  const kept = requests.filter((request, index) => isOpen(request) || (isRecent(index) && !isMadeGood(request)));
  const isComplete = open.size === 0 && requests.length > 1;
  return { requests: kept, isCompacted: isComplete || kept.length < requests.length };
}
