// The two commands of a certificate, with their arguments.
// The argument names and values are Esper's (help article "Command API Examples", 2026-11). Pure.

import type { CommandToSend } from "../../client/index";
import type { Settings } from "../arguments/arguments";
import { commandSchedule } from "../arguments/schedule";
import type { Address } from "../arguments/target";
import type { InstallFile } from "../content/content";
import { installCommand, uninstallCommand } from "../state/command-label";

export function installOf(settings: Settings, file: InstallFile, address: Address, label: string): CommandToSend {
  return {
    ...frame(settings, address, label),
    command: installCommand,
    commandArgs: {
      cert_file_type: "pkcs12",
      cert_data_base64: file.base64,
      // Whether Esper takes an empty password is not known; its article calls the argument optional.
      ...(file.password !== "" && { cert_password: file.password }),
      cert_alias_name: settings.alias,
      cert_storage_type: "system",
    },
    ...(settings.schedule && { schedule: commandSchedule(settings.schedule, label) }),
  };
}

export function uninstallOf(settings: Settings, address: Address, label: string): CommandToSend {
  return {
    ...frame({ ...settings, deviceType: "all" }, address, label),
    command: uninstallCommand,
    commandArgs: { cert_alias_name: settings.alias, cert_storage_type: "system" },
  };
}

function frame(settings: Settings, address: Address, label: string): Omit<CommandToSend, "command" | "commandArgs"> {
  return { ...address, deviceType: settings.deviceType, label };
}
