// Which device has which certificate, by the ledger of the stored state and the names that Esper gave. Pure. A device is known
// by the hash of its id alone: one that nobody names is counted. Follows docs/device-certificates.md.

import { dueState, fileChangedState } from "../../../provider/lifecycle/facts/device-status";
import { dayText } from "../../../provider/lifecycle/facts/own/certificates-summary";
import { entryOf, hasLeft, holdsContent, type LedgerEntry } from "../../../provider/lifecycle/state/ledger/ledger";
import type { State } from "../../../provider/lifecycle/state/state";
import { exceptionGroups, type ExceptionGroup } from "../exceptions";

/** By the ids of devices. */
export type DeviceNames = ReadonlyMap<string, string>;

/**
 * `installed`; `waiting`: installed, and the device is to be sent another one, in a later wave or run; `left`: installed, and the
 * device is no longer in the target. With the others it was sent, and the device has not confirmed it: `sent`, or what is the
 * matter with it among the exceptions.
 */
export type DeviceStanding = "installed" | "sent" | "waiting" | "left" | ExceptionGroup["is"];

export interface ListedDevice {
  /** Esper's id. */
  readonly device: string;
  readonly name: string;
  readonly is: DeviceStanding;
  /** Of what it was sent last: the first 12 hex digits of the content's digest, which `inspect` prints of a file. */
  readonly digest: string;
  /** Of the same, `YYYY-MM-DD`. */
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
    exceptionGroups(exceptions).flatMap((group) => group.devices.map(({ device }) => [device, group] as const)),
  );
  const devices = [...known].flatMap(([device, name]): readonly ListedDevice[] => {
    const entry = entryOf(own.ledger, device);
    if (!holdsContent(entry)) return [];
    const { digest, endDay, serial } = entry;
    const is = standingOf(entry, standings.get(device));
    return [
      { device, name, is, digest, notAfter: dayText(endDay), ...(serial !== undefined && { serialNumber: serial }) },
    ];
  });
  const all = [...own.ledger.values()].filter(holdsContent).length;
  const byName = devices.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  return { devices: byName, unnamed: Math.max(0, all - devices.length) };
}

function standingOf(entry: LedgerEntry, exception: ExceptionGroup | undefined): DeviceStanding {
  if (hasLeft(entry)) return "left";
  if (entry.openRequest !== undefined) return exception?.is ?? "sent";
  // Whoever has confirmed what it was sent holds it, until somebody takes it away, whatever it is to get next.
  if (exception === undefined) return entry.isBehind ? "waiting" : "installed";
  return [fileChangedState, dueState].includes(exception.state) ? "waiting" : exception.is;
}

const words: Readonly<Record<DeviceStanding, string>> = {
  installed: "installed",
  waiting: "waits for another; has one that",
  left: "left the target; has one that",
  sent: "not confirmed; was sent one that",
  failed: "failed; was sent one that",
  missing: "missing; was sent one that",
  pending: "pending; was sent one that",
};

/** For example `installed, ends on 2027-02-08, digest abcdefabcdef` or `failed; was sent one that ends on …`. */
export function listedDeviceWords({ is, digest, notAfter, serialNumber }: ListedDevice): string {
  const serial = serialNumber === undefined ? "" : `, serial number ${serialNumber}`;
  return `${words[is]}${is === "installed" ? "," : ""} ends on ${notAfter}, digest ${digest}${serial}`;
}

/** Empty where all have names. */
export function unnamedWords({ unnamed, devices }: ListedDevices): string {
  if (unnamed === 0) return "";
  const which = devices.length === 0 ? "" : " more";
  return unnamed === 1
    ? `1${which} device whose name is not known`
    : `${unnamed}${which} devices whose names are not known`;
}
