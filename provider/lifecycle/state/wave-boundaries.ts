// Which device belongs to which wave of a rollout (docs/design.md, section 7). Pure.
//
// Every device has a place between 0 and 1, a hash of alias and device id, so that a repeated run picks the same ones. A wave
// ends at a place, which is fixed when the rollout begins and kept in the state: devices that join later fall into a wave by
// their own place, and never push another device out of its wave. Canary devices are a wave of their own, the first.

import { createHash } from "node:crypto";
import { amountOf, type Rollout } from "../arguments/rollout";
import type { WaveBoundaries } from "./state";

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
  const ends = waves.map((wave) => {
    const isAll = "percent" in wave && wave.percent === 100;
    const own = amountOf(wave, members.length) - canaries;
    return isAll ? everyone : (places[Math.min(own, places.length) - 1] ?? "");
  });
  return { canary: isCanary, ends };
}

export function waveCount({ canary, ends }: WaveBoundaries): number {
  return ends.length + (canary ? 1 : 0);
}

/** The number of a device's wave, from 1; undefined when it lies beyond the last one. */
export function waveOf(
  boundaries: WaveBoundaries,
  alias: string,
  deviceId: string,
  canary: ReadonlySet<string>,
): number | undefined {
  if (boundaries.canary && canary.has(deviceId)) return 1;
  const place = placeOf(alias, deviceId);
  const index = boundaries.ends.findIndex((end) => place <= end);
  return index === -1 ? undefined : index + (boundaries.canary ? 2 : 1);
}

/** The waves of one run. */
export interface Waves {
  readonly boundaries: WaveBoundaries;
  readonly count: number;
  /** The number of each member's wave, from 1; absent for those beyond the last one. */
  readonly byDevice: ReadonlyMap<string, number>;
}

export function wavesOf(
  boundaries: WaveBoundaries,
  alias: string,
  members: Iterable<string>,
  canary: ReadonlySet<string>,
): Waves {
  const byDevice = new Map<string, number>();
  for (const id of members) {
    const wave = waveOf(boundaries, alias, id, canary);
    if (wave !== undefined) byDevice.set(id, wave);
  }
  return { boundaries, count: waveCount(boundaries), byDevice };
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
