// Groups and devices as tests see them: copies, so that nobody changes the world by them.

import { certificateAliasOf } from "../world/command-log";
import type { Device, Group, KeystoreEntry, Trouble } from "../world/model";
import type { CommandState } from "../world/states";

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
  /** Esper's number of a state that is neither online nor offline, such as 20 (disabled); null when it has none. */
  readonly specialState: number | null;
  /** When it was enrolled last: simulated time, in milliseconds since 1970. */
  readonly enrolledAt: number;
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

export function groupView({ id, name, path, deviceCount }: Group): GroupView {
  return { id, name, path, deviceCount };
}

export function deviceView(device: Device): DeviceView {
  return {
    id: device.id,
    name: device.name,
    alias: device.alias,
    serial: device.serial,
    platform: device.platform,
    osVersion: device.osVersion,
    tags: device.tags,
    online: device.online,
    specialState: device.specialState ?? null,
    enrolledAt: device.createdAt,
    groupId: device.group.id,
    keystore: new Map(device.keystore),
    commands: device.history.map(({ request, state, reason }) => {
      const { id: requestId, command } = request;
      return { requestId, command, certificateAlias: certificateAliasOf(request), state, reason };
    }),
    waiting: device.queue.length,
    trouble: structuredClone(device.trouble),
  };
}
