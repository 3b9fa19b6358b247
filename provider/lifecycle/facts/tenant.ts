// Whether this is the tenant that a state is about. A target that Esper does not know may be gone, and it may be out of sight:
// another tenant's address, or a key whose role was narrowed. Whoever takes the one for the other forgets certificates that
// devices still hold. It asks the client and decides one thing: go on or refuse. Follows docs/design.md, section 3.

import type { Client } from "../../client/index";
import { UnseenTargetError } from "../errors";
import { orphanedIds } from "../state/holding";
import { type State } from "../state/state";
import { isGone, readFleet } from "./members/fleet";

// What follows asks for the same lists, and gets these.
const listMaxAgeMs = 10_000;

export async function refuseOtherTenant(client: Client, state: State): Promise<void> {
  const fleet = await readFleet(client, state.settings.target, listMaxAgeMs);
  if (!isGone(state.settings.target, fleet)) return;
  const isOther = isOfOtherTenant(client, state);
  if (state.coverage.members === 0 && !isOther) return;
  if (await knowsCommandOf(client, state)) return;
  throw new UnseenTargetError(fleet.unknownGroups, fleet.unknownDevices, isOther);
}

/** Whether the state was last seen at another tenant's address. */
export function isOfOtherTenant(client: Pick<Client, "tenantHash">, { record: { tenantHash } }: State): boolean {
  return tenantHash !== undefined && tenantHash !== client.tenantHash;
}

/** Newest first: what was sent last is what Esper forgets last. */
async function knowsCommandOf(client: Client, { commands, record, ...state }: State): Promise<boolean> {
  const newestFirst = [...commands].sort((one, other) => (one.sentAt < other.sentAt ? 1 : -1));
  const ids = [
    ...newestFirst.map(({ id }) => id),
    ...[...(record.droppedIds ?? [])].reverse(),
    ...orphanedIds({ ...state, record }),
  ];
  for (const id of ids) {
    if ((await client.counts(id)) !== undefined) return true;
  }
  return false;
}
