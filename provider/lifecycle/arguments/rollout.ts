// How a certificate is rolled out: reads the `rollout` argument (docs/design.md, section 7). Pure.

import { hasUnknown, type Fields } from "./reader";
import { readIds, type Target } from "./target";

/** A number of devices, or a share of them in percent. */
export type Amount = { readonly count: number } | { readonly percent: number };

export interface Rollout {
  /** Cumulative; empty means one wave with everyone. */
  readonly waves: readonly Amount[];
  readonly canary?: Target;
  readonly soakMs: number;
  readonly maxFailures: Amount;
  readonly onFailure: "stop" | "rollback";
  readonly pauseAfterWave?: number;
}

export const defaultRollout: Rollout = { waves: [], soakMs: 0, maxFailures: { count: 0 }, onFailure: "stop" };

export function readRollout(fields: Fields): Rollout {
  const rollout = fields.object("rollout");
  if (rollout === undefined) return defaultRollout;
  rollout.refuseOthers(["waves", "canary", "soakMinutes", "maxFailures", "onFailure", "pauseAfterWave"]);
  const canary = rollout.has("canary") ? readCanary(rollout) : undefined;
  const pauseAfterWave = rollout.integer("pauseAfterWave", 1, "the number of a wave, from 1");
  return {
    waves: readWaves(rollout),
    soakMs: (rollout.number("soakMinutes", 0, "a number of minutes, 0 or more") ?? 0) * 60_000,
    maxFailures: readAmount(rollout, "maxFailures", 0) ?? defaultRollout.maxFailures,
    onFailure: rollout.oneOf("onFailure", ["stop", "rollback"]) ?? defaultRollout.onFailure,
    ...(canary !== undefined && { canary }),
    ...(pauseAfterWave !== undefined && { pauseAfterWave }),
  };
}

// A group, devices, or both: whoever comes first.
function readCanary(rollout: Fields): Target | undefined {
  const canary = rollout.object("canary");
  if (canary === undefined) return undefined;
  canary.refuseOthers(["group", "devices"]);
  const group = canary.has("group") ? readIds(canary, "group", "group", [canary.value("group")]) : [];
  const devices = canary.has("devices") ? readIds(canary, "devices", "device", canary.list("devices")) : [];
  if (group === undefined || devices === undefined) return undefined;
  if (group.length + devices.length === 0) return canary.fail("devices", "name at least one device, or a group");
  return { kind: "set", groups: group, devices };
}

function readWaves(rollout: Fields): readonly Amount[] {
  const list = rollout.list("waves");
  if (list === undefined || hasUnknown(list)) return [];
  const waves = list.map((value) => parseAmount(value, 1));
  const usable = waves.filter((wave) => wave !== undefined);
  if (usable.length < waves.length || usable.length === 0) {
    rollout.fail("waves", 'must be a list of counts (from 1) or shares ("1%" to "100%")');
    return [];
  }
  const growing = usable.every((wave, index) => index === 0 || !shrinks(usable[index - 1], wave));
  if (!growing) rollout.fail("waves", "are cumulative: each must be larger than the one before it");
  return usable;
}

// A count and a share can only be compared when the number of devices is known; those pass.
function shrinks(before: Amount | undefined, after: Amount): boolean {
  if (before === undefined) return false;
  if ("count" in before) return "count" in after && after.count <= before.count;
  return "percent" in after && after.percent <= before.percent;
}

export function readAmount(fields: Fields, name: string, least: number): Amount | undefined {
  if (!fields.has(name) || fields.isUnknown(name)) return undefined;
  const amount = parseAmount(fields.value(name), least);
  return amount ?? fields.fail(name, `must be a whole number from ${least}, or a share such as "5%"`);
}

function parseAmount(value: unknown, least: number): Amount | undefined {
  if (typeof value === "number") return Number.isInteger(value) && value >= least ? { count: value } : undefined;
  const share = typeof value === "string" ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value) : null;
  const percent = Number(share?.[1] ?? NaN);
  return percent >= 0 && percent <= 100 && (percent > 0 || least === 0) ? { percent } : undefined;
}

/** How many of `total` an amount means; shares are rounded up. */
export function amountOf(amount: Amount, total: number): number {
  return "count" in amount ? Math.min(amount.count, total) : Math.ceil((amount.percent / 100) * total - 1e-9);
}

/** Whether `number` of `total` is more than an amount allows; a share is taken exactly, so that one failure of one is 100 %. */
export function isMoreThan(amount: Amount, number: number, total: number): boolean {
  return "count" in amount ? number > amount.count : number * 100 > amount.percent * total + 1e-6;
}
