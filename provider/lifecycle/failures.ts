// Failures of the lifecycle itself, with their sentences. What the API and the settings can do wrong stands in errors.ts.

import type { RawObject } from "./fields";
import { someOf } from "./report";

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

/**
 * Something was sent, and not everything ended well. The form is Pulumi's (its dynamic provider reads `id`, `properties` and
 * `reasons` off what is thrown): the resource stays in the state with what is known, and the next `up` goes on.
 * `properties` must hold `__provider` and no `undefined`, else the engine hangs (measured with CLI 3.250).
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";

  constructor(
    readonly id: string,
    readonly properties: RawObject,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
  }
}
