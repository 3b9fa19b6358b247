// Compares what a program asks for with what the state knows, and says what Pulumi should do, with a reason.
// Pure: no client, no clock (the time is an argument), no Pulumi. Follows the table of docs/design.md, section 3.
// The checks are three chains; read aloud they are that table.

import { isDeepStrictEqual } from "node:util";
import { isMoreThan } from "../arguments/rollout";
import { sameTarget } from "../arguments/target";
import { count } from "../messages/words";
import { rejectedDigest } from "../state/holding";
import { backlogOf, leavingNow } from "../state/backlog";
import { leftAlone } from "../state/ledger/ledger";
import type { State } from "../state/state";
import { filesDiffer, filesLeft } from "./files/files-due";
import { madeDue, revocationsAreDue } from "./files/made-due";
import { fullSendReason, type Asked, type Finding } from "./full-send";
import {
  addressChanged,
  aliasChanged,
  contentRejected,
  devicesFailed,
  devicesLeft,
  devicesMissing,
  groupChanged,
  installsExpired,
  kindOfTargetChanged,
  lackSentence,
  missingSentence,
  notKnownYet,
  onLeaveChanged,
  removalsFailed,
  resendChanged,
  rolloutContinues,
  sentenceOf,
  setChanged,
  unchanged,
  type Reason,
} from "./reasons";
import { leavingWarning } from "../messages/leaving";
import { newlyNamed } from "./resend";
import { mayRetry, noRetryLeft } from "./retry";
import { isRejected, rollbackUnfinishedSentence, unfinishedRollback } from "./rollback/rollback";
import { nextWave } from "../state/wave-boundaries";

export interface Verdict {
  readonly action: "nothing" | "update" | "replace";
  readonly reason: Reason;
  /** One sentence for people. */
  readonly message: string;
  /** The properties that ask for a replacement. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

interface Replacement extends Finding {
  readonly property: string;
  readonly deleteFirst: boolean;
}

/** Why it is another resource. */
const replacementChain: readonly ((prior: State, asked: Asked) => Replacement | undefined)[] = [
  aliasDiffers, // the old alias goes after the new one stands
  targetDiffers, // a device's queue is first in, first out: the old group's removal must come first
];

/** Why some devices are due. */
const dueChain: readonly ((prior: State, asked: Asked, nowMs: number) => Finding | undefined)[] = [
  setDiffers, // devices came or left
  leavingDue, // devices left a group, and `onLeave` takes the certificate from them
  filesDiffer, // a device's file is another one, came or went
  madeDue, // certificates that are made end soon, or are of another template or issuer
  revocationsAreDue, // what was replaced or removed is revoked once its device has confirmed
  resendDue, // the program asks for some devices again
  removalsDue, // an UNINSTALL failed on devices that left
  retriesDue, // members failed, and retry rounds are left
  installsDue, // members joined, or their install expired
  rolloutDue, // it was paused, stopped or ended early, and may go on
  filesLeft, // files went with their devices
  onLeaveDiffers, // a refresh goes by what the state holds
  addressDiffers, // another tenant is refused, before all is said to be well there
];

export function diff(prior: State, asked: Asked, nowMs: number): Verdict {
  for (const check of replacementChain) {
    const found = check(prior, asked);
    if (found !== undefined) {
      const { reason, sentence, property, deleteFirst } = found;
      return { action: "replace", reason, message: sentence, replaces: [property], deleteBeforeReplace: deleteFirst };
    }
  }
  if (asked.digest !== undefined && asked.settings !== undefined && isRejected(prior, asked.digest, asked.settings)) {
    const left = unfinishedRollback(prior, asked.settings);
    if (left !== undefined) return update({ reason: "rollbackUnfinished", sentence: rollbackUnfinishedSentence(left) });
    return nothing(contentRejected);
  }
  if (asked.alias === undefined || asked.target === undefined || asked.digest === undefined) {
    return update({ reason: notKnownYet, sentence: sentenceOf(notKnownYet) });
  }
  const everyone = fullSendReason(prior, asked, nowMs);
  if (everyone !== undefined) return update(everyone);
  for (const check of dueChain) {
    const found = check(prior, asked, nowMs);
    if (found !== undefined) return update(found);
  }
  return nothing(unchanged);
}

/** What people are told of on every run while it lasts, though it changes nothing. */
export function lastingWarnings(prior: State, { digest, settings }: Asked): readonly string[] {
  if (settings === undefined) return [];
  if (digest !== undefined && isRejected(prior, digest, settings)) return [sentenceOf(contentRejected)];
  const sentences = [noRetryLeft(prior, digest, settings), leavingWarning(prior, settings)];
  return sentences.filter((sentence) => sentence !== undefined);
}

function update({ reason, sentence }: Finding): Verdict {
  return { action: "update", reason, message: sentence, replaces: [], deleteBeforeReplace: false };
}

function nothing(reason: typeof unchanged | typeof contentRejected): Verdict {
  return { action: "nothing", reason, message: sentenceOf(reason), replaces: [], deleteBeforeReplace: false };
}

function aliasDiffers(prior: State, { alias }: Asked): Replacement | undefined {
  if (alias === undefined || alias === prior.settings.alias) return undefined;
  return { reason: aliasChanged, sentence: sentenceOf(aliasChanged), property: "alias", deleteFirst: false };
}

function targetDiffers(prior: State, { target }: Asked): Replacement | undefined {
  const before = prior.settings.target;
  const isInPlace = target?.kind === "set" && before.kind === "set";
  if (target === undefined || isInPlace || sameTarget(target, before)) return undefined;
  const reason = target.kind === before.kind ? groupChanged : kindOfTargetChanged;
  return { reason, sentence: sentenceOf(reason), property: "target", deleteFirst: true };
}

function setDiffers(prior: State, { target }: Asked): Finding | undefined {
  if (target === undefined || sameTarget(target, prior.settings.target)) return undefined;
  return { reason: setChanged, sentence: sentenceOf(setChanged) };
}

function leavingDue(prior: State, { settings }: Asked): Finding | undefined {
  const leaving = leavingNow(prior, settings).length;
  return leaving === 0 ? undefined : { reason: devicesLeft, sentence: sentenceOf(devicesLeft, leaving) };
}

function onLeaveDiffers(prior: State, { settings }: Asked): Finding | undefined {
  if (settings === undefined || isDeepStrictEqual(settings.onLeave, prior.settings.onLeave)) return undefined;
  return { reason: onLeaveChanged, sentence: sentenceOf(onLeaveChanged) };
}

function addressDiffers({ record }: State, { tenantHash }: Asked): Finding | undefined {
  if (tenantHash === undefined || record.tenantHash === undefined || tenantHash === record.tenantHash) return undefined;
  return { reason: addressChanged, sentence: sentenceOf(addressChanged) };
}

function resendDue(prior: State, { settings }: Asked): Finding | undefined {
  const named = settings === undefined ? [] : newlyNamed(prior.settings.resend, settings.resend);
  return named.length === 0 ? undefined : { reason: resendChanged, sentence: sentenceOf(resendChanged, named.length) };
}

function removalsDue(prior: State): Finding | undefined {
  const { removalsFailed: failed = 0 } = prior.record;
  return failed === 0 ? undefined : { reason: removalsFailed, sentence: sentenceOf(removalsFailed, failed) };
}

function retriesDue(prior: State, { settings }: Asked): Finding | undefined {
  const { failed } = prior.coverage;
  if (failed === 0 || settings === undefined || !mayRetry(prior, settings)) return undefined;
  return { reason: devicesFailed, sentence: sentenceOf(devicesFailed, failed) };
}

function installsDue(prior: State): Finding | undefined {
  const { coverage, exceptions, record } = prior;
  // A rollback holds everyone back who lacks the content, until the program wants that content again, as it does here.
  const waiting = rejectedDigest(prior) === undefined ? (record.heldBack ?? 0) : 0;
  const heldBack = waiting + leftAlone(record);
  if (coverage.missing <= heldBack) return undefined;
  const { expired } = backlogOf(coverage, exceptions, 0, heldBack);
  const lacking = coverage.missing - heldBack - expired;
  // What is there for each of them is known once the files are looked at.
  const sentence = record.own === undefined ? missingSentence(lacking) : `${lackSentence(lacking)}.`;
  if (lacking > 0) return { reason: devicesMissing, sentence };
  return { reason: installsExpired, sentence: sentenceOf(installsExpired, expired) };
}

function rolloutDue(prior: State, { settings }: Asked): Finding | undefined {
  const { progress, coverage, record } = prior;
  const heldBack = record.heldBack ?? 0;
  if (settings === undefined || (progress.state === "complete" && heldBack === 0)) return undefined;
  const isChanged = !isDeepStrictEqual(settings.rollout, prior.settings.rollout);
  const answered = coverage.installed + coverage.failed;
  const passesNow =
    progress.state === "stopped" && !isMoreThan(settings.rollout.maxFailures, coverage.failed, answered);
  if (!isChanged && !(passesNow && heldBack > 0)) return undefined;
  const next = nextWave(settings.rollout, coverage.members, coverage.members - heldBack);
  const then =
    next === undefined ? "" : ` Next is wave ${next.wave} of ${next.of} with ${count(next.devices, "device")}.`;
  const sentence = `The rollout continues after wave ${progress.wave} of ${progress.waves}.${then}`;
  return { reason: rolloutContinues, sentence };
}
