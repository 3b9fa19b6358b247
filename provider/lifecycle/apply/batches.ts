// How a target becomes requests: each batch is one request with the devices that it means.

import { addresses, devicesOf, groupsOf, type Address, type Target } from "../arguments/target";
import type { OperationContext } from "../context";
import { idsThat, type Ids } from "../state/members/ids";
import { readFleet, type Fleet } from "../facts/members/fleet";

export interface Batch {
  readonly address: Address;
  readonly devices: Ids;
  /** It is one of those that address the whole target as it is written. */
  readonly targetWide: boolean;
  /** Devices of its groups that cannot hold a certificate. */
  readonly unsupported: number;
}

const listMaxAgeMs = 60_000;

/** The requests that reach everyone in the target, as it is written. Those that would reach no device are left out. */
export async function batchesForEveryone(
  { client }: OperationContext,
  target: Target,
  fleet: Fleet,
): Promise<readonly Batch[]> {
  const all = addresses(groupsOf(target), devicesOf(target));
  const batches = await Promise.all(
    all.map(async (address) => {
      const part = all.length === 1 ? fleet : await readFleet(client, { kind: "set", ...address }, listMaxAgeMs);
      const devices = idsThat(part.members, (id) => fleet.members.has(id));
      return { address: withoutOthers(address, fleet), devices, targetWide: true, unsupported: part.others.size };
    }),
  );
  return batches.filter(({ devices }) => devices.size > 0);
}

/** Without devices that are no members, and groups that are gone: for one unknown id Esper refuses the whole command. */
function withoutOthers(address: Address, { members, unknownGroups }: Fleet): Address {
  const groups = address.groups.filter((id) => !unknownGroups.includes(id));
  const devices = address.devices.filter((id) => members.has(id));
  return addresses(groups, devices)[0] ?? address;
}

export function batchesForDevices(devices: readonly string[]): readonly Batch[] {
  return addresses([], devices).map((address) => ({
    address,
    devices: new Set(address.devices),
    targetWide: false,
    unsupported: 0,
  }));
}

/** One request for each device. */
export function batchesForSingleDevices(devices: readonly string[]): readonly Batch[] {
  return devices.flatMap((id) => batchesForDevices([id]));
}
