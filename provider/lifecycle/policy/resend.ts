// Devices that `resend` makes due: by an entry that is new or has another text than the state remembers. Pure.
// conclude/kept/resend.ts says which entries the state remembers. Follows docs/design.md, section 2.

import type { Resend } from "../arguments/resend";
import { isOwnedByOther, type DeviceStatus } from "../facts/device-status";
import { someOf } from "../messages/words";

/** The ids whose entry is new or has another text. A dropped entry is no change. */
export function newlyNamed(before: Resend, now: Resend): readonly string[] {
  return Object.entries(now).flatMap(([id, text]) => (before[id] === text ? [] : [id]));
}

/** Members that are due by `resend` alone: others that lack the certificate are sent it anyway. */
export function dueByResend(named: readonly string[], statuses: readonly DeviceStatus[]): readonly string[] {
  const ids = new Set(named);
  return statuses
    .filter((status) => ids.has(status.device.id) && (status.phase !== "missing" || isOwnedByOther(status)))
    .map(({ device }) => device.id);
}

/** A typing error, or a device that has left. */
export function noMemberWarnings(
  named: readonly string[],
  { members, addsUp }: { readonly members: ReadonlyMap<string, unknown>; readonly addsUp: boolean },
): readonly string[] {
  const ids = addsUp ? named.filter((id) => !members.has(id)) : [];
  if (ids.length === 0) return [];
  const [are, it] = ids.length === 1 ? ["which is not a member", "it"] : ["which are not members", "them"];
  return [`\`resend\` names ${someOf(ids)}, ${are} of the target; nothing is sent to ${it}.`];
}
