// Members that left a group by themselves, where `onLeave` is to take the certificate from them: which they are, by the rows of
// the resource's own requests or by one list of the tenant's devices. It asks the client; state/backlog.ts (`leavingNow`) decides.

import type { Client } from "../../../client/index";
import { groupsOf } from "../../arguments/target";
import type { OperationContext } from "../../context";
import { difference, leftOf } from "../../state/members/membership-sketch";
import { devicesIn } from "../../state/sent-request";
import { holdersOutside } from "../own/holders-outside";
import type { State } from "../../state/state";
import { supportedById, type Fleet } from "./fleet";

/** A record has room for so many ids; of more it keeps the number. */
const leftKept = 60;
/** Rows of requests to more devices than this cost more than a list of the tenant's devices. */
const fewRows = 500;
const listMaxAgeMs = 10_000;

export interface Left {
  /** Devices that left and still have it, as many as are kept. */
  readonly ids: readonly string[];
  /** How many more. */
  readonly more: number;
}

export async function leftDevices({ client }: OperationContext, prior: State, fleet: Fleet): Promise<Left> {
  const { settings, record } = prior;
  if (settings.onLeave === undefined || groupsOf(settings.target).length === 0) return { ids: [], more: 0 };
  const before = (record.left ?? []).filter((id) => !fleet.members.has(id));
  const more = record.leftMore ?? 0;
  const since = difference(record.sentTo, fleet.members);
  if (!fleet.addsUp || since?.leftCount === 0) return { ids: before, more };
  const gone = await devicesThatLeft(client, prior, fleet, since?.leftCount);
  // Whoever cannot hold a certificate is sent no removal, and whoever is gone from Esper cannot be.
  const found = await supportedById(client, gone, listMaxAgeMs);
  const all = [...new Set([...before, ...found.keys()])];
  return { ids: all.slice(0, leftKept), more: more + Math.max(0, all.length - leftKept) };
}

async function devicesThatLeft(
  client: Client,
  { commands, record }: State,
  { members, others }: Fleet,
  leftCount: number | undefined,
): Promise<readonly string[]> {
  if (record.own !== undefined) {
    const holders = [...(await holdersOutside(client, record.own.ledger, members)).keys()].filter(
      (id) => !others.has(id),
    );
    return leftCount === undefined ? holders : [...leftOf(record.sentTo, members, holders)];
  }
  const installs = commands.filter(({ kind }) => kind === "install");
  const areFew = installs.reduce((sum, { devices }) => sum + devices, 0) <= fewRows;
  const isOutside = (id: string): boolean => !members.has(id) && !others.has(id);
  if (areFew || leftCount === undefined) {
    const rows = installs.length === 0 ? [] : await client.rows({ requestIds: installs.map(({ id }) => id) });
    const reached = [...devicesIn(rows)].filter(isOutside);
    // Too many came and left for the record to tell them apart.
    if (leftCount === undefined) return reached;
    const left = leftOf(record.sentTo, members, reached);
    if (left.size === leftCount) return [...left];
  }
  const { byId } = await client.devices({}, listMaxAgeMs);
  return [...leftOf(record.sentTo, members, [...byId.keys()].filter(isOutside))];
}
