// From which devices a resource may take the alias: from those on which an INSTALL of its own is known and no newer one of
// another's, and which no certificate that stands in the program claims. Pure. Follows docs/design.md, section 3.

import type { Device } from "../../client/index";
import { count, someOf } from "../messages/words";

export interface RemovalInput {
  readonly alias: string;
  /** Devices that are not to have the certificate of this resource any more. */
  readonly candidates: ReadonlyMap<string, Device>;
  /** Whether an INSTALL of this resource is known on the device. */
  readonly isOwn: (deviceId: string) => boolean;
  /** Devices on which another sender's INSTALL is newer. */
  readonly ownedByOthers: ReadonlySet<string>;
  /** Members of other certificates of the program under the same alias, with the names of those. */
  readonly claimed: ReadonlyMap<string, string>;
}

export interface Removal {
  readonly devices: ReadonlyMap<string, Device>;
  /** What is left in place, and why. */
  readonly notes: readonly string[];
}

export function decideRemoval({ alias, candidates, isOwn, ownedByOthers, claimed }: RemovalInput): Removal {
  const devices = new Map<string, Device>();
  const kept = { claimed: new Set<string>(), claimedBy: new Set<string>(), others: 0 };
  for (const [id, device] of candidates) {
    const claimant = claimed.get(id);
    if (claimant !== undefined) {
      kept.claimed.add(id);
      kept.claimedBy.add(claimant);
    } else if (ownedByOthers.has(id)) kept.others += 1;
    else if (isOwn(id)) devices.set(id, device);
  }
  const names = `${someOf([...kept.claimedBy].sort())} in this program`;
  return {
    devices,
    notes: [
      ...(kept.claimed.size > 0 ? [keptSentence(kept.claimed.size, alias, names)] : []),
      ...(kept.others > 0 ? [keptSentence(kept.others, alias, "not in this program")] : []),
    ],
  };
}

/** For example `6 devices have "corp" from another resource by now (berlin in this program); it stays there.` */
function keptSentence(devices: number, alias: string, whose: string): string {
  const have = devices === 1 ? "has" : "have";
  return `${count(devices, "device")} ${have} "${alias}" from another resource by now (${whose}); it stays there.`;
}
