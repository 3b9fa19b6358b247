// Which certificates the program of this run has: every one that the process has seen, with tenant, alias and target. Right
// before a removal is sent it is asked, and the devices of a certificate that stands keep the alias. It knows nothing of other
// processes and stacks; what those have sent is read from Esper (facts/newer/newer-commands.ts). Follows docs/design.md, section 3.

import { sameTarget, type Target } from "./arguments/target";
import { joinedIds, noIds, type Ids } from "./state/members/ids";

export interface Claim {
  readonly tenantHash: string;
  readonly alias: string;
  readonly target: Target;
  readonly urnHash: string;
  /** The resource's name in its program. */
  readonly name: string;
  /** Known once the resource has been created, or its state was read. */
  readonly instance?: string | undefined;
  /** The program's certificate is new, or its alias or target has changed. */
  readonly isNews?: boolean | undefined;
  /** The devices that it was sent to in this process. */
  readonly sentTo?: Ids | undefined;
}

/** The resource that asks, by its state. */
export type Asking = Pick<Claim, "tenantHash" | "alias" | "target" | "urnHash" | "instance">;

export class Claims {
  private readonly byUrn = new Map<string, Claim>();

  /** A later claim of the same resource stands instead of its former one. */
  claim(claim: Claim): void {
    const key = keyOf(claim);
    const before = this.byUrn.get(key);
    const instance = claim.instance ?? before?.instance;
    // A replacement that the program does not ask for is checked a second time, as if it were new.
    const isKnown = before?.alias === claim.alias && sameTarget(before.target, claim.target);
    const isNews = isKnown ? before.isNews : claim.isNews;
    this.byUrn.set(key, {
      ...claim,
      ...(instance !== undefined && { instance }),
      ...(isNews !== undefined && { isNews }),
      ...(isKnown && before.sentTo !== undefined && { sentTo: before.sentTo }),
    });
  }

  /** The certificate of this resource was sent to these devices. */
  noteSent(resource: Pick<Claim, "tenantHash" | "urnHash">, devices: Ids): void {
    const claim = this.byUrn.get(keyOf(resource));
    if (claim === undefined) return;
    // Ids alone: the devices behind them are the client's, which reads its lists anew.
    this.byUrn.set(keyOf(resource), { ...claim, sentTo: new Set(joinedIds([claim.sentTo ?? noIds, devices]).keys()) });
  }

  /** The certificate of this resource, as it was claimed last. */
  of(resource: Pick<Claim, "tenantHash" | "urnHash">): Claim | undefined {
    return this.byUrn.get(keyOf(resource));
  }

  /** Certificates of other resources under the same alias. */
  besides({ tenantHash, alias, urnHash }: Claim): readonly Claim[] {
    return [...this.byUrn.values()].filter(
      (claim) => claim.tenantHash === tenantHash && claim.alias === alias && claim.urnHash !== urnHash,
    );
  }

  /** The certificates that stand under the same alias, without the asking one itself. */
  othersUnder(asking: Asking): readonly Claim[] {
    return [...this.byUrn.values()].filter(
      (claim) =>
        claim.tenantHash === asking.tenantHash && claim.alias === asking.alias && !this.isItself(claim, asking),
    );
  }

  /** A newer copy under the same URN is another one, and so is one whose target has changed. */
  private isItself(claim: Claim, { urnHash, instance, target }: Asking): boolean {
    const isSameCopy = claim.instance === undefined || claim.instance === instance;
    return claim.urnHash === urnHash && isSameCopy && sameTarget(claim.target, target);
  }

  /** The resource is deleted. */
  drop(asking: Asking): void {
    const claim = this.byUrn.get(keyOf(asking));
    if (claim !== undefined && this.isItself(claim, asking)) this.byUrn.delete(keyOf(asking));
  }

  /** A run of the engine has a process of its own; who drives several runs in one process begins each with this. */
  forget(tenantHash?: string): void {
    for (const [key, claim] of this.byUrn) {
      if (tenantHash === undefined || claim.tenantHash === tenantHash) this.byUrn.delete(key);
    }
  }
}

/** Those of this process: a run of the engine has one of its own. */
export const claims = new Claims();

function keyOf({ tenantHash, urnHash }: Pick<Claim, "tenantHash" | "urnHash">): string {
  return `${tenantHash} ${urnHash}`;
}
