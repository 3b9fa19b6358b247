// Who belongs to a target now: asks the client for devices and sorts them into members and others.
// Facts only; what to do about them is plan.ts's business.

import { createHash } from "node:crypto";
import type { Client, Device, DeviceList, DeviceType } from "../../../client/index";
import { UnknownTargetError } from "../../errors";
import { devicesOf, groupsOf, type Target } from "../../arguments/target";

/** Android 9 is the first version whose devices take certificates from Esper (Esper, "Command API Examples"). */
const oldestAndroid = 9;

/** Esper's `state` of a device that was removed in the console; it stays listed (docs/background/esper-api.md, 5c). */
const disabledState = 20;

export interface Fleet {
  /** Devices that can hold a certificate, by id. */
  readonly members: ReadonlyMap<string, Device>;
  /** A digest of their ids: two fleets with the same one have the same members. */
  readonly digest: string;
  /** Devices of the target that cannot, by their ids: another platform, Android before 9, or removed in Esper. */
  readonly others: ReadonlySet<string>;
  /** How many those are. */
  readonly unsupported: number;
  /** Whether the lists have as many devices as Esper counts. While not, no device counts as having left. */
  readonly addsUp: boolean;
  /** Those of them that were removed in Esper, which still lists them. */
  readonly disabled: number;
  /** Ids named in the program that Esper does not know. */
  readonly unknownDevices: readonly string[];
  readonly unknownGroups: readonly string[];
}

export async function readFleet(client: Client, target: Target, maxAgeMs: number): Promise<Fleet> {
  const groups = groupsOf(target);
  const named = devicesOf(target);
  const [inGroups, single] = await Promise.all([
    groups.length > 0 ? devicesInGroups(client, groups, maxAgeMs) : { list: noDevices, unknownGroups: [] },
    named.length > 0 ? client.devicesById(named, maxAgeMs) : new Map<string, Device>(),
  ]);
  return {
    ...sortedOut(single.size === 0 ? inGroups.list.byId : new Map([...inGroups.list.byId, ...single])),
    addsUp: inGroups.list.addsUp,
    unknownDevices: named.filter((id) => !single.has(id)),
    unknownGroups: inGroups.unknownGroups,
  };
}

/** The ids of a target's members; of none there are none. */
export async function memberIds(
  client: Client,
  target: Target | undefined,
  maxAgeMs: number,
): Promise<ReadonlySet<string>> {
  return new Set(target === undefined ? [] : (await readFleet(client, target, maxAgeMs)).members.keys());
}

const noDevices: DeviceList = { byId: new Map(), addsUp: true };

type Sorted = Pick<Fleet, "members" | "digest" | "others" | "unsupported" | "disabled">;

// The client gives the same list to all who ask within its age: the preview, the run, and every resource on the same group.
const sortedLists = new WeakMap<ReadonlyMap<string, Device>, Sorted>();

function sortedOut(devices: ReadonlyMap<string, Device>): Sorted {
  const known = sortedLists.get(devices);
  if (known !== undefined) return known;
  const others = new Set<string>();
  const disabled = new Set<string>();
  for (const [id, device] of devices) {
    if (!canHoldCertificates(device)) others.add(id);
    if (isDisabled(device)) disabled.add(id);
  }
  // A million members need not be kept twice.
  const members = others.size === 0 ? devices : new Map([...devices].filter(([id]) => !others.has(id)));
  const sorted = { members, digest: digestOf(members), others, unsupported: others.size, disabled: disabled.size };
  sortedLists.set(devices, sorted);
  return sorted;
}

const idsAPart = 10_000;

function digestOf(members: Fleet["members"]): string {
  const hash = createHash("sha256");
  const ids = [...members.keys()].sort();
  // In parts: the ids of a million members as one text would take more room than all else here.
  for (let at = 0; at < ids.length; at += idsAPart) {
    hash.update(`${at === 0 ? "" : "\n"}${ids.slice(at, at + idsAPart).join("\n")}`);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The same target with these members. */
export function fleetOf(fleet: Fleet, members: Fleet["members"]): Fleet {
  return { ...fleet, members, digest: digestOf(members) };
}

// A list of devices does not tell an empty group from one that does not exist, so only then the groups are asked for.
async function devicesInGroups(
  client: Client,
  groups: readonly string[],
  maxAgeMs: number,
): Promise<{ list: DeviceList; unknownGroups: readonly string[] }> {
  const list = await client.devices({ groups }, maxAgeMs);
  const direct = new Set<string | undefined>();
  for (const { groupId } of list.byId.values()) direct.add(groupId);
  const silent = groups.filter((id) => !direct.has(id));
  // One group whose devices all sit in sub-groups has an answer already; of several, each silent one is in question.
  const inQuestion = groups.length === 1 && list.byId.size > 0 ? [] : silent;
  const found = await Promise.all(inQuestion.map((id) => client.group(id, maxAgeMs)));
  return { list, unknownGroups: inQuestion.filter((_, index) => found[index] === undefined) };
}

/** Of devices by their ids those that can hold a certificate: the others are never sent anything. */
export async function supportedById(
  client: Client,
  ids: readonly string[],
  maxAgeMs: number,
): Promise<ReadonlyMap<string, Device>> {
  if (ids.length === 0) return new Map();
  const found = await client.devicesById(ids, maxAgeMs);
  return new Map([...found].filter(([, device]) => canHoldCertificates(device)));
}

function isDisabled({ state }: Device): boolean {
  return state === disabledState;
}

function canHoldCertificates(device: Device): boolean {
  if (isDisabled(device)) return false;
  if (device.platform !== "" && device.platform.toUpperCase() !== "ANDROID") return false;
  const major = Number.parseInt(device.osVersion, 10);
  return Number.isNaN(major) || major >= oldestAndroid;
}

/** `deviceType` narrows the members to those online, or offline, when something is sent. */
export function narrowed(fleet: Fleet, deviceType: DeviceType): Fleet {
  if (deviceType === "all") return fleet;
  const isAddressed = (device: Device): boolean => device.online === (deviceType === "active");
  return { ...fleet, members: new Map([...fleet.members].filter(([, device]) => isAddressed(device))) };
}

/** Whether Esper does not know any of the target's ids. */
export function isGone(target: Target, { unknownGroups, unknownDevices }: Fleet): boolean {
  return (
    unknownGroups.length === groupsOf(target).length &&
    unknownDevices.length === devicesOf(target).length &&
    unknownGroups.length + unknownDevices.length > 0
  );
}

/** The same target where no device is to have the certificate. */
export function nobodyOf(fleet: Fleet): Fleet {
  return { ...fleet, members: new Map(), addsUp: true };
}

export function refuseUnknown(fleet: Fleet, isNew: (id: string) => boolean): void {
  const groups = fleet.unknownGroups.filter(isNew);
  const devices = fleet.unknownDevices.filter(isNew);
  if (groups.length + devices.length > 0) throw new UnknownTargetError(groups, devices);
}
