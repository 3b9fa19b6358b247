// What tests do to the world from within the process: look at devices, take them offline, let them join, leave and fail.
// The same is there by HTTP (control-routes.ts). Everything is brought up to now() before it is looked at.

import type { DeviceSpec } from "../world/fleet";
import type { CommandState } from "../world/states";
import type { Device, Group, KeystoreEntry, Trouble } from "../world/model";
import type { LoggedCommand, World } from "../world/world";

/** A group as it is now; a copy. */
export interface GroupView {
  /** UUID. */
  readonly id: string;
  /** Without the groups above it. */
  readonly name: string;
  /** For example "All devices/Shops/Berlin". */
  readonly path: string;
  /** With sub-groups. */
  readonly deviceCount: number;
}

/** A command that a device was sent, and what became of it as Esper shows it. */
export interface DeviceCommand {
  /** The request it came with. */
  readonly requestId: string;
  /** For example `INSTALL_CERTIFICATE`. */
  readonly command: string;
  /** The alias that a certificate command names. */
  readonly certificateAlias: string | null;
  /** As Esper spells it. */
  readonly state: CommandState;
  /** The device's words, when it failed. */
  readonly reason: string | null;
}

/** A device as it is now; a copy. */
export interface DeviceView {
  /** UUID. */
  readonly id: string;
  /** Esper's generated name. */
  readonly name: string;
  /** The name that people gave it; null when they gave none. */
  readonly alias: string | null;
  /** The serial number. */
  readonly serial: string;
  /** `ANDROID`, `APPLE` or `LINUX`. */
  readonly platform: string;
  /** For example "13". */
  readonly osVersion: string;
  /** Ids of tags. */
  readonly tags: readonly string[];
  /** Whether commands reach it now. */
  readonly online: boolean;
  /** The group that it is in itself. */
  readonly groupId: string;
  /** By alias: what is installed. */
  readonly keystore: ReadonlyMap<string, KeystoreEntry>;
  /** Every command, oldest first. */
  readonly commands: readonly DeviceCommand[];
  /** How many of them wait in its queue, the active one included. */
  readonly waiting: number;
  /** What is in store for it: failures, a time-out. */
  readonly trouble: Readonly<Trouble>;
}

/** Devices are named by id; groups by id, path, or name where it is the only one. Unknown ones throw. */
export interface WorldControls {
  /** Simulated time, in milliseconds since 1970. */
  now(): number;
  /** Puts simulated time forward. */
  advance(ms: number): void;
  /** Every command that was accepted, oldest first. */
  readonly commandLog: readonly LoggedCommand[];
  /** All groups, parents before their children. */
  groups(): readonly GroupView[];
  /** One group. */
  group(group: string): GroupView;
  /** One device. */
  device(device: string): DeviceView;
  /** All devices, or those of a group and its sub-groups. */
  devices(group?: string): readonly DeviceView[];
  /** What is installed on a device, by alias. */
  keystore(device: string): ReadonlyMap<string, KeystoreEntry>;
  /** Takes a device offline, or back; what waited for it comes then. */
  setOnline(device: string, online: boolean): void;
  /** A new device; its id is returned. */
  join(group: string, spec?: DeviceSpec): string;
  /** The device leaves the tenant. */
  leave(device: string): void;
  /** Puts a device into another group. */
  move(device: string, group: string): void;
  /** A new group, under the root when no parent is named; its id is returned. */
  addGroup(name: string, parent?: string): string;
  /** Takes a group and its sub-groups away; their devices move to its parent. */
  removeGroup(group: string): void;
  /** Empties the device's keystore; its queue stays. */
  wipe(device: string): void;
  /** Every command fails with this reason; undefined ends that. */
  failWith(device: string, reason: string | undefined): void;
  /** The next so many commands fail. */
  flaky(device: string, times: number, reason?: string): void;
  /** The next command times out, and succeeds so much later; without a time it never does. */
  timeOutThenSucceed(device: string, afterMs?: number): void;
}

function groupView({ id, name, path, deviceCount }: Group): GroupView {
  return { id, name, path, deviceCount };
}

function deviceView(device: Device): DeviceView {
  return {
    id: device.id,
    name: device.name,
    alias: device.alias,
    serial: device.serial,
    platform: device.platform,
    osVersion: device.osVersion,
    tags: device.tags,
    online: device.online,
    groupId: device.group.id,
    keystore: new Map(device.keystore),
    commands: device.history.map(({ request, state, reason }) => {
      const alias = request.commandArgs?.["cert_alias_name"];
      const certificateAlias = typeof alias === "string" ? alias : null;
      return { requestId: request.id, command: request.command, certificateAlias, state, reason };
    }),
    waiting: device.queue.length,
    trouble: structuredClone(device.trouble),
  };
}

export function worldControls(world: World, advance: (ms: number) => void, nextId: () => string): WorldControls {
  const { tenant } = world;
  const findDevice = (id: string): Device => {
    world.catchUp();
    const device = tenant.device(id);
    if (device === undefined) throw new Error(`The simulated tenant has no device ${id}.`);
    return device;
  };
  const findGroup = (wanted: string): Group => {
    world.catchUp();
    const byId = tenant.group(wanted);
    if (byId !== undefined) return byId;
    const [found, another] = tenant.groups.filter(({ name, path }) => name === wanted || path === wanted);
    if (found === undefined) throw new Error(`The simulated tenant has no group "${wanted}".`);
    if (another !== undefined) throw new Error(`Several simulated groups are called "${wanted}"; give the path.`);
    return found;
  };
  return {
    now: () => world.now(),
    advance,
    commandLog: world.commandLog,
    groups: () => tenant.groups.map(groupView),
    group: (group) => groupView(findGroup(group)),
    device: (id) => deviceView(findDevice(id)),
    devices: (group) => {
      const list = group === undefined ? tenant.devices : tenant.members(findGroup(group));
      world.catchUp();
      return list.map(deviceView);
    },
    keystore: (id) => new Map(findDevice(id).keystore),
    setOnline: (id, online) => {
      world.setOnline(findDevice(id), online);
    },
    join: (group, spec = {}) => world.join(findGroup(group), spec).id,
    leave: (id) => {
      world.leave(findDevice(id));
    },
    move: (id, group) => {
      tenant.move(findDevice(id), findGroup(group));
    },
    addGroup: (name, parent) =>
      tenant.addGroup(nextId(), name, parent === undefined ? world.root : findGroup(parent), world.now()).id,
    removeGroup: (group) => {
      tenant.removeGroup(findGroup(group));
    },
    wipe: (id) => {
      findDevice(id).keystore.clear();
    },
    failWith: (id, reason) => {
      const { trouble } = findDevice(id);
      if (reason === undefined) delete trouble.failWith;
      else trouble.failWith = reason;
    },
    flaky: (id, times, reason = "The device was busy") => {
      findDevice(id).trouble.flaky = { timesLeft: times, reason };
    },
    timeOutThenSucceed: (id, afterMs) => {
      findDevice(id).trouble.timeOut = afterMs === undefined ? {} : { lateSuccessMs: afterMs };
    },
  };
}
