// From which devices a resource may take the alias: from those on which an INSTALL of its own is known and no newer one of
// another's, and which no certificate that stands in the program claims. Pure. Follows docs/design.md, section 3.

import type { Device } from "../../client/index";
import { count, oneLine, someOf } from "../messages/words";

export interface RemovalInput {
  readonly alias: string;
  /** Devices that are not to have the certificate of this resource any more. */
  readonly candidates: ReadonlyMap<string, Device>;
  /** Whether an INSTALL of this resource is known on the device. */
  readonly isOwn: (deviceId: string) => boolean;
  /** Devices on which another sender's INSTALL is newer. */
  readonly ownedByOthers: ReadonlySet<string>;
  /** Members of other certificates of the program under the same alias. */
  readonly claimed: ReadonlyMap<string, Claimant>;
  /** Devices on which somebody else had the alias before this resource: a rollback cannot give that back. */
  readonly heldBefore?: ReadonlySet<string> | undefined;
}

/** Another certificate of the program. */
export interface Claimant {
  readonly name: string;
  /** Whether it was sent to the device in this run. */
  readonly hasSent: boolean;
}

export interface Removal {
  readonly devices: ReadonlyMap<string, Device>;
  /** What is left in place, and why. */
  readonly notes: readonly string[];
}

export function decideRemoval({ alias, candidates, isOwn, ownedByOthers, claimed, heldBefore }: RemovalInput): Removal {
  const left = new Set<string>();
  const kept = { claimed: new Kept(), awaiting: new Kept(), others: 0, before: [] as string[] };
  for (const [id, device] of candidates) {
    const claimant = claimed.get(id);
    const isTaken = claimant === undefined && !ownedByOthers.has(id) && heldBefore?.has(id) !== true && isOwn(id);
    if (isTaken) continue;
    left.add(id);
    if (claimant !== undefined) {
      const isServed = claimant.hasSent || ownedByOthers.has(id);
      (isServed ? kept.claimed : kept.awaiting).add(claimant.name);
    } else if (ownedByOthers.has(id)) kept.others += 1;
    else if (heldBefore?.has(id) === true) kept.before.push(oneLine(device.name));
  }
  return {
    devices: left.size === 0 ? candidates : new Map([...candidates].filter(([id]) => !left.has(id))),
    notes: [
      ...(kept.claimed.devices > 0 ? [keptSentence(kept.claimed.devices, alias, kept.claimed.names)] : []),
      ...(kept.awaiting.devices > 0 ? [awaitingSentence(kept.awaiting, alias)] : []),
      ...(kept.others > 0 ? [keptSentence(kept.others, alias, "not in this program")] : []),
      ...(kept.before.length > 0 ? [heldBeforeSentence(kept.before, alias)] : []),
    ],
  };
}

/** Devices that are left to other certificates of the program. */
class Kept {
  devices = 0;
  private readonly claimants = new Set<string>();

  add(claimant: string): void {
    this.devices += 1;
    this.claimants.add(claimant);
  }

  get names(): string {
    return `${someOf([...this.claimants].sort())} in this program`;
  }
}

/** For example `6 devices have "corp" from another resource by now (berlin in this program); it stays there.` */
function keptSentence(devices: number, alias: string, whose: string): string {
  const have = devices === 1 ? "has" : "have";
  return `${count(devices, "device")} ${have} "${alias}" from another resource by now (${whose}); it stays there.`;
}

function heldBeforeSentence(names: readonly string[], alias: string): string {
  return (
    `${count(names.length, "device")} had "${alias}" from another resource before this one (${someOf(names)}); ` +
    `the rollback stops there, and ${names.length === 1 ? "it keeps" : "they keep"} the certificate of this rollout.`
  );
}

function awaitingSentence({ devices, names }: Kept, alias: string): string {
  const [keep, them] = devices === 1 ? ["keeps", "it"] : ["keep", "them"];
  return (
    `${count(devices, "device")} ${keep} "${alias}" for another resource, which has sent ${them} nothing newer yet ` +
    `(${names}).`
  );
}
