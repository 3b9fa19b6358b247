// What is refused before anything is sent, and what is only warned of (docs/design.md, section 4). Pure.
// What becomes true by time alone (an expired certificate, a window that is over) is refused only when it is new or
// changed: time must not break the next `up`.

import { isDeepStrictEqual } from "node:util";
import type { Content } from "../content/content";
import { UnknownTargetError } from "../errors";
import type { Failure } from "../arguments/reader";
import type { Inputs } from "../arguments/arguments";
import type { TargetImpact } from "./impact";
import { isOver, type Schedule } from "../arguments/schedule";
import { devicesOf, groupsOf, sameTarget, type Target } from "../arguments/target";

/** What an earlier `check` saw. */
export interface Before {
  readonly alias: string | undefined;
  readonly digest: unknown;
  readonly target: Target | undefined;
  readonly triggers: readonly unknown[];
  readonly schedule: Schedule | undefined;
}

/** Whether something may be sent that the last run has not sent: then people are told whom it reaches. */
export function mayInstall(
  { target, triggers }: Pick<Before, "target" | "triggers">,
  content: Content | undefined,
  before: Before | undefined,
): boolean {
  if (before?.target === undefined || target === undefined || content?.digest !== before.digest) return true;
  return !sameTarget(target, before.target) || !isDeepStrictEqual(triggers, before.triggers);
}

/** Whether the certificate is new, or its alias or target has changed. */
export function isNews(asked: Pick<Before, "alias" | "target">, before: Before | undefined): boolean {
  if (before?.target === undefined || asked.target === undefined || asked.alias !== before.alias) return true;
  return !sameTarget(asked.target, before.target);
}

/** Ids that Esper does not know are refused when the program did not name them before; devices may go at any time. */
export function unknownTarget(
  target: Target,
  { unknownGroups = [], unknownDevices = [] }: TargetImpact,
  before: Before | undefined,
): Failure | undefined {
  const named = before?.target === undefined ? [] : [...groupsOf(before.target), ...devicesOf(before.target)];
  const isNew = (id: string): boolean => !named.includes(id);
  const [groups, devices] = [unknownGroups.filter(isNew), unknownDevices.filter(isNew)];
  if (groups.length + devices.length === 0) return undefined;
  const field = target.kind === "group" ? "group" : groups.length > 0 ? "groups" : "devices";
  return { property: `target.${field}`, reason: new UnknownTargetError(groups, devices).message };
}

export interface Validation {
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

const neverAsGiven =
  'encoding: must not be "asGiven" where the source holds several keys, or several certificates of a key: the file is written anew with the chosen one alone';

/** Findings that time brings about. */
const byTimeAlone: readonly string[] = ["expired", "expiresSoon", "issuerExpired", "notYetValid"];

export function validate(
  inputs: Pick<Inputs, "source" | "strict" | "schedule" | "renewBeforeDays"> & Partial<Pick<Inputs, "encoding">>,
  content: Content,
  before: Pick<Before, "digest" | "schedule"> | undefined,
  now: number,
): Validation {
  const isChanged = before?.digest !== content.digest;
  const failures: Failure[] = [];
  const warnings: string[] = [];
  for (const { code, severity, message } of content.findings(now, inputs.renewBeforeDays)) {
    const isOnlyOld = code === "expired" && !isChanged;
    if ((severity === "error" && !isOnlyOld) || (inputs.strict && isChanged)) {
      failures.push({ property: `source.${inputs.source.kind}`, reason: message });
    } else if (isChanged || byTimeAlone.includes(code)) {
      warnings.push(message);
    }
  }
  if (content.hasChoice && inputs.encoding === "asGiven") failures.push({ property: "", reason: neverAsGiven });
  const isNew = isChanged || JSON.stringify(before.schedule) !== JSON.stringify(inputs.schedule);
  const scheduled = validateSchedule(inputs.schedule, isNew, now);
  return { failures: [...failures, ...scheduled.failures], warnings: [...warnings, ...scheduled.warnings] };
}

/** @param isNew or something else is new that waits for it */
export function validateSchedule(schedule: Schedule | undefined, isNew: boolean, now: number): Validation {
  if (schedule === undefined || !isOver(schedule, now)) return { failures: [], warnings: [] };
  if (isNew)
    return { failures: [{ property: `schedule.${schedule.kind}.end`, reason: "is in the past" }], warnings: [] };
  return {
    failures: [],
    warnings: ["The schedule is over: what is still to be sent waits until it is moved or removed."],
  };
}
