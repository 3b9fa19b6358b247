// What the stories of certificates of devices start from, where the provider is driven in this process: a tenant of tills with
// serial numbers, a program on it, and the arguments that most of them have.

import type { Simulator, SimulatorOptions } from "../../../simulator";
import { givenFleet, settingsOf } from "../../support/given-fleet";
import { QuickProgram } from "../../support/quick-program";

export type Json = Readonly<Record<string, unknown>>;
type Endpoint = "request" | "v2";

/** In the group Tills by these names, each with the serial number `SN-<name>`, and others in a group of their own. */
export function startTills(
  names: readonly string[],
  others: readonly string[] = [],
  options: Omit<SimulatorOptions, "fleet"> = {},
): Promise<Simulator> {
  const devices = (some: readonly string[]) => some.map((alias) => ({ alias, serial: `SN-${alias}`, osVersion: "14" }));
  const groups = { Tills: devices(names), ...(others.length > 0 && { Others: devices(others) }) };
  return givenFleet(groups, { deviceMs: 5, pageSize: 50, ...options });
}

export function programFor(simulator: Simulator, commandsApi: Endpoint = "request"): QuickProgram {
  return new QuickProgram(settingsOf(simulator, { "esper:pollSeconds": "0.05", "esper:commandsApi": commandsApi }));
}

export function tillsFrom({ world }: Simulator, source: Json, more: Json = {}): Json {
  const target = { group: world.group("Tills").id };
  return { alias: "till", target, source, wait: { timeoutMinutes: 0.05 }, ...more };
}
