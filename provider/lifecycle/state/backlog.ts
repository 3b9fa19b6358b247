// What is left undone in devices, by which a refresh tells drift from what the last run knew. Pure.

import type { Settings } from "../arguments/arguments";
import { mayLeave } from "../arguments/on-leave";

/** What a run left undone, in devices: a refresh calls drift what goes beyond it. */
export interface Backlog {
  readonly failed: number;
  readonly missing: number;
  readonly expired: number;
  readonly removalsFailed: number;
  /** Absent where there are none. */
  readonly enrolledAgain?: number | undefined;
  readonly removed?: number | undefined;
  readonly overwritten?: number | undefined;
}

/** The state of a device, among the exceptions, that took the certificate and started anew since. */
export const enrolledAgainState = "Enrolled again";

/** The states of a device that holds nothing, or something else, by a newer command of somebody else. */
export const removedState = "Removed";
export const overwrittenState = "Overwritten";

/** The state of a device that never took its command while that lived. */
export const expiredState = "Expired";

export const noBacklog: Backlog = { failed: 0, missing: 0, expired: 0, removalsFailed: 0 };

/** What is undone at the moment. What members lost, and how, is told apart as far as they are listed. */
export function backlogOf(
  coverage: Pick<Backlog, "failed" | "missing">,
  exceptions: readonly { readonly state: string }[],
  removalsFailed: number,
  heldBack: number,
): Backlog {
  const listed = (wanted: string): number => exceptions.filter(({ state }) => state === wanted).length;
  const expired = listed(expiredState);
  const enrolledAgain = listed(enrolledAgainState);
  const removed = listed(removedState);
  const overwritten = listed(overwrittenState);
  const lost = expired + enrolledAgain + removed + overwritten;
  return {
    ...{ failed: coverage.failed, missing: Math.max(0, coverage.missing - lost - heldBack), expired, removalsFailed },
    ...(enrolledAgain > 0 && { enrolledAgain }),
    ...(removed > 0 && { removed }),
    ...(overwritten > 0 && { overwritten }),
  };
}

/** What is known of members that left a group by themselves. */
export interface Leaving {
  readonly coverage: { readonly members: number };
  readonly record: { readonly left?: readonly string[] | undefined; readonly leftMore?: number | undefined };
}

/** How many left and are to lose the certificate. */
export function leavingOf({ record }: Leaving): number {
  return (record.left ?? []).length + (record.leftMore ?? 0);
}

/** Those that lose it with the next run, where so many may. */
export function leavingNow(prior: Leaving, settings: Pick<Settings, "onLeave"> | undefined): readonly string[] {
  const { left = [] } = prior.record;
  if (settings?.onLeave === undefined || left.length === 0) return [];
  const leaving = leavingOf(prior);
  return mayLeave(settings.onLeave, leaving, prior.coverage.members + leaving) ? left : [];
}
