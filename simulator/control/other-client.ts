// Commands that another client of the same tenant sends: a console, a script, another stack. Esper shows them in its
// lists as it shows one's own. A content without a file is made up: it has a digest of its own and opens as it is.

import { hash } from "node:crypto";
import type { OpenedPkcs12 } from "../devices/open-pkcs12";
import type { CommandOrder } from "../world/model";

/** A certificate command of another client. */
export interface OtherCommand {
  /** Default `INSTALL_CERTIFICATE`. */
  readonly command?: "INSTALL_CERTIFICATE" | "UNINSTALL_CERTIFICATE";
  /** The certificate's alias. */
  readonly alias: string;
  /** Ids of devices. */
  readonly devices?: readonly string[];
  /** Groups, by id, path or name. */
  readonly groups?: readonly string[];
  /** Esper's free label of the request; default none. */
  readonly label?: string | null;
  /** By which of the two APIs; default `request`. V2 has no labels. */
  readonly endpoint?: "request" | "v2";
  /** The PKCS#12 file in base64; default a made-up content that every device takes. */
  readonly file?: string;
  /** Of the file. */
  readonly password?: string;
}

/** `groups` are ids here, and `number` tells made-up contents apart. */
export function otherOrder(
  wanted: OtherCommand,
  groups: readonly string[],
  number: number,
): { readonly order: CommandOrder; readonly opened?: OpenedPkcs12 } {
  const { command = "INSTALL_CERTIFICATE", alias, devices = [], endpoint = "request", file, password } = wanted;
  if (devices.length + groups.length === 0) throw new Error("A command needs devices or groups.");
  const madeUp = `content ${number} of another client`;
  const isInstall = command === "INSTALL_CERTIFICATE";
  const install = {
    cert_file_type: "pkcs12",
    cert_data_base64: file ?? Buffer.from(madeUp).toString("base64"),
    ...(password !== undefined && { cert_password: password }),
  };
  return {
    order: {
      endpoint,
      commandType: groups.length === 0 ? "DEVICE" : devices.length === 0 ? "GROUP" : "DYNAMIC",
      devices: devices.length === 0 ? null : devices,
      groups: groups.length === 0 ? null : groups,
      deviceType: "all",
      command,
      commandArgs: { ...(isInstall && install), cert_alias_name: alias, cert_storage_type: "system" },
      schedule: "IMMEDIATE",
      scheduleArgs: null,
      alias: endpoint === "v2" ? null : (wanted.label ?? null),
    },
    ...(isInstall && file === undefined && { opened: { ok: true, digest: hash("sha256", madeUp, "hex") } as const }),
  };
}
