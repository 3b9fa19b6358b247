// What fleet there is: the description that a test or the command line gives, and the one made when none is given.
// Pure: it makes plain descriptions of groups and devices; the tenant turns them into things.

import type { Chance } from "./random";

/** One device; everything that is left out is made up from the seed. */
export interface DeviceSpec {
  /** UUID. */
  readonly id?: string;
  /** Esper's generated name. */
  readonly name?: string;
  /** The name that people gave it, for example "till-0042"; null when they gave none. */
  readonly alias?: string | null;
  /** The serial number. */
  readonly serial?: string;
  /** Default: by `offlineShare`. */
  readonly online?: boolean;
  /** For example "13". Certificates need Android 9 or later. */
  readonly osVersion?: string;
  /** Default ANDROID. Other platforms never get a certificate command (docs/background/esper-api.md, 2a). */
  readonly platform?: "ANDROID" | "APPLE" | "LINUX";
  /** Ids of tags. */
  readonly tags?: readonly string[];
  /** The device's own time zone, for schedules with `time_type: "device"`. Default 0. */
  readonly utcOffsetMinutes?: number;
}

/** One group. */
export interface GroupSpec {
  /** UUID; default: made from the seed. */
  readonly id?: string;
  /** Without the groups above it. */
  readonly name: string;
  /** Name or id of a group that stands earlier in the list. Default: the root, "All devices". */
  readonly parent?: string;
  /** How many devices are directly in it, or which. Default 0. */
  readonly devices?: number | readonly DeviceSpec[];
}

/** A fleet of one's own. */
export interface Fleet {
  /** Parents before their children. */
  readonly groups: readonly GroupSpec[];
}

export const rootGroupName = "All devices";

/** A small tree of shops and warehouses, with two devices of a hundred in the parents themselves. */
export function defaultFleet(devices: number): Fleet {
  const inParents = Math.floor(devices / 100);
  const leaves = [
    { name: "Berlin", parent: "Shops" },
    { name: "Hamburg", parent: "Shops" },
    { name: "North", parent: "Warehouses" },
    { name: "South", parent: "Warehouses" },
    { name: "Offices" },
  ];
  const left = devices - 2 * inParents;
  const share = Math.floor(left / leaves.length);
  return {
    groups: [
      { name: "Shops", devices: inParents },
      { name: "Warehouses", devices: inParents },
      ...leaves.map((leaf, place) => ({ ...leaf, devices: share + (place < left % leaves.length ? 1 : 0) })),
    ],
  };
}

export interface FleetHabits {
  readonly chance: Chance;
  /** From 0 to 1. */
  readonly offlineShare: number;
  readonly osVersions: readonly string[];
}

export type CompleteDeviceSpec = Required<DeviceSpec>;

/** Fills in what a description leaves open; `number` is the device's number in the tenant. */
export function completeDevice(spec: DeviceSpec, number: number, habits: FleetHabits): CompleteDeviceSpec {
  const versions = habits.osVersions;
  const version = versions[Math.floor(habits.chance.fraction(number, 1) * versions.length)] ?? "13";
  const digits = String(number).padStart(4, "0");
  return {
    id: spec.id ?? habits.chance.uuid(`device/${number}`),
    name: spec.name ?? `SIM-TILL-${digits}`,
    alias: spec.alias === undefined ? `till-${digits}` : spec.alias,
    serial: spec.serial ?? `SN${String(number).padStart(8, "0")}`,
    online: spec.online ?? habits.chance.fraction(number, 2) >= habits.offlineShare,
    osVersion: spec.osVersion ?? version,
    platform: spec.platform ?? "ANDROID",
    tags: spec.tags ?? [],
    utcOffsetMinutes: spec.utcOffsetMinutes ?? 0,
  };
}
