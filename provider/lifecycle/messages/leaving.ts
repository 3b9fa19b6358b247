// What people are told of devices that left a group by themselves and are to lose the certificate. Pure. facts/members/left-group.ts
// finds which devices these are, and state/backlog.ts says which of them may lose it at once. Follows docs/design.md, section 3.

import type { Settings } from "../arguments/arguments";
import { heldBackLeavingSentence, leavingGroupSentence } from "./notices";
import { leavingNow, leavingOf, type Leaving } from "../state/backlog";

/** While so many left at once that they keep it. */
export function leavingWarning(prior: Leaving, settings: Pick<Settings, "onLeave"> | undefined): string | undefined {
  const leaving = leavingOf(prior);
  if (settings?.onLeave === undefined || leaving === 0 || leavingNow(prior, settings).length > 0) return undefined;
  return heldBackLeavingSentence(leaving, prior.coverage.members + leaving);
}

/** What a refresh tells of them. */
export function leavingSentence(prior: Leaving, settings: Pick<Settings, "onLeave">): string | undefined {
  const warning = leavingWarning(prior, settings);
  if (warning !== undefined || leavingOf(prior) === 0) return warning;
  const now = leavingNow(prior, settings).length;
  return leavingGroupSentence(now, leavingOf(prior) - now);
}
