// What the lookups say when none or several fit, against the simulator.

import { getDevices, getGroup, type DeviceFilter, type GroupFilter } from "../../../provider";
import { startSimulator } from "../../../simulator";
import { messageOf, type Provocations } from "./provocation";

const fleet = {
  groups: [
    { name: "Shops", devices: 1 },
    { name: "Berlin", parent: "Shops" },
    { name: "Offices" },
    { name: "Berlin", parent: "Offices" },
  ],
};

export const lookups: Provocations = {
  "none or several fit": async () => {
    const simulator = await startSimulator({ fleet });
    const before = { ...process.env };
    Object.assign(process.env, { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: simulator.apiKey });
    try {
      return await Promise.all([
        messageOf(() => getGroup({ name: "Berlin" })),
        messageOf(() => getGroup({ name: "berlin" })),
        messageOf(() => getGroup({ path: "All devices/Berlin" })),
        messageOf(() => getDevices({ serial: "no such" })),
        messageOf(() => getDevices({ group: "Shops" })),
        messageOf(() => getDevices({ serials: "a slip of the pen" } as DeviceFilter)),
        messageOf(() => getGroup("Berlin" as unknown as GroupFilter)),
        messageOf(() => getGroup({} as GroupFilter)),
      ]);
    } finally {
      for (const name of ["ESPER_BASE_URL", "ESPER_API_KEY"]) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      await simulator.close();
    }
  },
};
