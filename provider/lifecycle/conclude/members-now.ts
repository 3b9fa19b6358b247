// What both ends of a look at devices put into a state: that of a run (next-state.ts) and that of a refresh (refreshed-state.ts).
// Pure.

import { coverageOf, exceptionsOf, isOwnedByOther, wasSent, type DeviceStatus } from "../facts/device-status";
import type { Fleet } from "../facts/members/fleet";
import { sketchOf } from "../state/members/membership-sketch";
import type { State, StateRecord } from "../state/state";
import { countThat } from "../state/members/count-that";

export interface MembersNow {
  readonly outputs: Pick<State, "coverage" | "exceptions" | "exceptionsOmitted">;
  readonly record: Pick<StateRecord, "membersDigest" | "sentTo" | "ownedByOthers">;
}

export function membersNow(statuses: readonly DeviceStatus[], { unsupported, digest }: Fleet): MembersNow {
  const { exceptions, omitted } = exceptionsOf(statuses);
  const ownedByOthers = countThat(statuses, isOwnedByOther);
  return {
    outputs: { coverage: coverageOf(statuses, unsupported), exceptions, exceptionsOmitted: omitted },
    record: {
      membersDigest: digest,
      sentTo: sketchOf({ size: countThat(statuses, wasSent), keys: () => idsSent(statuses) }),
      ...(ownedByOthers > 0 && { ownedByOthers }),
    },
  };
}

function* idsSent(statuses: readonly DeviceStatus[]): Generator<string, undefined> {
  for (const status of statuses) if (wasSent(status)) yield status.device.id;
  return undefined;
}
