// What the devices of a target hold, as far as the resource is concerned, as one value; and what follows from it. Pure.
//
// Six scenarios, as runs record them. Each begins with the content `old` on the devices d1, d2 and d3 of the target; each line
// is the record after a run: what devices hold, then the requests that are still needed, then who was sent that content.
// test/e2e/convergence/scenarios.test.ts plays them. Comments elsewhere name them by letter.
//
// A  Interrupted run: `new` was sent to the canary d1, then the process was killed, and the state stayed as it was. The next
//    run finds that command in Esper's list by its label, takes it in, and sends to the rest.
//      before    content old | install group (whole target) | sent to d1 d2 d3
//      killed    content old | install group (whole target) | sent to d1 d2 d3
//      resumed   content new | install group (whole target, superseded) | install d1 | install d2 d3 | sent to d1 d2 d3 | compacted
//
// B  Late joiner: d4 moves into the group. Members that are not in the sketch `sent to` are missing, and only those are sent
//    the content.
//      before    content old | install group (whole target) | sent to d1 d2 d3
//      joined    content old | install group (whole target) | sent to d1 d2 d3
//      sent      content old | install group (whole target) | install d4 | sent to d1 d2 d3 d4 | compacted
//
// C  Rollback: the canary d1 takes neither `new` nor, in the same run, `old` again. The next run tries d1 once more.
//      before    content old | install d1 d2 d3 | sent to d1 d2 d3
//      failed    rolledBack to old, rejected new | install d1 d2 d3 | install d1 | sent to d1 d2 d3
//      finished  rolledBack to old, rejected new | install d1 d2 d3 | install d1 | sent to d1 d2 d3 | compacted
//
// D  Departed device: the program drops d3, which refuses to remove the certificate at first.
//      before    content old | install d1 d2 d3 (whole target) | sent to d1 d2 d3
//      refused   content old | install d1 d2 d3 | uninstall d3 | sent to d1 d2 | 1 removal failed
//      removed   content old | install d1 d2 d3 | sent to d1 d2
//
// E  Compaction: d2 refuses `new` at first. Once all hold it, a request with a failure that was made good is dropped; `compacted`
//    says that devices of the sketch without a row in any request hold the content.
//      before    content old | install group (whole target) | sent to d1 d2 d3
//      refused   content new | install group (whole target) | sent to d1 d2 d3
//      made good content new | install group (whole target, superseded) | install d2 | sent to d1 d2 d3 | compacted
//
// F  Another owner: a second resource installs its own content on d2, then removes it. Its commands are kept as long as they
//    say something of a member; the removal makes d2 missing, and the next run sends only to d2.
//      before    content old | install group (whole target) | sent to d1 d2 d3
//      owned     content old | install group (whole target) | install d2 by other | sent to d1 d2 d3
//      removed   content old | install group (whole target) | install d2 by other | uninstall d2 by other | sent to d1 d2 d3
//      sent      content old | install group (whole target) | install d2 | sent to d1 d2 d3 | compacted

/** What the devices of the target hold, as far as this resource is concerned. */
export type Holding =
  | { readonly kind: "content"; readonly digest: string }
  /** A rollout was taken back: devices hold the content `to` again, or nothing. `rejected` is not sent again by itself. */
  | { readonly kind: "rolledBack"; readonly to?: string | undefined; readonly rejected: string }
  /** Only in states of the first schema: an interrupted run sent commands that they do not know. Today it is resumed. */
  | {
      readonly kind: "unknown";
      readonly orphanedCommandIds: readonly string[];
      readonly rejected?: string | undefined;
    };

/** The part of a state that this file needs. */
interface Holder {
  readonly record: { readonly holding: Holding };
}

/** The digest of the content that devices hold; undefined where they hold none, or it is not known. */
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

/** Whether the resource was imported and has sent nothing since: what devices hold under the alias is not its own. */
export function isOnlyImported({ record: { holding } }: Holder): boolean {
  return holding.kind === "content" && holding.digest === "";
}

/** Whether a rollout was taken back where there was no content before: no device is to have a certificate. */
export function isTakenOff({ record: { holding } }: Holder): boolean {
  return holding.kind === "rolledBack" && holding.to === undefined;
}
