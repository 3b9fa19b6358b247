// What is measured: how many certificates on how many devices, and the steps of a certificate's life. Plain data.
// What each is to cost, wanted.ts knows; docs/performance.md says why these.

export const steps = ["create", "no-change up", "preview", "refresh", "destroy"] as const;
export type Step = (typeof steps)[number];

/** The command line of a step, without `pulumi`. */
export const commandLines: Readonly<Record<Step, readonly string[]>> = {
  create: ["up", "--yes", "--skip-preview", "--non-interactive"],
  "no-change up": ["up", "--yes", "--skip-preview", "--non-interactive"],
  preview: ["preview", "--non-interactive"],
  refresh: ["refresh", "--yes", "--skip-preview", "--non-interactive"],
  destroy: ["destroy", "--yes", "--skip-preview", "--non-interactive"],
};

export interface Profile {
  /** "certificates x devices of each". */
  readonly name: string;
  readonly certificates: number;
  /** All devices of the tenant. */
  readonly devices: number;
  /** `group`: every certificate on one group with all devices. `device`: each on a device of its own. */
  readonly target: "group" | "device";
  /** Each device has a certificate of its own, as one resource. */
  readonly own?: true;
  /** Its certificate is made by an issuer, an own authority; otherwise it has a file. */
  readonly issued?: true;
  /** How often the whole life is run, on both sides. */
  readonly rounds: number;
  /** Stands beside this one, with the floor of its one resource, and has no wanted figures of its own. */
  readonly comparedWith?: string;
  /** Part of `--quick`. */
  readonly quick?: true;
}

export const profiles: readonly Profile[] = [
  { name: "1 x 10", certificates: 1, devices: 10, target: "group", rounds: 5, quick: true },
  { name: "1 x 1,000", certificates: 1, devices: 1000, target: "group", rounds: 5, quick: true },
  { name: "1 x 10,000", certificates: 1, devices: 10_000, target: "group", rounds: 5 },
  { name: "1 x 100,000", certificates: 1, devices: 100_000, target: "group", rounds: 3 },
  { name: "1 x 1,000,000", certificates: 1, devices: 1_000_000, target: "group", rounds: 1 },
  { name: "own 1,000", certificates: 1, devices: 1000, target: "group", own: true, rounds: 2 },
  { name: "own 10,000", certificates: 1, devices: 10_000, target: "group", own: true, rounds: 1 },
  { name: "issued 1,000", certificates: 1, devices: 1000, target: "group", own: true, issued: true, rounds: 2 },
  { name: "issued 10,000", certificates: 1, devices: 10_000, target: "group", own: true, issued: true, rounds: 1 },
  { name: "20 x 1,000", certificates: 20, devices: 1000, target: "group", rounds: 3 },
  { name: "100 x 1", certificates: 100, devices: 100, target: "device", rounds: 3 },
  { name: "400 x 1", certificates: 400, devices: 400, target: "device", rounds: 2 },
  { name: "1,000 x 1", certificates: 1000, devices: 1000, target: "device", rounds: 1, comparedWith: "own 1,000" },
];
