// What the devices of a target hold, as far as the resource is concerned, as one value; and what follows from it. Pure.

/** What the devices of the target hold, as far as this resource is concerned. */
export type Holding =
  | { readonly kind: "content"; readonly digest: string }
  /** A rollout was taken back: devices hold the content `to` again, or nothing. `rejected` is not sent again by itself. */
  | { readonly kind: "rolledBack"; readonly to?: string | undefined; readonly rejected: string }
  /** An interrupted run has sent commands that the state does not know, so that nobody can say. */
  | {
      readonly kind: "unknown";
      readonly orphanedCommandIds: readonly string[];
      readonly rejected?: string | undefined;
    };

/** A state, as far as this is about it. */
interface Holder {
  readonly record: { readonly holding: Holding };
}

/** The digest of the content that devices hold; undefined where they hold none, or nobody can say. */
export function digestHeld({ record: { holding } }: Holder): string | undefined {
  if (holding.kind === "content") return holding.digest;
  return holding.kind === "rolledBack" ? holding.to : undefined;
}

/** The digest of the content that was taken back, and is not sent again by itself. */
export function rejectedDigest({ record: { holding } }: Holder): string | undefined {
  return holding.kind === "content" ? undefined : holding.rejected;
}

/** Commands of an interrupted run that the state does not know more of than their ids. */
export function orphanedIds({ record: { holding } }: Holder): readonly string[] {
  return holding.kind === "unknown" ? holding.orphanedCommandIds : [];
}

/** Whether a rollout was taken back where there was no content before: no device is to have a certificate. */
export function isTakenOff({ record: { holding } }: Holder): boolean {
  return holding.kind === "rolledBack" && holding.to === undefined;
}
