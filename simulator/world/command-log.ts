// The log of accepted commands: what came in, by which endpoint and for how many devices; nothing secret.

import type { CommandRequest } from "./model";

/** A command that was accepted, as the log keeps it: nothing secret. */
export interface LoggedCommand {
  /** Simulated time, in milliseconds since 1970. */
  readonly at: number;
  /** Esper's id of the request. */
  readonly requestId: string;
  /** By which of the two APIs it came. */
  readonly endpoint: "request" | "v2";
  /** Whether the key's own user sent it, or another client of the tenant. */
  readonly sender: "own" | "other";
  /** For example `INSTALL_CERTIFICATE`. */
  readonly command: string;
  /** `DEVICE`, `GROUP` or `DYNAMIC`. */
  readonly commandType: string;
  /** Ids of the devices it names. */
  readonly devices: readonly string[];
  /** Ids of the groups it names. */
  readonly groups: readonly string[];
  /** `all`, `active` or `inactive`. */
  readonly deviceType: string;
  /** `IMMEDIATE`, `WINDOW` or `RECURRING`. */
  readonly schedule: string;
  /** Esper's free label of the request. */
  readonly label: string | null;
  /** The alias that a certificate command names. */
  readonly certificateAlias: string | null;
  /** How many devices it was for. */
  readonly resolved: number;
}

export function loggedCommand(request: CommandRequest): LoggedCommand {
  return {
    at: request.createdAt,
    requestId: request.id,
    endpoint: request.endpoint,
    sender: request.sender,
    command: request.command,
    commandType: request.commandType,
    devices: request.devices ?? [],
    groups: request.groups ?? [],
    deviceType: request.deviceType,
    schedule: request.schedule,
    label: request.alias,
    certificateAlias: certificateAliasOf(request),
    resolved: request.statuses.length,
  };
}

/** The alias that a certificate command names; null for other commands. */
export function certificateAliasOf({ commandArgs }: CommandRequest): string | null {
  const alias = commandArgs?.["cert_alias_name"];
  return typeof alias === "string" ? alias : null;
}
