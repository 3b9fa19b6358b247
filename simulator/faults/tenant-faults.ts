// Faults of the tenant: what it says of devices, groups, commands and their history, and which commands it takes.
// Each is told by the field that switches it on; api/ does them.

import type { When } from "./when";

/** What the tenant does otherwise than one would expect. */
export interface TenantFaults {
  /** Status rows and counts of a request appear only so long after it was accepted. */
  readonly lateStatusRowsMs?: When & {
    /** Simulated milliseconds. */
    readonly ms: number;
  };
  /** The route of the counts (stats) answers 404. */
  readonly countsRouteMissing?: When;
  /** Requests that Esper has forgotten: these ids, or all older than this, or all when neither is given. */
  readonly historyPurged?: When & {
    /** Ids of requests. */
    readonly requests?: readonly string[];
    /** Simulated milliseconds. */
    readonly olderThanMs?: number;
  };
  /** The V2 endpoint answers 400 to certificate commands, as its official list of commands has none. */
  readonly v2RefusesCertificates?: When;
  /** "Command In Progress" is shown under a name that nobody knows, default "Command Requeued". */
  readonly unknownState?: When & {
    /** As Esper would spell it. */
    readonly name?: string;
  };
  /** A command to a device or group that the tenant does not have is refused: 400 "invalid device id", "invalid group id". */
  readonly unknownIdsRefused?: When;
  /** A page with more rows than this is answered by `status`, default 504. */
  readonly largePagesFail?: When & {
    /** The most rows that still come. */
    readonly rows: number;
    /** HTTP status, for example 413, 502, 503. */
    readonly status?: number;
  };
  /** Every page but the first begins too early: a row comes twice, the last one never, and the count is right. */
  readonly overlappingPages?: When & {
    /** How many rows too early; default 1. */
    readonly by?: number;
  };
  /** `device_type` is taken and ignored: the command is for online and offline devices alike. */
  readonly deviceTypeIgnored?: When;
  /** A `device_type` other than "all" is refused by 400. */
  readonly deviceTypeRefused?: When;
  /** Some devices of a command have no row, are not counted, and do not get it; `lateMs` later they do. */
  readonly missingRows?: When & {
    /** Ids of devices; default: the last device of each request. */
    readonly devices?: readonly string[];
    /** Simulated milliseconds; never when absent. */
    readonly lateMs?: number;
  };
  /** A status that is put is accepted by 200, and nothing is done. */
  readonly cancelIgnored?: When;
  /** A command with a label (`alias`) is refused by 400. */
  readonly labelsRefused?: When & {
    /** Labels up to this length are taken; default 0. */
    readonly maxLength?: number;
  };
  /** `command_args` are not shown. */
  readonly hiddenArguments?: When & {
    /** An empty object (the default), null, or all values replaced by asterisks. */
    readonly as?: "empty" | "null" | "masked";
  };
  /** The right key has a role that sees no groups, no devices and no commands, as `narrowedApiKey` always does. */
  readonly narrowedRole?: When;
  /** `created_at` of requests is ahead by so much (behind, when negative); their order stays. */
  readonly createdAtAheadMs?: When & {
    /** Milliseconds. */
    readonly ms: number;
    /** Ids of requests; default all. */
    readonly requests?: readonly string[];
  };
}
