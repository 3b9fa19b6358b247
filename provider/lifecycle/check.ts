// What is refused before anything is sent, and what is only warned of (docs/design.md, section 4). Pure.
// What becomes true by time alone (an expired certificate, a window that is over) is refused only when it is new or
// changed: time must not break the next `up`.

import type { Content } from "./content";
import type { Failure } from "./fields";
import type { Inputs } from "./inputs";
import { isOver } from "./schedule";

export interface Objections {
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
}

/** Findings that time brings about. */
const byTimeAlone: readonly string[] = ["expired", "expiresSoon", "issuerExpired", "notYetValid"];

export function objections(
  inputs: Pick<Inputs, "source" | "strict" | "schedule" | "renewBeforeDays">,
  content: Content,
  before: { readonly digest: unknown; readonly schedule: unknown } | undefined,
  now: number,
): Objections {
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
  const { schedule } = inputs;
  if (schedule !== undefined && isOver(schedule, now)) {
    const isNew = isChanged || JSON.stringify(before.schedule) !== JSON.stringify(schedule);
    if (isNew) failures.push({ property: `schedule.${schedule.kind}.end`, reason: "is in the past" });
    else warnings.push("The schedule is over: what is still to be sent waits until it is moved or removed.");
  }
  return { failures, warnings };
}
