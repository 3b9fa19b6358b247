// Devices that hold a certificate of their own and are no members any more, by the ledger: a destroy takes it from them, and so
// may `onLeave`. It asks the client for the tenant's devices only where the ledger knows of such.

import type { Client, Device } from "../../../client/index";
import { deviceKey, holdsContent, type Ledger } from "../../state/ledger/ledger";

// Of several resources in one run, each would read the same devices again.
const listMaxAgeMs = 10_000;

export async function holdersOutside(
  client: Client,
  ledger: Ledger,
  members: ReadonlyMap<string, Device>,
): Promise<ReadonlyMap<string, Device>> {
  const inside = new Set([...members.keys()].map(deviceKey));
  const outside = new Set(
    [...ledger].filter(([key, entry]) => holdsContent(entry) && !inside.has(key)).map(([key]) => key),
  );
  if (outside.size === 0) return new Map();
  const { byId } = await client.devices({}, listMaxAgeMs);
  return new Map([...byId].filter(([id]) => outside.has(deviceKey(id))));
}
