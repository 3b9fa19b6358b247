// How a resource recognises its own commands: a hash of its URN, and an id of its own. Pure. Follows docs/design.md, section 3.

import { newInstance } from "./command-label";
import type { Former, State } from "./state";

export interface Identity {
  readonly urnHash: string;
  readonly instance: string;
  readonly former?: Former | undefined;
}

/** To read and to delete; what is sent for a state without an id is nobody's but its own either. */
export function identityOf({ record }: State, random: () => number): Identity {
  const { urnHash, instance = newInstance(urnHash, random), former } = record;
  return { urnHash, instance, ...(former !== undefined && { former }) };
}

/**
 * An update under another URN than the record's takes a new id: what bears the former one belongs to this resource up to now,
 * and to another resource later. So does the first update of a state without an id.
 */
export function identityForUpdate({ record }: State, urnHash: string, random: () => number): Identity {
  const { instance, lookedUntil, former } = record;
  if (instance !== undefined && record.urnHash === urnHash) {
    return { urnHash, instance, ...(former !== undefined && { former }) };
  }
  return {
    ...{ urnHash, instance: newInstance(urnHash, random) },
    former: { urnHash: record.urnHash, ...(instance !== undefined && { instance }), untilAt: lookedUntil },
  };
}

/** What the new state remembers: a former id that is left in this run is left once its commands were looked for. */
export function identityToKeep(
  { urnHash, instance, former }: Identity,
  before: string | undefined,
  lookedUntil: string,
): Identity {
  if (former === undefined) return { urnHash, instance };
  const isLeftNow = before !== instance && lookedUntil > former.untilAt;
  return { urnHash, instance, former: isLeftNow ? { ...former, untilAt: lookedUntil } : former };
}
