// The resource's own line while a run waits. Pure.

import { timeLeft } from "./time-left";

export interface Progress {
  readonly members: number;
  readonly done: number;
  readonly failed: number;
  readonly offline: number;
  readonly verb: "installed" | "removed";
  /** Absent while it cannot be told. */
  readonly leftMs?: number | undefined;
}

/** For example `412/500 installed, 3 failed, 85 offline; about 2 min left`. */
export function progressLine({ members, done, failed, offline, verb, leftMs }: Progress): string {
  const parts = [
    `${done}/${members} ${verb}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(offline > 0 ? [`${offline} offline`] : []),
  ];
  return [parts.join(", "), ...(leftMs === undefined ? [] : [timeLeft(leftMs)])].join("; ");
}
