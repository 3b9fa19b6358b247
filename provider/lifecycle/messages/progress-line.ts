// The resource's own line while a run waits. Pure.

export interface Progress {
  readonly members: number;
  readonly done: number;
  readonly failed: number;
  readonly offline: number;
  readonly verb: "installed" | "removed";
}

/** For example `412/500 installed, 3 failed, 85 offline`. */
export function progressLine({ members, done, failed, offline, verb }: Progress): string {
  const parts = [
    `${done}/${members} ${verb}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(offline > 0 ? [`${offline} offline`] : []),
  ];
  return parts.join(", ");
}
