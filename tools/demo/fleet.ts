// The demo's devices: a simulated Esper tenant, and questions to the devices themselves (their keystores, not Pulumi).

import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator, type DeviceView, type Simulator } from "../../simulator";

export const alias = "corp-client";

export function startFleet(): Promise<Simulator> {
  return startSimulator({
    fleet: {
      groups: [
        { name: "Shops", devices: 2 },
        { name: "Berlin", parent: "Shops", devices: 48 },
        { name: "Hamburg", parent: "Shops", devices: 36 },
        { name: "Munich", parent: "Shops", devices: 24 },
        { name: "Warehouses" },
        { name: "North", parent: "Warehouses", devices: 50 },
        { name: "South", parent: "Warehouses", devices: 40 },
      ],
    },
    offlineShare: 0.07,
    deviceMs: 1200,
    pageSize: 50,
    // Old Android versions answer "wrong password" to encodings that they cannot read, as real ones do.
    androidSupport: true,
  });
}

/** How many devices hold the certificate, each content by its digest. */
export function holders({ world }: Simulator): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { keystore } of world.devices()) {
    const digest = keystore.get(alias)?.digest;
    if (digest !== undefined) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  }
  return counts;
}

export function offlineDevices({ world }: Simulator): readonly DeviceView[] {
  return world.devices().filter(({ online }) => !online);
}

/** Switches all offline devices on, and waits until they have done what waited for them. */
export async function comeBack(simulator: Simulator, interrupted: AbortSignal): Promise<void> {
  const { world } = simulator;
  for (const { id } of offlineDevices(simulator)) world.setOnline(id, true);
  while (world.devices().some(({ waiting }) => waiting > 0)) {
    await sleep(100, undefined, { signal: interrupted });
  }
}
