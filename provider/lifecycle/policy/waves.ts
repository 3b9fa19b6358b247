// Which device belongs to which wave of a rollout (docs/design.md, section 7). Pure.
//
// Every device has a place between 0 and 1, a hash of alias and device id, so that a repeated run picks the same ones. A wave
// ends at a place, which is fixed when the rollout begins and kept in the state: devices that join later fall into a wave by
// their own place, and never push another device out of its wave. Canary devices are a wave of their own, the first.

import { createHash } from "node:crypto";
import * as t from "io-ts";
import { amountOf, type Rollout } from "../arguments/rollout";

/** What the state keeps of a rollout's shape. */
export const WaveBoundariesCodec = t.readonly(
  t.type({
    /** Whether the first wave is the canary devices. */
    canary: t.boolean,
    /** The last place of each further wave; "" when it has no device of its own, "~" when it takes in everyone. */
    limits: t.readonlyArray(t.string),
  }),
);
export type WaveBoundaries = t.TypeOf<typeof WaveBoundariesCodec>;

const everyone = "~";

/** Whether devices are sent to one by one, wave after wave; with a rollback also a single wave is one. */
export function isStaged(rollout: Rollout): boolean {
  return rollout.waves.length > 0 || rollout.canary !== undefined || rollout.onFailure === "rollback";
}

export function placeOf(alias: string, deviceId: string): string {
  return createHash("sha256").update(`${alias}\n${deviceId}`).digest("hex").slice(0, 10);
}

/** Fixes where the waves end. Shares count the members of this moment and are rounded up; canary devices count as sent. */
export function waveBoundaries(
  rollout: Rollout,
  alias: string,
  members: readonly string[],
  canary: ReadonlySet<string>,
): WaveBoundaries {
  const isCanary = rollout.canary !== undefined;
  const places = members.filter((id) => !canary.has(id)).map((id) => placeOf(alias, id));
  places.sort();
  const canaries = members.length - places.length;
  const waves = rollout.waves.length > 0 ? rollout.waves : [{ percent: 100 }];
  const limits = waves.map((wave) => {
    const isAll = "percent" in wave && wave.percent === 100;
    const own = amountOf(wave, members.length) - canaries;
    return isAll ? everyone : (places[Math.min(own, places.length) - 1] ?? "");
  });
  return { canary: isCanary, limits };
}

export function waveCount({ canary, limits }: WaveBoundaries): number {
  return limits.length + (canary ? 1 : 0);
}

/** The number of a device's wave, from 1; undefined when it lies beyond the last one. */
export function waveOf(
  limits: WaveBoundaries,
  alias: string,
  deviceId: string,
  canary: ReadonlySet<string>,
): number | undefined {
  if (limits.canary && canary.has(deviceId)) return 1;
  const place = placeOf(alias, deviceId);
  const index = limits.limits.findIndex((limit) => place <= limit);
  return index === -1 ? undefined : index + (limits.canary ? 2 : 1);
}

/**
 * The wave whose turn comes when so many of the members have been served, with the number of its devices; undefined when
 * none is left. From numbers alone, as a preview knows no devices: whoever joined since can make it a few more or less.
 */
export function nextWave(
  { waves, canary }: Rollout,
  members: number,
  served: number,
): { readonly wave: number; readonly of: number; readonly devices: number } | undefined {
  const ends = (waves.length > 0 ? waves : [{ percent: 100 }]).map((wave) => amountOf(wave, members));
  const index = ends.findIndex((end) => end > served);
  const end = ends[index];
  const before = canary === undefined ? 0 : 1;
  return end === undefined ? undefined : { wave: index + 1 + before, of: ends.length + before, devices: end - served };
}
