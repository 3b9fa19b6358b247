// Which file belongs to which member, and to nobody. A value of Esper's is never a path: it is looked up among the names that
// were found. Pure. Follows docs/design.md, section 12.

import type { Device } from "../../../client/index";
import type { DeviceMark } from "../../arguments/devices/device-source";
import { isNameOfFile, type DeviceFile, type FileList } from "../../content/files/file-list";

export interface MatchedFiles {
  readonly byDevice: ReadonlyMap<string, DeviceFile>;
  /** Why a member has none. */
  readonly without: ReadonlyMap<string, string>;
  readonly unused: readonly DeviceFile[];
  /** Members that share a file, by its name. */
  readonly shared: ReadonlyMap<string, readonly Device[]>;
}

export function matchFiles({ mark, files, nameFor }: FileList, members: Iterable<Device>): MatchedFiles {
  const byDevice = new Map<string, DeviceFile>();
  const without = new Map<string, string>();
  const users = new Map<DeviceFile, Device[]>();
  for (const device of members) {
    const value = valueOf(device, mark);
    const file = value === undefined ? undefined : files.get(value);
    if (value === undefined) without.set(device.id, `Esper knows no ${words[mark]} of this device`);
    else if (!isNameOfFile(value)) without.set(device.id, `its ${words[mark]} cannot be the name of a file`);
    else if (file === undefined) without.set(device.id, `there is no ${nameFor(value)}`);
    else {
      byDevice.set(device.id, file);
      users.set(file, [...(users.get(file) ?? []), device]);
    }
  }
  return {
    ...{ byDevice, without },
    unused: [...files.values()].filter((file) => !users.has(file)),
    shared: new Map(
      [...users].filter(([, devices]) => devices.length > 1).map(([{ name }, devices]) => [name, devices]),
    ),
  };
}

const words: Readonly<Record<DeviceMark, string>> = { serial: "serial number", id: "id", name: "name", imei: "IMEI" };

function valueOf(device: Device, mark: DeviceMark): string | undefined {
  return device[mark];
}
