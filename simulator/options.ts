// The simulator's settings, and what they are when nothing is said. By default it is awkward where Esper may be:
// pages are small, and a command is always seen as pending before it is seen to be done.

import type { Clock } from "../provider/clock";
import type { PageSizes } from "./http/exchange";
import type { Faults } from "./faults/faults";
import type { Fleet } from "./world/fleet";
import type { OpenPkcs12 } from "./devices/open-pkcs12";
import type { LoggedCommand } from "./world/command-log";

/** What a simulated tenant is like; everything has a default. */
export interface SimulatorOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default "simulator-key". */
  readonly apiKey?: string;
  /** Default: made from the seed. */
  readonly enterpriseId?: string;
  /** Default 1. The same seed makes the same fleet, ids, speeds and faults. */
  readonly seed?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Simulated seconds in a second of the clock. Default 1. */
  readonly timeFactor?: number;
  /** How many devices the default fleet has. Default 20. Not used when `fleet` is given. */
  readonly devices?: number;
  /** A fleet of one's own. The root group "All devices" is always there. */
  readonly fleet?: Fleet;
  /** From 0 to 1; default 0. */
  readonly offlineShare?: number;
  /** Devices that are offline at the start come back after about this simulated time (half to one and a half of it). */
  readonly returnAfterMs?: number;
  /** Android versions of the devices, evenly mixed. Default 10 to 15; add "8.1.0" for devices without support. */
  readonly osVersions?: readonly string[];
  /** Mean simulated time from a command's turn on a device to its answer. Default 800. */
  readonly deviceMs?: number;
  /** From 0 to 1: how far devices lie from the mean, to both sides. Default 0.5. */
  readonly deviceSpread?: number;
  /** When is a command timed out that a device began and did not end, as it went offline? Default 10 minutes. */
  readonly commandTimeOutMs?: number;
  /** The largest page of all lists, or of each. Default 7 (Esper: 1000 on v2/devices, elsewhere unknown). */
  readonly pageSize?: number | Partial<PageSizes>;
  /** How often a request is seen as pending before answers show, for a minute at most. Default 1. */
  readonly readsBeforeAnswer?: number;
  /** Devices of old Android versions fail on encodings that these cannot read. Default false: all can read all. */
  readonly androidSupport?: boolean;
  /** How devices open a PKCS#12 file. Default: by this package's own reader. */
  readonly openPkcs12?: OpenPkcs12;
  /** What goes wrong from the start. Default: nothing. */
  readonly faults?: Faults;
  /** Told of every command that is accepted; nothing secret. */
  readonly onCommand?: (command: LoggedCommand) => void;
  /** Told of requests that no route knows. Default: a line on stderr. */
  readonly onUnknownRoute?: (line: string) => void;
}

/** Versions of Android that can hold a certificate and are in use. */
export const defaultOsVersions: readonly string[] = ["10", "11", "12", "13", "14", "15"];

const defaultPageSize = 7;

export function pageSizesOf(pageSize: SimulatorOptions["pageSize"] = defaultPageSize): PageSizes {
  return typeof pageSize === "number"
    ? { commands: pageSize, devices: pageSize, groups: pageSize }
    : { commands: defaultPageSize, devices: defaultPageSize, groups: defaultPageSize, ...pageSize };
}
