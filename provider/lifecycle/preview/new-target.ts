// What a preview sees of the target of new certificates of devices: whether its ids are known, whom it reaches, and where the
// alias stands already. It asks Esper, and sends nothing.

import type { Settings } from "../arguments/arguments";
import type { Failure } from "../arguments/reader";
import { readFleet, type Fleet } from "../facts/members/fleet";
import { impactOf, type Checking } from "./check";
import { alreadyThereSentence } from "./impact";
import { unknownTarget } from "./validate";

/** Lists read for the reach are used again by `create`. */
export const listMaxAgeMs = 60_000;

export interface NewTarget {
  readonly failures: readonly Failure[];
  /** Where nobody could be asked: what is said instead. */
  readonly notes: readonly string[];
  readonly seen?: {
    readonly reach: string;
    readonly members: Fleet["members"];
    /** What is said where the alias stands already. */
    readonly already: readonly string[];
  };
}

export async function newTarget(checking: Checking, inputs: Settings): Promise<NewTarget> {
  const { alias, target } = inputs;
  const impact = await impactOf(checking, inputs, undefined);
  const unknown = impact && unknownTarget(target, impact, undefined);
  if (unknown !== undefined) return { failures: [unknown], notes: [] };
  if (impact?.unknownGroups === undefined) return { failures: [], notes: impact === undefined ? [] : [impact.reach] };
  const { members } = await readFleet(checking.client(), target, listMaxAgeMs);
  const there = await checking.impact.alreadyThere(checking.client(), alias, target);
  const already = there === undefined ? [] : [alreadyThereSentence(there, alias)];
  return { failures: [], notes: [], seen: { reach: impact.reach, members, already } };
}
