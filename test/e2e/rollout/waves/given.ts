// What the stories of waves share: the sentence of a wave that stopped a rollout, and fleets of which a part is offline.

import type { DeviceSpec } from "../../../../simulator";

export function stopped(wave: number, of: number, held: number): RegExp {
  return new RegExp(`^Wave ${wave} of ${of} failed; later waves \\(${held} devices?\\) were not started\\. `, "m");
}

export const offline: DeviceSpec = { online: false };

export function half(online: number, away: number): readonly DeviceSpec[] {
  return [...Array.from({ length: online }, () => ({})), ...Array.from({ length: away }, () => offline)];
}
