// What the simulated tenant is made of, as types only: groups, devices, requests, and what became of a request on a device.
// Those who change them stand in tenant.ts (places), requests.ts (states) and devices/ (work).
// Source: docs/background/esper-api.md, 2 to 5.

import type { OpenedPkcs12 } from "../devices/open-pkcs12";
import type { ScheduleArgs } from "../devices/schedule";
import type { CompleteDeviceSpec } from "./fleet";
import type { CommandState } from "./states";

export interface Group {
  readonly id: string;
  readonly name: string;
  parent: Group | undefined;
  path: string;
  readonly createdAt: number;
  readonly children: Set<Group>;
  /** Devices directly in it. */
  readonly devices: Set<Device>;
  /** Devices in it and in its sub-groups. */
  deviceCount: number;
}

/** A certificate that a device holds. */
export interface KeystoreEntry {
  /** Identity of the installed content. */
  readonly digest: string;
  /** Of its certificate, such as "CN=till-17"; absent where no file was opened. */
  readonly subject?: string;
  /** Simulated time, in milliseconds since 1970. */
  readonly installedAt: number;
}

/** What a test has in store for a device. */
export interface Trouble {
  /** Reason of every failure until it is taken away. */
  failWith?: string;
  /** How many more commands fail, and with which reason. */
  flaky?: {
    /** Of failures. */
    timesLeft: number;
    /** Of each failure. */
    readonly reason: string;
  };
  /** The next command times out; it succeeds so much later, or never when absent. */
  timeOut?: {
    /** Simulated milliseconds. */
    readonly lateSuccessMs?: number;
    /** The device does not wait for it, and goes on with its later commands meanwhile. */
    readonly goesOn?: boolean;
  };
}

export interface Device extends Omit<CompleteDeviceSpec, "online" | "osVersion"> {
  readonly number: number;
  /** When it was enrolled last. */
  createdAt: number;
  osVersion: string;
  online: boolean;
  /** Esper's number of a state that is neither online nor offline, such as 20 for one that was removed in the console. */
  specialState: number | undefined;
  lastSeenAt: number;
  group: Group;
  readonly keystore: Map<string, KeystoreEntry>;
  /** Commands that wait, first in, first out; the active one is the first. */
  readonly queue: CommandStatus[];
  active: CommandStatus | undefined;
  /** Every command it was ever sent, oldest first. */
  readonly history: CommandStatus[];
  readonly trouble: Trouble;
}

export type CommandType = "DEVICE" | "GROUP" | "DYNAMIC";
export type DeviceType = "all" | "active" | "inactive";
export type Schedule = "IMMEDIATE" | "WINDOW" | "RECURRING";

/** A request as it was asked for, once its form was found right. */
export interface CommandOrder {
  readonly endpoint: "request" | "v2";
  readonly commandType: CommandType;
  readonly devices: readonly string[] | null;
  readonly groups: readonly string[] | null;
  readonly deviceType: DeviceType;
  readonly command: string;
  readonly commandArgs: Readonly<Record<string, unknown>> | null;
  readonly schedule: Schedule;
  readonly scheduleArgs: ScheduleArgs | null;
  /** Esper's free label of a request. */
  readonly alias: string | null;
}

export interface CommandRequest extends CommandOrder {
  /** Whether the key's own user sent it, or another client of the tenant. */
  readonly sender: "own" | "other";
  readonly number: number;
  readonly id: string;
  readonly createdAt: number;
  /** What the file in its arguments turned out to be; only for an INSTALL_CERTIFICATE. */
  readonly opened: OpenedPkcs12 | undefined;
  readonly statuses: CommandStatus[];
  readonly counts: Map<CommandState, number>;
  /** How often its state was read. */
  reads: number;
  /** Answers of devices that are kept back until the request was read as pending. */
  readonly heldAnswers: {
    readonly status: CommandStatus;
    readonly state: CommandState;
    readonly reason: string | null;
  }[];
}

/** One request on one device: Esper's status row. */
export interface CommandStatus {
  readonly request: CommandRequest;
  readonly device: Device;
  readonly place: number;
  /** Made when the row is first shown. */
  id: string | undefined;
  state: CommandState;
  reason: string | null;
  updatedAt: number;
  /** Events that were planned in an earlier turn are void. */
  turn: number;
  /** How long the device takes for it. */
  workMs: number;
  /** End of the slot of its schedule that is open now. */
  slotEndsAt: number | undefined;
}
