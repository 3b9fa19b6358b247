// What was read of devices, by their ids, with the time of the read: out of lists, which stay as they came (of a million
// devices nothing is kept twice), and one by one. It asks nobody.

import type { Clock } from "../../clock";
import type { Device } from "../client";

export interface KnownDevice {
  readonly readAtMs: number;
  /** Undefined where Esper does not know it. */
  readonly device: Device | undefined;
}

export class KnownDevices {
  private readonly single = new Map<string, KnownDevice>();
  /** The last answer to each question for a list. */
  private readonly lists = new Map<string, { readonly readAtMs: number; readonly byId: ReadonlyMap<string, Device> }>();

  constructor(private readonly clock: Clock) {}

  keep(id: string, device: Device | undefined): void {
    this.single.set(id, { readAtMs: this.clock.now(), device });
  }

  keepList(question: string, byId: ReadonlyMap<string, Device>): void {
    this.lists.set(question, { readAtMs: this.clock.now(), byId });
  }

  /** What was read last; undefined where nothing was. */
  of(id: string): KnownDevice | undefined {
    let newest = this.single.get(id);
    for (const { readAtMs, byId } of this.lists.values()) {
      const device = byId.get(id);
      if (device !== undefined && (newest === undefined || newest.readAtMs <= readAtMs)) newest = { readAtMs, device };
    }
    return newest;
  }
}
