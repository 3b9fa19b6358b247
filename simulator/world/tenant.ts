// The tenant's groups and devices: who is where, and how many are under a group, kept as things change.
// It knows nothing of commands, time or HTTP. Sub-groups belong to their parents.
// Group rules: docs/background/esper-api.md, 5d.

import type { CompleteDeviceSpec } from "./fleet";
import type { Device, Group } from "./model";

export class Tenant {
  /** Grows with every change of a device or group; a list that was made at the same version is still right. */
  version = 0;
  /** Grows when a device or a group comes, goes or moves. */
  placesVersion = 0;
  private readonly groupsById = new Map<string, Group>();
  private readonly devicesById = new Map<string, Device>();
  private readonly memberLists = new Map<Group, readonly Device[]>();
  private memberListsVersion = 0;
  private joined = 0;

  /** The number that the next device will get. */
  get nextNumber(): number {
    return this.joined + 1;
  }

  get groups(): readonly Group[] {
    return [...this.groupsById.values()];
  }

  get devices(): readonly Device[] {
    return [...this.devicesById.values()];
  }

  device(id: string): Device | undefined {
    return this.devicesById.get(id);
  }

  group(id: string): Group | undefined {
    return this.groupsById.get(id);
  }

  addGroup(id: string, name: string, parent: Group | undefined, createdAt: number): Group {
    if (this.groupsById.has(id)) throw new Error(`Two groups of the simulated fleet have the id ${id}.`);
    const path = parent === undefined ? name : `${parent.path}/${name}`;
    const group = {
      id,
      name,
      parent,
      path,
      createdAt,
      children: new Set<Group>(),
      devices: new Set<Device>(),
      deviceCount: 0,
    };
    this.groupsById.set(id, group);
    parent?.children.add(group);
    this.changed();
    return group;
  }

  /** Takes a group away; its sub-groups and devices move up to its parent. */
  removeGroup(group: Group): void {
    const { parent } = group;
    if (parent === undefined) throw new Error("The root group cannot be removed.");
    for (const child of group.children) {
      child.parent = parent;
      parent.children.add(child);
    }
    for (const device of group.devices) {
      device.group = parent;
      parent.devices.add(device);
    }
    parent.children.delete(group);
    this.groupsById.delete(group.id);
    this.writePaths(parent);
    this.changed();
  }

  addDevice(spec: CompleteDeviceSpec, group: Group, at: number): Device {
    if (this.devicesById.has(spec.id)) throw new Error(`Two devices of the simulated fleet have the id ${spec.id}.`);
    this.joined += 1;
    const { id, name, alias, serial, online, osVersion, platform, tags, utcOffsetMinutes } = spec;
    // One by one: to spread the description costs more than all the rest, and a fleet may be of a million.
    const device: Device = {
      id,
      name,
      alias,
      serial,
      online,
      osVersion,
      platform,
      tags,
      utcOffsetMinutes,
      number: this.joined,
      createdAt: at,
      lastSeenAt: at,
      specialState: undefined,
      group,
      keystore: new Map(),
      queue: [],
      active: undefined,
      history: [],
      trouble: {},
    };
    this.devicesById.set(device.id, device);
    this.enter(device, group);
    return device;
  }

  removeDevice(device: Device): void {
    this.exit(device);
    this.devicesById.delete(device.id);
  }

  move(device: Device, group: Group): void {
    this.exit(device);
    this.enter(device, group);
  }

  /** The devices of a group and of its sub-groups. The list is kept until somebody joins, leaves or moves. */
  members(group: Group): readonly Device[] {
    if (this.memberListsVersion !== this.placesVersion) {
      this.memberLists.clear();
      this.memberListsVersion = this.placesVersion;
    }
    const known = this.memberLists.get(group);
    if (known !== undefined) return known;
    const list = [...group.devices];
    for (const child of group.children) for (const device of this.members(child)) list.push(device);
    this.memberLists.set(group, list);
    return list;
  }

  private enter(device: Device, group: Group): void {
    device.group = group;
    group.devices.add(device);
    this.count(group, 1);
  }

  private exit(device: Device): void {
    device.group.devices.delete(device);
    this.count(device.group, -1);
  }

  private count(group: Group, change: 1 | -1): void {
    for (let above: Group | undefined = group; above !== undefined; above = above.parent) above.deviceCount += change;
    this.changed();
  }

  private writePaths(above: Group): void {
    for (const child of above.children) {
      child.path = `${above.path}/${child.name}`;
      this.writePaths(child);
    }
  }

  private changed(): void {
    this.version += 1;
    this.placesVersion += 1;
  }
}
