// What is sent to whom: from what is asked for, what was known and where each member stands, to steps with reason and
// sentence. Pure: no client, no clock (the time is an argument), no Pulumi. Follows docs/design.md, section 3.
// A step for "everyone" is addressed as the target is written; every other one goes to single devices.

import type { Settings } from "../arguments/arguments";
import { dueState, fileChangedState, hasNoFile, isOwnedByOther, type DeviceStatus } from "../facts/device-status";
import { expiredState } from "../state/backlog";
import type { State } from "../state/state";
import { fullSendReason, type Finding } from "./full-send";
import {
  certificatesDue,
  created,
  devicesFailed,
  devicesLeft,
  devicesMissing,
  filesChanged,
  filesGone,
  installsExpired,
  missingSentence,
  removalsFailed,
  resendChanged,
  sentenceOf,
  type Reason,
} from "./reasons";
import { dueByResend, newlyNamed } from "./resend";
import { mayRetry, roundsUsed, roundsUsedAfter } from "./retry";
import { countThat } from "../state/members/count-that";

export interface Step {
  readonly action: "install" | "uninstall";
  readonly reason: Reason | "rollback" | "destroy";
  /** One sentence for people. */
  readonly message: string;
  /** Everyone in the target, or these devices. */
  readonly devices: "everyone" | readonly string[];
}

/** The steps alone, before waves and content are known. */
export interface Steps {
  readonly steps: readonly Step[];
  /** Retry rounds used up once these steps are done. */
  readonly roundsUsed: number;
  /** Whether everyone is sent the content, so that earlier requests count no more. */
  readonly startsOver: boolean;
}

export interface Situation {
  readonly desired: Settings;
  /** The digest of the desired content. */
  readonly digest: string;
  readonly prior: State | undefined;
  /** Where today's members stand with the requests that are known. */
  readonly statuses: readonly DeviceStatus[];
  /** Devices that were members through the old target and are not covered by the new one. */
  readonly departed: readonly string[];
  /** Devices on which an earlier removal failed, and that are still outside the target. */
  readonly removalsFailed: readonly string[];
  /** Members that are among the departed, as their file is gone. */
  readonly fileGone?: readonly string[];
  readonly nowMs: number;
}

export function planSteps(situation: Situation): Steps {
  const everyone = fullSend(situation);
  const removals = removalSteps(situation);
  if (everyone !== undefined) return { steps: [everyone, ...removals], roundsUsed: 0, startsOver: true };
  const { prior, desired, statuses } = situation;
  const named = prior === undefined ? [] : newlyNamed(prior.settings.resend, desired.resend);
  const again = dueByResend(named, statuses);
  const retries = prior !== undefined && mayRetry(prior, desired) ? retrySteps(situation, again) : [];
  const isNewContent = statuses.some(isOtherThanHeld);
  return {
    steps: [
      ...installOn(again, resendChanged, sentenceOf(resendChanged, again.length)),
      ...retries,
      ...catchUpSteps(situation),
      ...removals,
    ],
    roundsUsed: prior === undefined || isNewContent ? 0 : roundsUsedAfter(prior, desired, retries.length > 0),
    startsOver: false,
  };
}

/** Esper refuses a command whose window is over; what is still to be sent waits for a new one. */
export function withoutInstalls({ steps }: Steps, prior: State, settings: Settings): Steps {
  const removals = steps.filter((step) => step.action === "uninstall");
  return { steps: removals, roundsUsed: roundsUsed(prior, settings), startsOver: false };
}

function fullSend({ desired, digest, prior, statuses, nowMs }: Situation): Step | undefined {
  const found: Finding | undefined =
    prior === undefined
      ? { reason: created, sentence: sentenceOf(created, countThat(statuses, hasFile)) }
      : fullSendReason(prior, { ...desired, digest, settings: desired }, nowMs);
  if (found === undefined) return undefined;
  return { action: "install", reason: found.reason, message: found.sentence, devices: "everyone" };
}

function hasFile(status: DeviceStatus): boolean {
  return !hasNoFile(status);
}

function retrySteps({ statuses }: Situation, sentAnyway: readonly string[]): readonly Step[] {
  const failed = idsOf(statuses, ({ phase, device }) => phase === "failed" && !sentAnyway.includes(device.id));
  return installOn(failed, devicesFailed, sentenceOf(devicesFailed, failed.length));
}

function catchUpSteps({ statuses }: Situation): readonly Step[] {
  const isExpired = ({ phase, state }: DeviceStatus): boolean => phase === "missing" && state === expiredState;
  const expired = idsOf(statuses, isExpired);
  const changed = idsOf(statuses, isFileChanged);
  const due = idsOf(statuses, isDue);
  const isElsewhere = (status: DeviceStatus): boolean =>
    isExpired(status) || isOtherThanHeld(status) || isOwnedByOther(status) || hasNoFile(status);
  const missing = idsOf(statuses, (status) => status.phase === "missing" && !isElsewhere(status));
  return [
    ...installOn(changed, filesChanged, sentenceOf(filesChanged, changed.length)),
    ...installOn(due, certificatesDue, sentenceOf(certificatesDue, due.length)),
    ...installOn(missing, devicesMissing, missingSentence(missing.length)),
    ...installOn(expired, installsExpired, sentenceOf(installsExpired, expired.length)),
  ];
}

function isFileChanged({ state }: DeviceStatus): boolean {
  return state === fileChangedState;
}

function isDue({ state }: DeviceStatus): boolean {
  return state === dueState;
}

function isOtherThanHeld(status: DeviceStatus): boolean {
  return isFileChanged(status) || isDue(status);
}

function installOn(devices: readonly string[], reason: Reason, message: string): readonly Step[] {
  return devices.length === 0 ? [] : [{ action: "install", reason, message, devices }];
}

function removalSteps({ departed, fileGone = [], removalsFailed: all }: Situation): readonly Step[] {
  const again = all.filter((id) => !departed.includes(id));
  const gone = new Set(fileGone);
  return [
    ...uninstallFrom(
      departed.filter((id) => !gone.has(id)),
      devicesLeft,
    ),
    ...uninstallFrom(fileGone, filesGone),
    ...uninstallFrom(again, removalsFailed),
  ];
}

function uninstallFrom(
  devices: readonly string[],
  reason: typeof devicesLeft | typeof removalsFailed | typeof filesGone,
): readonly Step[] {
  if (devices.length === 0) return [];
  return [{ action: "uninstall", reason, message: sentenceOf(reason, devices.length), devices }];
}

/** The devices that the installs among the steps reach. */
export function installTargets({ steps }: Steps, members: readonly string[]): readonly string[] {
  const installs = steps.filter(({ action }) => action === "install");
  return installs.flatMap(({ devices }) => (devices === "everyone" ? members : devices));
}

function idsOf(statuses: readonly DeviceStatus[], isMeant: (status: DeviceStatus) => boolean): readonly string[] {
  return statuses.filter(isMeant).map(({ device }) => device.id);
}
