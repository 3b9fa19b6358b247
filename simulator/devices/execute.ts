// What a device does with a command when its turn has come, and what it answers.
// Decides first (a verdict on plain data), then changes the keystore. The reason texts are this simulator's own:
// Esper's are not published (docs/background/esper-api.md, 10.4), so nothing may rest on their wording.

import { wrongPasswordReason } from "./open-pkcs12";
import type { CommandRequest, Device } from "../world/model";
import { isCertificateCommand } from "../world/targets";

/** How long does an INSTALL_CERTIFICATE live? 30 days (docs/background/esper-api.md, 1a). */
const installLifeMs = 30 * 24 * 60 * 60 * 1000;

export type Verdict =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      readonly install?: { readonly alias: string; readonly digest: string; readonly subject?: string };
      readonly remove?: string;
    };

function failure(reason: string): Verdict {
  return { ok: false, reason };
}

function androidVersionOf(device: Device): number {
  return Number.parseInt(device.osVersion, 10);
}

export function verdictOn(request: CommandRequest, device: Device, now: number): Verdict {
  const { trouble } = device;
  if (trouble.failWith !== undefined) return failure(trouble.failWith);
  if (trouble.flaky !== undefined && trouble.flaky.timesLeft > 0) return failure(trouble.flaky.reason);
  if (!isCertificateCommand(request.command)) return { ok: true };
  if (androidVersionOf(device) < 9) return failure(`Certificates are not supported on Android ${device.osVersion}`);
  const args = request.commandArgs ?? {};
  const alias = args["cert_alias_name"];
  if (typeof alias !== "string" || alias === "") return failure("cert_alias_name is missing");
  if (args["cert_storage_type"] !== "system") return failure("Unsupported certificate storage type");
  // The alias of an absent certificate is no error (docs/background/esper-api.md, 1a).
  if (request.command === "UNINSTALL_CERTIFICATE") return { ok: true, remove: alias };
  return verdictOnInstall(request, device, alias, now);
}

function verdictOnInstall(request: CommandRequest, device: Device, alias: string, now: number): Verdict {
  if (now - request.createdAt > installLifeMs) return failure("Certificate not found");
  if (request.commandArgs?.["cert_file_type"] !== "pkcs12") return failure("Unsupported certificate file type");
  const { opened } = request;
  if (opened === undefined) return failure("cert_data_base64 is missing");
  if (!opened.ok) return failure(opened.reason);
  // Androids that cannot read a newer cipher say that the password is wrong
  // (docs/background/pkcs12-and-android.md, section 8).
  if (opened.readableOn?.(androidVersionOf(device)) === false) return failure(wrongPasswordReason);
  const { digest, subject } = opened;
  return { ok: true, install: { alias, digest, ...(subject !== undefined && { subject }) } };
}

/** Does what the verdict says to the device. */
export function execute(verdict: Verdict, device: Device, now: number): void {
  const { flaky } = device.trouble;
  if (flaky !== undefined && flaky.timesLeft > 0) flaky.timesLeft -= 1;
  device.lastSeenAt = now;
  if (!verdict.ok) return;
  if (verdict.remove !== undefined) device.keystore.delete(verdict.remove);
  if (verdict.install !== undefined) {
    const { alias, ...held } = verdict.install;
    device.keystore.set(alias, { ...held, installedAt: now });
  }
}
