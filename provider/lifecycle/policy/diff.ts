// Compares what a program wants with what the state knows, and says what Pulumi should do, with a reason.
// Pure: no client, no clock (the time is an argument), no Pulumi. Follows the table of docs/design.md, section 3.
// The checks are two lists; read aloud they are that table.

import { isDeepStrictEqual } from "node:util";
import type { Settings } from "../arguments/arguments";
import { count } from "../messages/failures";
import { isMoreThan } from "../arguments/rollout";
import { noContent, sentToAllAt, type State } from "../state/state";
import { sameTarget, type Target } from "../arguments/target";
import { nextWave } from "./waves";

/** What the program wants; a part is absent when a preview does not know it yet. */
export interface Wanted {
  readonly alias?: string | undefined;
  readonly target?: Target | undefined;
  readonly digest?: string | undefined;
  readonly settings?: Settings | undefined;
}

export type DiffReason =
  | "unchanged"
  | "aliasChanged"
  | "groupChanged"
  | "kindOfTargetChanged"
  | "notKnownYet"
  | "cutOffRun"
  | "contentChanged"
  | "setChanged"
  | "triggersChanged"
  | "devicesFailed"
  | "devicesMissing"
  | "removalsLeft"
  | "contentRefused"
  | "rollbackLeft"
  | "rolloutGoesOn"
  | "reinstallDue";

export interface Verdict {
  readonly action: "nothing" | "update" | "replace";
  readonly reason: DiffReason;
  /** One sentence for people. */
  readonly message: string;
  /** The properties that ask for a replacement. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

type Check = (known: State, wanted: Wanted, now: number) => Verdict | undefined;

const replaceChecks: readonly Check[] = [
  aliasChanged, // the old alias goes after the new one stands
  targetReplaced, // a device's queue is first in, first out: the old group's removal must come first
];

const updateChecks: readonly Check[] = [
  contentRefused, // it was rolled back, and nothing has changed since; what is left of the rollback is done
  notKnownYet, // a preview that cannot tell announces an update
  cutOffRun, // a killed run has sent something that the state does not know
  contentChanged, // other certificates or keys under the same alias overwrite in place
  setChanged, // devices came or left
  triggersChanged, // the program asks for everything again
  removalsLeft, // an UNINSTALL failed on devices that left
  devicesFailed, // as long as retry rounds are left
  devicesMissing, // joined later, or their install expired
  rolloutGoesOn, // it was paused, stopped or ended early, and may now go on
  reinstallDue, // the last full install is older than reinstallAfterDays
];

export function diff(known: State, wanted: Wanted, now: number): Verdict {
  for (const check of [...replaceChecks, ...updateChecks]) {
    const verdict = check(known, wanted, now);
    if (verdict !== undefined) return verdict;
  }
  return {
    action: "nothing",
    reason: "unchanged",
    message: "Nothing to do.",
    replaces: [],
    deleteBeforeReplace: false,
  };
}

/** What people are told of on every run while it lasts, though it changes nothing. */
export function lastingWarnings(known: State, { digest, settings }: Wanted): readonly string[] {
  if (settings === undefined) return [];
  if (digest !== undefined && isRefused(known, digest, settings)) return [refusedSentence];
  const { failed } = known.coverage;
  const isGivenUp = failed > 0 && digest === known.record.digest && !mayRetry(known, settings);
  const givenUp =
    `${count(failed, "device")} failed, and the ${settings.retryRounds} retry rounds are used up. ` +
    "Fix them and raise `retryRounds`, or change `triggers` to send the certificate to everyone again.";
  return isGivenUp ? [givenUp] : [];
}

/** What people should know before this update begins; undefined when there is nothing. */
export function warningBefore(known: State, { settings }: Wanted, { reason }: Verdict): string | undefined {
  const mayRollBack = reason === "contentChanged" && settings?.rollout.onFailure === "rollback";
  if (!mayRollBack || known.kept !== undefined || known.record.digest === noContent) return undefined;
  return (
    "Should this rollout fail, it stops instead of being taken back: the state does not hold the previous content yet, " +
    'because `onFailure: "rollback"` is new.'
  );
}

function update(reason: DiffReason, message: string): Verdict {
  return { action: "update", reason, message, replaces: [], deleteBeforeReplace: false };
}

function aliasChanged(known: State, { alias }: Wanted): Verdict | undefined {
  if (alias === undefined || alias === known.settings.alias) return undefined;
  const message = "The alias changes: the certificate is installed under the new one, then the old one is removed.";
  return { action: "replace", reason: "aliasChanged", message, replaces: ["alias"], deleteBeforeReplace: false };
}

function targetReplaced(known: State, { target }: Wanted): Verdict | undefined {
  const old = known.settings.target;
  if (target === undefined || (target.kind === "set" && old.kind === "set") || sameTarget(target, old))
    return undefined;
  const [reason, what] =
    target.kind === old.kind
      ? (["groupChanged", "The group changes"] as const)
      : (["kindOfTargetChanged", "The kind of target changes"] as const);
  const message = `${what}: the certificate is removed from the old devices, then installed on the new ones.`;
  return { action: "replace", reason, message, replaces: ["target"], deleteBeforeReplace: true };
}

function notKnownYet(_known: State, wanted: Wanted): Verdict | undefined {
  const all = wanted.alias !== undefined && wanted.target !== undefined && wanted.digest !== undefined;
  return all ? undefined : update("notKnownYet", "Part of the arguments is not known before other resources are made.");
}

function cutOffRun({ record }: State): Verdict | undefined {
  if (record.strays === undefined) return undefined;
  return update(
    "cutOffRun",
    "A run that was cut off has sent commands; the certificate is sent to every member again.",
  );
}

function contentChanged(known: State, { digest }: Wanted): Verdict | undefined {
  if (digest === known.record.digest) return undefined;
  return update("contentChanged", "The certificate or its key changes; it is overwritten under the same alias.");
}

/** Why nothing is sent although the program wants something else. */
export const refusedSentence =
  "This content was rolled back; devices keep what they had until the content, `triggers` or `rollout` changes.";

function contentRefused(known: State, { digest, settings }: Wanted): Verdict | undefined {
  if (digest === undefined || settings === undefined || !isRefused(known, digest, settings)) return undefined;
  if (known.record.strays !== undefined) {
    return update("rollbackLeft", "A run that was cut off has sent commands; the rollout is taken back there as well.");
  }
  const left = leftToTakeBack(known, settings);
  if (left > 0) return update("rollbackLeft", `The rollout is still to be taken back on ${count(left, "device")}.`);
  const reason = "contentRefused";
  return { action: "nothing", reason, message: refusedSentence, replaces: [], deleteBeforeReplace: false };
}

/** Whether this content was rolled back and nothing that would lift the ban has changed. */
export function isRefused(known: State, digest: string, { triggers, rollout }: Settings): boolean {
  const before = known.settings;
  return (
    known.record.refused === digest &&
    isDeepStrictEqual(triggers, before.triggers) &&
    isDeepStrictEqual(rollout, before.rollout)
  );
}

/** On how many devices a rollback has failed and is to be tried again. */
export function leftToTakeBack(known: State, settings: Settings): number {
  const notCleared = known.record.removalsFailed ?? 0;
  return notCleared + (mayRetry(known, settings) ? known.coverage.failed : 0);
}

function rolloutGoesOn(known: State, { settings }: Wanted): Verdict | undefined {
  const { progress, coverage, record } = known;
  if (settings === undefined || (progress.state === "complete" && (record.held ?? 0) === 0)) return undefined;
  const isChanged = !isDeepStrictEqual(settings.rollout, known.settings.rollout);
  const answered = coverage.installed + coverage.failed;
  const isTooMany = isMoreThan(settings.rollout.maxFailures, coverage.failed, answered);
  const passesNow = progress.state === "stopped" && !isTooMany;
  const held = record.held ?? 0;
  if (!isChanged && !(passesNow && held > 0)) return undefined;
  const next = nextWave(settings.rollout, coverage.members, coverage.members - held);
  const then =
    next === undefined ? "" : ` Next is wave ${next.wave} of ${next.of} with ${count(next.devices, "device")}.`;
  return update("rolloutGoesOn", `The rollout goes on after wave ${progress.wave} of ${progress.waves}.${then}`);
}

function setChanged(known: State, { target }: Wanted): Verdict | undefined {
  if (target === undefined || sameTarget(target, known.settings.target)) return undefined;
  return update("setChanged", "Groups or devices came to the target or left it.");
}

function triggersChanged(known: State, { settings }: Wanted): Verdict | undefined {
  if (settings === undefined || isDeepStrictEqual(settings.triggers, known.settings.triggers)) return undefined;
  return update("triggersChanged", "The triggers changed: the certificate is sent to every member again.");
}

function removalsLeft(known: State): Verdict | undefined {
  const failed = known.record.removalsFailed ?? 0;
  if (failed === 0) return undefined;
  return update(
    "removalsLeft",
    `The certificate is still to be removed from ${count(failed, "device")} outside the target.`,
  );
}

function devicesFailed(known: State, { settings }: Wanted): Verdict | undefined {
  const { failed } = known.coverage;
  if (failed === 0 || settings === undefined || !mayRetry(known, settings)) return undefined;
  return update(
    "devicesFailed",
    `${count(failed, "device")} failed; the certificate is sent again to what failed alone.`,
  );
}

/** Whether failed members may be tried again: rounds are left, or what they failed with has changed. */
export function mayRetry(known: State, settings: Settings): boolean {
  return known.record.rounds < settings.retryRounds || roundsStartAnew(known, settings);
}

/** The retry rounds used up before this run. */
export function roundsUsed(known: State, settings: Settings): number {
  return roundsStartAnew(known, settings) ? 0 : known.record.rounds;
}

/** Whether the count of retry rounds begins at zero again. */
function roundsStartAnew(known: State, settings: Settings): boolean {
  return settings.retryRounds !== known.settings.retryRounds || settings.encoding !== known.settings.encoding;
}

function devicesMissing({ coverage, record }: State): Verdict | undefined {
  // A rollback holds everyone back who lacks the content, until the program wants that content again, as it does here.
  const held = record.refused === undefined ? (record.held ?? 0) : 0;
  const missing = coverage.missing - held;
  return missing > 0
    ? update(
        "devicesMissing",
        `${count(missing, "device")} without this certificate: it is sent to what lacks it alone.`,
      )
    : undefined;
}

function reinstallDue(known: State, { settings }: Wanted, now: number): Verdict | undefined {
  if (settings === undefined || !isReinstallDue(known, settings, now)) return undefined;
  return update("reinstallDue", `The last full install is older than ${settings.reinstallAfterDays ?? 0} days.`);
}

const dayMs = 24 * 3_600_000;

export function isReinstallDue(known: State, settings: Settings, now: number): boolean {
  if (settings.reinstallAfterDays === undefined) return false;
  const sentAt = sentToAllAt(known);
  return sentAt !== undefined && now - Date.parse(sentAt) > settings.reinstallAfterDays * dayMs;
}
