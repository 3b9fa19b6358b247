// Members that a list of devices leaves out: where pages changed while they were read, a list has fewer devices than Esper
// counts, and whoever is not in it has not left. The record and the rows of the resource's own requests tell the missing ones.
// It asks the client. Follows docs/design.md, section 3.

import type { Client } from "../../../client/index";
import { difference } from "../../state/members/membership-sketch";
import { devicesIn } from "../../state/sent-request";
import type { State } from "../../state/state";
import { fleetOf, supportedById, type Fleet } from "./fleet";

/** @param prior with the same target */
export async function withUnlisted(client: Client, fleet: Fleet, prior: State): Promise<Fleet> {
  if (fleet.addsUp) return fleet;
  const requestIds = prior.commands.filter(({ kind }) => kind === "install").map(({ id }) => id);
  const rows = requestIds.length === 0 ? [] : await client.rows({ requestIds });
  const reached = [...devicesIn(rows)].filter((id) => !fleet.members.has(id));
  // Rows of devices that lost the certificate since are there too; the record counts only the others.
  const since = difference(prior.record.sentTo, new Set([...fleet.members.keys(), ...reached]));
  if (since === undefined) return fleet;
  const found = await supportedById(
    client,
    reached.filter((id) => !since.joined.has(id)),
    0,
  );
  return fleetOf(fleet, new Map([...fleet.members, ...found]));
}
