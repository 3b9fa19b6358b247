// What tests do to the world from within the process: look at devices, take them offline, let them join, leave and fail.
// The same is there by HTTP (control-routes.ts). Everything is brought up to now() before it is looked at.

import type { LoggedCommand } from "../world/command-log";
import type { DeviceSpec } from "../world/fleet";
import type { Device, Group, KeystoreEntry } from "../world/model";
import type { World } from "../world/world";
import type { OtherCommand } from "./other-client";
import { otherOrder } from "./other-client";
import type { DeviceView, GroupView } from "./views";
import { deviceView, groupView } from "./views";

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
  /** Takes a group away; its sub-groups and devices move to its parent. */
  removeGroup(group: string): void;
  /** Empties the device's keystore; its queue stays. */
  wipe(device: string): void;
  /** The device was reset and enrolled again: the same id, a newer `created_at`, an empty keystore; its queue stays. */
  enrollAgain(device: string): void;
  /**
   * Shows the device in a state that is neither online (1) nor offline (60), and no command reaches it: 20 disabled
   * (removed in the console, yet listed), 30 to 50 and 110 to 190 provisioning, 70 wipe in progress. `setOnline` ends it.
   */
  setState(device: string, state: number): void;
  /** Another Android version from now on. */
  setOsVersion(device: string, osVersion: string): void;
  /** A certificate command of another client of the tenant; the request's id is returned. */
  sendAsOther(command: OtherCommand): Promise<string>;
  /** Every command fails with this reason; undefined ends that. */
  failWith(device: string, reason: string | undefined): void;
  /** The next so many commands fail. */
  flaky(device: string, times: number, reason?: string): void;
  /**
   * The next command times out, and succeeds so much later; without a time it never does. Later commands wait for that, or
   * where the device `goesOn` are done before it.
   */
  timeOutThenSucceed(device: string, afterMs?: number, goesOn?: boolean): void;
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
    enrollAgain: (id) => {
      world.enrollAgain(findDevice(id));
    },
    setState: (id, state) => {
      world.setSpecialState(findDevice(id), state);
    },
    setOsVersion: (id, osVersion) => {
      findDevice(id).osVersion = osVersion;
      tenant.version += 1;
    },
    sendAsOther: async (command) => {
      for (const id of command.devices ?? []) findDevice(id);
      const groups = (command.groups ?? []).map((group) => findGroup(group).id);
      const { order, ...how } = otherOrder(command, groups, world.requests.all.length + 1);
      return (await world.accept(order, { ...how, sender: "other" })).id;
    },
    failWith: (id, reason) => {
      const { trouble } = findDevice(id);
      if (reason === undefined) delete trouble.failWith;
      else trouble.failWith = reason;
    },
    flaky: (id, times, reason = "The device was busy") => {
      findDevice(id).trouble.flaky = { timesLeft: times, reason };
    },
    timeOutThenSucceed: (id, afterMs, goesOn = false) => {
      findDevice(id).trouble.timeOut = afterMs === undefined ? {} : { lateSuccessMs: afterMs, goesOn };
    },
  };
}
