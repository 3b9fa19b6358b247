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
    const parts = [
      ...(groups.length > 0 ? [`${groups.length === 1 ? "group" : "groups"} ${someOf(groups)}`] : []),
      ...(devices.length > 0 ? [`${devices.length === 1 ? "device" : "devices"} ${someOf(devices)}`] : []),
    ];
    super(
      `Esper does not know the ${parts.join(" and the ")}. Check the ids in \`target\` ` +
        "(esper.getGroup and esper.getDevices find them by name), and that the API key may see them.",
    );
  }
}

/** The certificate is still on some devices; the resource stays in the state. */
export class RemovalError extends Error {
  override readonly name = "RemovalError";
}
