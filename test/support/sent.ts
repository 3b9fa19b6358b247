// What the simulated tenant was sent and to whom, by the devices' own names: for stories in which it matters that a command
// goes to one device and to no other.

import type { Simulator } from "../../simulator";

/** Remembers where the log of commands stands; each call tells what came since the last, oldest first. */
export function newCommands({ world }: Simulator): () => readonly string[] {
  let seen = 0;
  return () => {
    const log = world.commandLog.slice(seen);
    seen = world.commandLog.length;
    const names = new Map(world.devices().map(({ id, alias, name }) => [id, alias ?? name]));
    return log.map(({ command, commandType, certificateAlias, devices, resolved }) => {
      // For example `INSTALL corp GROUP 4` (devices), or `INSTALL corp DEVICE b1 b2`.
      const whom = commandType === "DEVICE" ? devices.map((id) => names.get(id) ?? id).sort() : [String(resolved)];
      return [command.replace("_CERTIFICATE", ""), certificateAlias ?? "?", commandType, ...whom].join(" ");
    });
  };
}

/** The id of the device that people call so. */
export function deviceNamed({ world }: Simulator, alias: string): string {
  const found = world.devices().find((device) => device.alias === alias);
  if (found === undefined) throw new Error(`The simulated tenant has no device called ${alias}.`);
  return found.id;
}
