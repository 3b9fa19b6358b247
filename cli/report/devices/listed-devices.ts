// Which device has which certificate, by the ledger of the stored state and the names that Esper gave. Pure. A device is known
// by the hash of its id alone: one that nobody names is counted. Follows docs/device-certificates.md.

import { deviceKey, hasLeft, holdsContent, type LedgerEntry } from "../../../provider/lifecycle/state/ledger/ledger";
import type { State } from "../../../provider/lifecycle/state/state";
import { exceptionGroups, type ExceptionGroup } from "../exceptions";

const dayMs = 24 * 3_600_000;

/** By the ids of devices. */
export type DeviceNames = ReadonlyMap<string, string>;

/**
 * `sent`: its device has not confirmed it; `waiting`: the device is to be sent another one, in a later wave or run; `left`: the
 * device is no longer in the target. The others are those of the exceptions.
 */
export type DeviceStanding = "installed" | "sent" | "waiting" | "left" | ExceptionGroup["is"];

export interface ListedDevice {
  /** Esper's id. */
  readonly device: string;
  readonly name: string;
  readonly is: DeviceStanding;
  /** The first 12 hex digits of the content's digest, which `inspect` prints of a file. */
  readonly digest: string;
  /** `YYYY-MM-DD`. */
  readonly notAfter: string;
  /** Where the state keeps it, which it does for `revoke`. */
  readonly serialNumber?: string;
}

export interface ListedDevices {
  /** By name. */
  readonly devices: readonly ListedDevice[];
  /** How many more hold a certificate whose names nobody told. */
  readonly unnamed: number;
}

/** Undefined where all devices have one certificate. */
export function listedDevices({ record: { own }, exceptions }: State, names: DeviceNames): ListedDevices | undefined {
  if (own === undefined) return undefined;
  const known = new Map([...exceptions.map(({ device, name }) => [device, name] as const), ...names]);
  const standings = new Map(
    exceptionGroups(exceptions).flatMap(({ is, devices }) => devices.map(({ device }) => [device, is] as const)),
  );
  const devices = [...known].flatMap(([device, name]): readonly ListedDevice[] => {
    const entry = own.ledger.get(deviceKey(device));
    if (!holdsContent(entry)) return [];
    const { digest, endDay, serial } = entry;
    const notAfter = new Date(endDay * dayMs).toISOString().slice(0, 10);
    const is = standings.get(device) ?? standingOf(entry);
    return [{ device, name, is, digest, notAfter, ...(serial !== undefined && { serialNumber: serial }) }];
  });
  const all = [...own.ledger.values()].filter(holdsContent).length;
  const byName = devices.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  return { devices: byName, unnamed: Math.max(0, all - devices.length) };
}

function standingOf(entry: LedgerEntry): DeviceStanding {
  if (hasLeft(entry)) return "left";
  if (entry.openRequest !== undefined) return "sent";
  return entry.isBehind || entry.isStale ? "waiting" : "installed";
}

const words: Readonly<Record<DeviceStanding, string>> = {
  installed: "installed",
  sent: "not confirmed",
  waiting: "installed, waits for another",
  left: "left the target",
  failed: "failed",
  missing: "missing",
  pending: "pending",
};

/** For example `installed, ends on 2027-02-08, digest abcdefabcdef`. */
export function listedDeviceWords({ is, digest, notAfter, serialNumber }: ListedDevice): string {
  const serial = serialNumber === undefined ? "" : `, serial number ${serialNumber}`;
  return `${words[is]}, ends on ${notAfter}, digest ${digest}${serial}`;
}

/** Empty where all have names. */
export function unnamedWords({ unnamed, devices }: ListedDevices): string {
  if (unnamed === 0) return "";
  const which = devices.length === 0 ? "" : " more";
  return unnamed === 1
    ? `1${which} device whose name is not known`
    : `${unnamed}${which} devices whose names are not known`;
}
