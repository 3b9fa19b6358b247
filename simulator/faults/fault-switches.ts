// Whether a fault strikes a request: the conditions of its switch, counted since it was set.
// It does not know what a fault does (answer-faults.ts and tenant-faults.ts say it).

import type { FaultName, Faults } from "./faults";
import type { RouteFamily, When } from "./when";
import { faultNames } from "./read-faults";
import type { Chance } from "../world/random";

export class FaultSwitches {
  private faults: Faults = {};
  private asked = new Map<FaultName, number>();
  private struck = new Map<FaultName, number>();

  constructor(private readonly chance: Chance) {}

  get current(): Faults {
    return this.faults;
  }

  /** How often each fault has struck since it was set. */
  get strikes(): Readonly<Partial<Record<FaultName, number>>> {
    return Object.fromEntries(this.struck);
  }

  /** Replaces all switches, and starts their counts anew. */
  set(faults: Faults): void {
    this.faults = faults;
    this.asked = new Map();
    this.struck = new Map();
  }

  /** Replaces the switches that are named, and starts only their counts anew. One that is undefined ends. */
  change(faults: { readonly [N in FaultName]?: Faults[N] | undefined }): void {
    const all = Object.entries({ ...this.faults, ...faults });
    this.faults = Object.fromEntries(all.filter(([, settings]) => settings !== undefined));
    for (const name of faultNames.filter((known) => known in faults)) {
      this.asked.delete(name);
      this.struck.delete(name);
    }
  }

  /** The fault's settings when it strikes this time, else undefined. */
  strike<N extends FaultName>(name: N, family: RouteFamily | undefined): NonNullable<Faults[N]> | undefined {
    const fault = this.faults[name];
    if (fault === undefined || !this.isDue(name, fault, family)) return undefined;
    this.struck.set(name, (this.struck.get(name) ?? 0) + 1);
    return fault;
  }

  private isDue(name: FaultName, when: When & { readonly n?: number }, family: RouteFamily | undefined): boolean {
    if (when.on !== undefined && (family === undefined || !when.on.includes(family))) return false;
    if (when.times !== undefined && (this.struck.get(name) ?? 0) >= when.times) return false;
    const asked = (this.asked.get(name) ?? 0) + 1;
    this.asked.set(name, asked);
    const everyNth = when.everyNth ?? when.n;
    if (everyNth !== undefined && asked % everyNth !== 0) return false;
    return when.share === undefined || this.chance.fraction(faultNames.indexOf(name), asked) < when.share;
  }
}
