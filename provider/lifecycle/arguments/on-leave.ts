// What becomes of the certificate on devices that leave a group by themselves: reads the `onLeave` argument
// (docs/design.md, section 2). Pure.

import { isObject, type Fields } from "./reader";
import { isMoreThan, readAmount, type Amount } from "./rollout";

/** The next run removes it; absent in settings where devices keep it. */
export interface OnLeave {
  /** More than this at once are told, and keep it. */
  readonly atMost?: Amount;
}

export function readOnLeave(fields: Fields): OnLeave | undefined {
  const value = fields.value("onLeave");
  if (!isObject(value)) return fields.oneOf("onLeave", ["keep", "remove"]) === "remove" ? {} : undefined;
  const rule = fields.object("onLeave");
  rule?.refuseOthers(["remove", "atMost"]);
  const removes = rule?.boolean("remove");
  if (removes !== true && rule?.isUnknown("remove") !== true) {
    rule?.fail("remove", 'must be true; write "keep" for devices that keep it');
  }
  const atMost = rule && readAmount(rule, "atMost", 1);
  return removes === true ? { ...(atMost !== undefined && { atMost }) } : undefined;
}

/** Without a number of the program's, somebody who empties a group does not wish this for all of its devices. */
const unasked = { count: 10, percent: 10 };

/** Whether so many that left may lose it at once, of so many that there were. */
export function mayLeave({ atMost }: OnLeave, leaving: number, members: number): boolean {
  if (atMost !== undefined) return !isMoreThan(atMost, leaving, members);
  return leaving <= unasked.count || !isMoreThan({ percent: unasked.percent }, leaving, members);
}
