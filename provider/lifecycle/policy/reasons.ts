// Why something is done or left: every reason of the policy, with its meaning, and the sentence that people read of it.
// Preview and run give the same reason the same words. Pure; the conditions stand in full-send.ts, diff.ts and steps.ts.

import { count } from "../messages/words";

/** Nothing differs between what is wanted and what the state knows. */
export const unchanged = "unchanged";

/** The resource has no state yet: everyone is sent the certificate. */
export const created = "created";

/** Android knows a certificate by its alias: the new one is installed, then the old one removed. */
export const aliasChanged = "aliasChanged";

/** Another group: its devices are others. The old ones are cleared first, since a device's queue is first in, first out. */
export const groupChanged = "groupChanged";

/** A group became a set or the other way round: another resource id, and another way to address the devices. */
export const kindOfTargetChanged = "kindOfTargetChanged";

/** A preview cannot know an argument before other resources are made: it announces an update. */
export const notKnownYet = "notKnownYet";

/** A state of the first schema tells of a killed run: it is not known what devices hold, so everyone is due. */
export const interruptedRun = "interruptedRun";

/** Other certificates or keys under the same alias: they overwrite what devices have. */
export const contentChanged = "contentChanged";

/** The program asks for everything again. */
export const triggersChanged = "triggersChanged";

/** The program asks for some devices again. */
export const resendChanged = "resendChanged";

/** The last full install is older than `reinstallAfterDays`. */
export const reinstallDue = "reinstallDue";

/** Groups or devices came to the target as the program writes it, or left it. */
export const setChanged = "setChanged";

/** Members failed, and a retry round is left for them. */
export const devicesFailed = "devicesFailed";

/** Members joined after the last run, or their wave has come. */
export const devicesMissing = "devicesMissing";

/** Members did not fetch their install in 30 days; Esper has dropped it. */
export const installsExpired = "installsExpired";

/** Devices left the set, and no other entry of it covers them. */
export const devicesLeft = "devicesLeft";

/** Only the rule for devices that leave a group changed: it is remembered for the next refresh, and nothing is sent. */
export const onLeaveChanged = "onLeaveChanged";

/** The settings lead to another address: whether it is the same tenant is looked at, and nothing is sent. */
export const addressChanged = "addressChanged";

/** An UNINSTALL failed, or was not fetched in 30 days. */
export const removalsFailed = "removalsFailed";

/** The content was taken back, and nothing has changed that would allow it again. */
export const contentRejected = "contentRejected";

/** A rollback has not reached all of its devices. */
export const rollbackUnfinished = "rollbackUnfinished";

/** Files of devices changed, came or went: each goes to its device alone. */
export const filesChanged = "filesChanged";

/** Certificates that are made end soon, or were made by another template or issuer. */
export const certificatesDue = "certificatesDue";

/** Devices have confirmed that they hold other certificates, and the former ones are not revoked yet. */
export const revocationsDue = "revocationsDue";

/** Members hold what they are not to have any more: their file is gone. */
export const filesGone = "filesGone";

/** A rollout was paused, stopped or left devices out, and may go on. */
export const rolloutContinues = "rolloutContinues";

/** What can be said of some devices; "the certificate" is the program's. */
const sentences = {
  [unchanged]: () => "Nothing to do.",
  [created]: (devices: string) => `Installing the certificate on ${devices}.`,
  [aliasChanged]: () =>
    "The alias changes: the certificate is installed under the new alias, then removed under the old one.",
  [groupChanged]: () =>
    "The group changes: the certificate is removed from the old devices, then installed on the new ones.",
  [kindOfTargetChanged]: () =>
    "The kind of target changes: the certificate is removed from the old devices, then installed on the new ones.",
  [notKnownYet]: () => "Some arguments are known only after other resources are created.",
  [interruptedRun]: () => "An interrupted run sent commands; sending the certificate to every member again.",
  [contentChanged]: () => "The certificate or its key changes; overwriting it under the same alias.",
  [triggersChanged]: () => "The triggers changed; sending the certificate to every member again.",
  [resendChanged]: (devices: string) => `Sending the certificate again to ${devices} under a new text of \`resend\`.`,
  [setChanged]: () => "Groups or devices were added to the target or taken out of it.",
  [devicesFailed]: (devices: string) => `${devices} failed; retrying only those.`,
  [installsExpired]: (devices: string) => `${devices} did not fetch the certificate in 30 days; sending it again.`,
  [devicesLeft]: (devices: string) => `Removing the certificate from ${devices} that left the target.`,
  [addressChanged]: () => "Esper's address differs from that of the last run; checking whether it is the same tenant.",
  [onLeaveChanged]: () => "The rule `onLeave` changed; the next `pulumi refresh` goes by it.",
  [removalsFailed]: (devices: string) => `Trying again to remove the certificate from ${devices} outside the target.`,
  [filesChanged]: (devices: string) => `Files changed; installing them on ${devices}.`,
  [certificatesDue]: (devices: string) => `Issuing new certificates for ${devices}.`,
  [filesGone]: (devices: string) => `Removing the certificate from ${devices} whose file is gone.`,
  [contentRejected]: () =>
    "This content was rolled back; devices keep what they had until the content, `triggers` or `rollout` changes.",
} as const;

export type Reason =
  | keyof typeof sentences
  | typeof devicesMissing
  | typeof reinstallDue
  | typeof revocationsDue
  | typeof rollbackUnfinished
  | typeof rolloutContinues;

/** The sentence of a reason about so many devices, where it counts any. */
export function sentenceOf(reason: keyof typeof sentences, devices = 0): string {
  return sentences[reason](count(devices, "device"));
}

export function missingSentence(devices: number): string {
  return `${lackSentence(devices)}; installing it on ${devices === 1 ? "that one" : "those"}.`;
}

/** Without its full stop. */
export function lackSentence(devices: number): string {
  return `${count(devices, "device")} ${devices === 1 ? "lacks" : "lack"} the certificate`;
}

export function reinstallSentence(days: number): string {
  return `The last full install is older than ${count(days, "day")}; sending the certificate to every member again.`;
}
