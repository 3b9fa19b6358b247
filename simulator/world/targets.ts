// Which devices a command is for, at the moment of sending: sub-groups are included (docs/design.md, section 1;
// docs/background/esper-api.md, 5d, INF). Pure: it reads the tenant and changes nothing.

import type { CommandOrder, Device } from "./model";
import type { Tenant } from "./tenant";

export function isCertificateCommand(command: string): boolean {
  return command === "INSTALL_CERTIFICATE" || command === "UNINSTALL_CERTIFICATE";
}

/** Ids that the tenant does not know are passed over without a word, unless somebody asks for them by `unknownTarget`. */
export function targetsOf(tenant: Tenant, order: CommandOrder, isTypeIgnored: boolean): ReadonlySet<Device> {
  const targets = new Set<Device>();
  const isForAll = isTypeIgnored || order.deviceType === "all";
  const isForAndroid = isCertificateCommand(order.command);
  const add = (device: Device | undefined): void => {
    if (device === undefined || (isForAndroid && device.platform !== "ANDROID")) return;
    if (isForAll || device.online === (order.deviceType === "active")) targets.add(device);
  };
  if (order.commandType !== "GROUP") for (const id of order.devices ?? []) add(tenant.device(id));
  if (order.commandType !== "DEVICE") {
    for (const id of order.groups ?? []) {
      const group = tenant.group(id);
      if (group !== undefined) tenant.members(group).forEach(add);
    }
  }
  return targets;
}

/** The kind of the first id that the tenant does not have. */
export function unknownTarget(tenant: Tenant, order: CommandOrder): "device" | "group" | undefined {
  const isIn = { devices: order.commandType !== "GROUP", groups: order.commandType !== "DEVICE" };
  if (isIn.devices && order.devices?.some((id) => tenant.device(id) === undefined) === true) return "device";
  if (isIn.groups && order.groups?.some((id) => tenant.group(id) === undefined) === true) return "group";
  return undefined;
}
