// The arguments of the live certificate, as a program would write them. Pure.

export interface LiveCertificate {
  readonly alias: string;
  /** The group's id. */
  readonly group: string;
  readonly base64: string;
  readonly password: string;
  readonly waitMs: number;
}

export function certificateArguments({ alias, group, base64, password, waitMs }: LiveCertificate) {
  return {
    alias,
    target: { group },
    source: { base64, password },
    wait: { for: "reachable", timeoutMinutes: waitMs / 60_000 },
  };
}
