// A simulated tenant in the words of a story: its groups by their paths, with their devices by name.

import { startSimulator, type DeviceSpec, type Fleet, type Simulator, type SimulatorOptions } from "../../simulator";

/** How many devices stand in a group, or which: by the name that people gave them, or by more of them. */
type Devices = number | readonly (string | DeviceSpec)[];

/** For example `{ Shops: 2, "Shops/Berlin": ["b1", "b2"] }`. */
export type Groups = Readonly<Record<string, Devices>>;

export function fleetOf(groups: Groups): Fleet {
  return {
    groups: Object.entries(groups).map(([path, devices]) => {
      const [name = path, parent] = path.split("/").reverse();
      const specs = typeof devices === "number" ? devices : devices.map(specOf);
      return { name, ...(parent !== undefined && { parent }), devices: specs };
    }),
  };
}

function specOf(device: string | DeviceSpec): DeviceSpec {
  return typeof device === "string" ? { alias: device } : device;
}

/** A tenant with these groups; whoever begins it closes it. */
export function givenFleet(groups: Groups, options: Omit<SimulatorOptions, "fleet"> = {}): Promise<Simulator> {
  return startSimulator({ ...options, fleet: fleetOf(groups) });
}

/** A stack's settings for a tenant that is driven in this process, and more of them. */
export function settingsOf(
  { url, apiKey }: Pick<Simulator, "url" | "apiKey">,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { "esper:baseUrl": url, "esper:apiKey": apiKey, ...more };
}
