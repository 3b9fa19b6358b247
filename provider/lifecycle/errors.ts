// What can go wrong in the lifecycle, each failure with its fields as data. What Esper and the settings can do wrong stands in
// errors.ts, what a PKCS#12 file can have wrong in pkcs12/errors.ts.

import { someOf } from "./messages/words";

/** The source cannot be used; `path` is the argument at fault. */
export class SourceError extends Error {
  override readonly name = "SourceError";

  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** Stored outputs that this release cannot read; `message` says what to do. */
export class StateError extends Error {
  override readonly name = "StateError";
}

/** The program names groups or devices that Esper does not know. */
export class UnknownTargetError extends Error {
  override readonly name = "UnknownTargetError";

  constructor(groups: readonly string[], devices: readonly string[]) {
    super(
      `Esper does not know the ${namesOf(groups, devices)}. Check the ids in \`target\` ` +
        "(esper.getGroup and esper.getDevices find them by name), that ESPER_TENANT or ESPER_BASE_URL names their tenant, " +
        "and that the API key may see them.",
    );
  }
}

/** Neither an id of the target nor a command of the certificate is known here: it may be gone, or out of sight. */
export class UnseenTargetError extends Error {
  override readonly name = "UnseenTargetError";

  constructor(groups: readonly string[], devices: readonly string[], isOtherAddress: boolean) {
    const where = isOtherAddress ? "at this address, which is not that of the last run" : "with these settings";
    super(
      `Esper knows neither the ${namesOf(groups, devices)} nor any command of this certificate ${where}. ` +
        "Either this is another tenant, or the API key may not see the target: set ESPER_TENANT or ESPER_BASE_URL to the " +
        "tenant of the last run, and a key whose role reaches the target. Or the target was deleted in Esper: then " +
        "`pulumi state delete` forgets the certificate, and devices that have it keep it.",
    );
  }
}

/** An id by which nothing can be imported. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** The certificate is still on some devices; the resource stays in the state. */
export class RemovalError extends Error {
  override readonly name = "RemovalError";
}

function namesOf(groups: readonly string[], devices: readonly string[]): string {
  return [
    ...(groups.length > 0 ? [`${groups.length === 1 ? "group" : "groups"} ${someOf(groups)}`] : []),
    ...(devices.length > 0 ? [`${devices.length === 1 ? "device" : "devices"} ${someOf(devices)}`] : []),
  ].join(" and the ");
}
