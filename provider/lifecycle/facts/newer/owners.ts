// Who owns the alias on which device: whoever sent the newest INSTALL for it there, by Esper's time. Cancelled and expired
// installs do not count, one that failed does; a scheduled one counts from its window on; a tie is the other's. Pure.
// Follows docs/design.md, section 3.

import type { StatusRow } from "../../../client/index";
import type { Ids } from "../../state/members/ids";
import type { SentRequest } from "../../state/state";
import { commandLifeMs } from "../device-status";
import type { NewerCommand } from "./newer-commands";
import { devicesOf } from "./resume";

/** A request of this resource, with the devices that it reached. */
export interface OwnRequest {
  readonly request: Pick<SentRequest, "createdAt">;
  readonly devices: Ids;
}

/** Devices whose newest INSTALL is another sender's. */
export function ownedByOthers(
  others: readonly NewerCommand[],
  own: readonly OwnRequest[],
  nowMs: number,
): ReadonlySet<string> {
  const owned = new Set<string>();
  for (const other of others) {
    if (other.kind !== "install" || other.by === "own") continue;
    // Requests of the first schema have no time of Esper's; they are older than whatever was found since.
    const later = own.filter(({ request }) => (request.createdAt ?? "") > other.createdAt);
    for (const id of devicesOf(other)) {
      const counts = countsForOwner(other, other.rows.get(id), nowMs);
      if (counts && !later.some(({ devices }) => devices.has(id))) owned.add(id);
    }
  }
  return owned;
}

function countsForOwner(
  { createdAt, scheduledFrom }: NewerCommand,
  row: StatusRow | undefined,
  nowMs: number,
): boolean {
  if (scheduledFrom !== undefined && Date.parse(scheduledFrom) > nowMs) return false;
  const state = row?.state;
  if (state === "Cancelled") return false;
  if (state === "Success" || state === "Failure" || state === "TimeOut") return true;
  return nowMs - Date.parse(createdAt) <= commandLifeMs;
}
