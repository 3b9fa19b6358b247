// The copies of one resource that the engine holds while it replaces it: the new one, and the old one to be deleted. Where
// both have the same alias, what the new one has installed is no longer the old one's to remove: after
// `pulumi up --replace`, or where a program takes an alias back whose removal has failed. Kept for the process, as a run of
// the engine has one.

import type { State } from "./state/state";
import type { Target } from "./arguments/target";

interface Copy {
  readonly target: Target;
  /** Esper's time of its newest request (ISO). */
  readonly newestAt: string;
}

export class Replacements {
  private readonly standing = new Map<string, Copy>();

  /** Keeps in mind that this copy stays, and where. */
  note(state: Pick<State, "settings" | "record">, target: Target = state.settings.target): void {
    this.standing.set(keyOf(state), { target, newestAt: state.record.newestAt });
  }

  /** Where a newer copy stands under the same alias. */
  newerThan(state: Pick<State, "settings" | "record">): Target | undefined {
    const copy = this.standing.get(keyOf(state));
    return copy !== undefined && copy.newestAt > state.record.newestAt ? copy.target : undefined;
  }
}

function keyOf({ settings, record }: Pick<State, "settings" | "record">): string {
  return `${record.urnHash} ${settings.alias}`;
}
