// Sentences about what is normal and still worth a line: offline devices, schedules, devices that are left out. Pure.

import type { Target } from "../arguments/target";
import type { CutShort } from "../context";
import type { DeviceStatus } from "../facts/device-status";
import { count, oneLine } from "./words";

const namesMax = 5;

export function unansweredSentence(statuses: readonly DeviceStatus[], timeoutMs: number, cutShort?: CutShort): string {
  const names = statuses.slice(0, namesMax).map(({ device }) => oneLine(device.name));
  const more = statuses.length > namesMax ? ` and ${statuses.length - namesMax} more` : "";
  const minutes = Number((timeoutMs / 60_000).toPrecision(2));
  const when = cutShort === undefined ? `within ${count(minutes, "minute")}` : spanOf(cutShort);
  return (
    `${count(statuses.length, "device")} did not answer ${when}: ${names.join(", ")}${more}. ` +
    "The command stays queued; the next `pulumi up` waits again without sending it again."
  );
}

function spanOf(cutShort: CutShort): string {
  if (cutShort.kind === "cancelled") return "before the run was cancelled";
  return `within the ${count(cutShort.timeoutMs / 1000, "second")} of \`customTimeouts\``;
}

/** Why nothing more is sent. */
export function cutShortSentence(cutShort: CutShort): string {
  return cutShort.kind === "cancelled"
    ? "The run was cancelled; the next `pulumi up` does the rest."
    : `The ${count(cutShort.timeoutMs / 1000, "second")} of \`customTimeouts\` are over; the next run does the rest.`;
}

export function scheduledSentence(scheduled: number): string {
  return (
    `${count(scheduled, "device")} ${scheduled === 1 ? "waits" : "wait"} for the schedule; a device that is off for all of ` +
    "it does not get the command. `pulumi refresh` shows which devices have taken it."
  );
}

export function offlineSentence(offline: number): string {
  return (
    `${count(offline, "device")} ${offline === 1 ? "is" : "are"} offline; the command waits for ${offline === 1 ? "it" : "them"} ` +
    "up to 30 days. `pulumi refresh` shows which devices have taken it."
  );
}

export function leavingSentence(leaving: number): string {
  return `${count(leaving, "device")} will lose the certificate when next online; Esper keeps the command until then.`;
}

/** After a removal: Esper may still report a Success of an earlier install. */
export function mayComeBackSentence(devices: number): string {
  return (
    `${count(devices, "device")} ${devices === 1 ? "has" : "have"} an install that timed out, and may still take the certificate ` +
    "after this removal. Look at that command in the Esper console; if it ends in Success, remove the certificate there."
  );
}

export function onlyImportedSentence(alias: string): string {
  return (
    `"${alias}" was imported and has not been sent since, so nothing is removed: devices keep what they have under it. ` +
    "To remove it from them, declare it and run `pulumi up` first."
  );
}

export function unsupportedSentence(unsupported: number): string {
  return `${count(unsupported, "device")} of the target cannot hold certificates (Android 9 or later can).`;
}

export function disabledSentence(disabled: number): string {
  const [was, is] =
    disabled === 1 ? ["was", "is still listed; it is no member"] : ["were", "are still listed; they are no members"];
  return `${count(disabled, "device")} ${was} removed in Esper and ${is}.`;
}

export const nobodySentence = "The target has no device that can hold a certificate yet.";

export function leftOutSentence(heldBack: number): string {
  return `${count(heldBack, "device")} beyond the last wave ${heldBack === 1 ? "is" : "are"} left out.`;
}

export function unknownIdSentence(id: string): string {
  return `Esper no longer knows ${id}; the run leaves it out. Remove it from \`target\`.`;
}

export function goneGroupSentence(group: string): string {
  return (
    `Esper no longer knows the group ${group}; its devices keep the certificate. ` +
    "Change `target`, or take the certificate out of the program: the devices that were sent it are then told to remove it."
  );
}

/** What is told of ids that the program names and that are gone. */
export function goneIdSentences(
  target: Target,
  {
    unknownGroups,
    unknownDevices,
  }: { readonly unknownGroups: readonly string[]; readonly unknownDevices: readonly string[] },
): readonly string[] {
  if (target.kind === "group") return unknownGroups.map(goneGroupSentence);
  return [...unknownGroups, ...unknownDevices].map(unknownIdSentence);
}

export const overdueSentence = "The schedule is over; nothing is installed until it is moved.";

export function leftTargetSentence(gone: number): string {
  return `${count(gone, "device")} left the target; the certificate stays on them.`;
}

/** @param more that a record has no room for */
export function leavingGroupSentence(leaving: number, more: number): string {
  const lost = leaving === 1 ? "it" : "them";
  const kept =
    more === 0 ? "" : ` ${count(more, "device")} more left, too many to remember; the certificate stays on those.`;
  return `${count(leaving, "device")} left the target; the next \`pulumi up\` removes the certificate from ${lost}.${kept}`;
}

export function heldBackLeavingSentence(leaving: number, members: number): string {
  return (
    `${leaving} of ${count(members, "device")} left the target at once; the certificate stays on them. If it is to be removed, ` +
    `allow that many: \`onLeave: { remove: true, atMost: ${leaving} }\`.`
  );
}

export const leftUnsureSentence =
  "Esper's list of devices has fewer devices than Esper counts, so nobody can tell which devices left the target; those keep " +
  "the certificate. To remove it, put the former target back, and take it out again later.";

export function claimUnsureSentence(alias: string, name: string): string {
  return (
    `Esper's list of the devices of ${name}, which has "${alias}" too, has fewer devices than Esper counts, so nobody can ` +
    "tell which devices it claims; nothing is removed. Run the same command again later."
  );
}

export const listShortSentence =
  "Esper's list of devices has fewer devices than Esper counts; nobody counts as having left the target until it has them all.";

/** Said once of commands that nobody can tell apart. */
export function unreadableSentences(
  commands: readonly { readonly isUnderAlias: boolean }[],
  alias: string,
): readonly string[] {
  const underAlias = commands.filter(({ isUnderAlias }) => isUnderAlias).length;
  const hidden = commands.length - underAlias;
  return [
    ...(hidden > 0 ? [unreadableSentence(hidden)] : []),
    ...(underAlias > 0 ? [unlabelledSentence(underAlias, alias)] : []),
  ];
}

function unlabelledSentence(commands: number, alias: string): string {
  const [is, them, it] = commands === 1 ? ["is", "it", "it is"] : ["are", "them", "they are"];
  return (
    `${count(commands, "command")} under "${alias}" ${is} unknown to this resource, and the Commands V2 endpoint does ` +
    `not show who sent ${them}; ${it} ignored.`
  );
}

function unreadableSentence(commands: number): string {
  return (
    `${count(commands, "command")} from other programs ${commands === 1 ? "shows" : "show"} no label and no arguments; ` +
    `${commands === 1 ? "it" : "they"} may concern this alias, and ${commands === 1 ? "is" : "are"} ignored.`
  );
}

export function ownedByOthersSentence(devices: number, alias: string): string {
  return (
    `${count(devices, "device")} ${devices === 1 ? "has" : "have"} other content under "${alias}" from another resource; ` +
    "nothing is sent to them until it is removed there, or the content or `triggers` change here."
  );
}

export function sharedSentence(devices: number, alias: string): string {
  return `${count(devices, "device")} ${devices === 1 ? "has" : "have"} this certificate under "${alias}" from another resource.`;
}

export function killedCreateSentence(devices: number): string {
  return (
    `An interrupted run sent this certificate to ${count(devices, "device")} outside today's target; ` +
    `${devices === 1 ? "it keeps" : "they keep"} it. To remove it, add ${devices === 1 ? "it" : "them"} to the target once.`
  );
}

export function notCancelledSentence(installs: number): string {
  return (
    `${count(installs, "scheduled install")} could not be cancelled and may still come after what is sent now; ` +
    "`pulumi refresh` after the window shows what devices hold."
  );
}
