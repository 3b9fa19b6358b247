// The two commands of a certificate, with their arguments and the label by which a request is found again.
// The argument names and values are Esper's (help article "Command API Examples", 2026-11). Pure.

import { createHash } from "node:crypto";
import type { CommandToSend } from "../../client";
import type { Settings } from "../arguments/arguments";
import { commandSchedule } from "../arguments/schedule";
import type { Address } from "../arguments/target";

/** The file as it is sent. */
export interface Sendable {
  readonly base64: string;
  readonly password: string;
}

export const installCommand = "INSTALL_CERTIFICATE";
export const uninstallCommand = "UNINSTALL_CERTIFICATE";

export function installOf(settings: Settings, file: Sendable, address: Address, label: string): CommandToSend {
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

export function urnHashOf(urn: string): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, 12);
}

/** By this prefix a resource knows its own requests; with a digest, those about this content. */
export function labelPrefix(urnHash: string, digest?: string): string {
  return `pulumi-esper:${urnHash}:${digest === undefined ? "" : `${digest.slice(0, 8)}:`}`;
}

/** `pulumi-esper:<hash of the URN>:<start of the digest>:<fresh part>`; nothing secret. */
export function newLabel(urnHash: string, digest: string, random: () => number): string {
  const fresh = Math.floor(random() * 0xffff_ffff)
    .toString(16)
    .padStart(8, "0");
  return `${labelPrefix(urnHash, digest)}${fresh}`;
}
