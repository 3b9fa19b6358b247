// Devices: lists by group or other marks, and single ones by id. `GET /v2/devices/` (facts on Esper's API, 5a) is the
// one that Esper limits most, so pages are as large as it allows, and answers are shared and kept for a while.

import type { Clock } from "../clock";
import { isNotFound } from "../errors";
import type { Device, DeviceQuery } from "./client";
import { DeviceJson } from "./codecs";
import { pages, readAll } from "./pages";
import { pathOf, type Requester } from "./request";
import { Cache, chunksOf, Gather } from "./share";
import { IDS_IN_URL } from "./status-rows";
import type { TypeOf } from "io-ts";

/** The documented maximum. */
const DEVICES_A_PAGE = 1000;
/** Up to so many ids are read one by one; for more, a page of the list is likely to be cheaper. */
const FEW_IDS = 5;
const LIST = "/v2/devices/";
const TO_READ = "to read devices";
/** Esper's `state` of a device that is online (facts on Esper's API, 5c). */
const ACTIVE = 1;

export class Devices {
  private readonly requester: Requester;
  private readonly clock: Clock;
  private readonly lists: Cache<readonly Device[]>;
  /** By id, also of devices that Esper does not know. */
  private readonly known = new Map<string, { readonly readAtMs: number; readonly device: Device | undefined }>();
  private readonly byIds: Gather<readonly string[], void>;

  constructor(requester: Requester, clock: Clock) {
    this.requester = requester;
    this.clock = clock;
    this.lists = new Cache(clock);
    this.byIds = new Gather(clock, (asked) => this.read([...new Set(asked.flat())]));
  }

  async list(query: DeviceQuery, maxAgeMs: number): Promise<readonly Device[]> {
    const groups = [...new Set(query.groups ?? [])].sort();
    const key = JSON.stringify([groups, query.search, query.serial, query.tags, query.osVersion]);
    return this.lists.get(key, maxAgeMs, async () => {
      const marks = marksOf(query);
      const reads =
        groups.length === 0
          ? [marks]
          : chunksOf(groups, IDS_IN_URL).map((some) => ({ ...marks, group_multi: some.join(",") }));
      const rows = await Promise.all(reads.map((filters) => readAll(this.requester, listCall(filters))));
      const byId = new Map(rows.flat().map((row) => [row.id, deviceOf(row)]));
      for (const device of byId.values()) this.remember(device.id, device);
      return [...byId.values()];
    });
  }

  async byId(ids: readonly string[], maxAgeMs: number): Promise<ReadonlyMap<string, Device>> {
    const oldestMs = this.clock.now() - maxAgeMs;
    const missing = ids.filter((id) => (this.known.get(id)?.readAtMs ?? Number.NEGATIVE_INFINITY) < oldestMs);
    if (missing.length > 0) await this.byIds.ask(missing);
    const found = new Map<string, Device>();
    for (const id of ids) {
      const device = this.known.get(id)?.device;
      if (device !== undefined) found.set(id, device);
    }
    return found;
  }

  /** One by one while that is cheaper than the list's remaining pages. */
  private async read(ids: readonly string[]): Promise<void> {
    const missing = new Set(ids);
    if (missing.size > FEW_IDS) {
      let offset = 0;
      for await (const { items, count } of pages(this.requester, listCall({}))) {
        for (const row of items) {
          this.remember(row.id, deviceOf(row));
          missing.delete(row.id);
        }
        offset += items.length;
        const pagesLeft = count === undefined ? 1 : Math.ceil((count - offset) / Math.max(1, items.length));
        if (missing.size <= pagesLeft) break;
      }
    }
    // What the list lacks is asked for by name before it counts as unknown: the list may leave out some states.
    await Promise.all([...missing].map((id) => this.readOne(id)));
  }

  private async readOne(id: string): Promise<void> {
    try {
      const row = await this.requester.call({
        method: "GET",
        // Esper's description has no slash at the end of this one.
        path: pathOf`/v2/devices/${id}`,
        codec: DeviceJson,
        attempt: `read the device ${id}`,
        permission: TO_READ,
      });
      this.remember(id, deviceOf(row));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.remember(id, undefined);
    }
  }

  private remember(id: string, device: Device | undefined): void {
    this.known.set(id, { readAtMs: this.clock.now(), device });
  }
}

function listCall(query: Readonly<Record<string, string>>) {
  return { path: LIST, query, item: DeviceJson, limit: DEVICES_A_PAGE, attempt: "list devices", permission: TO_READ };
}

function marksOf({ search, serial, tags, osVersion }: DeviceQuery): Readonly<Record<string, string>> {
  return {
    ...(search === undefined ? {} : { search }),
    ...(serial === undefined ? {} : { serial }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags: tags.join(",") }),
    ...(osVersion === undefined ? {} : { android_version_exact: osVersion }),
  };
}

function deviceOf(row: TypeOf<typeof DeviceJson>): Device {
  const osVersion = filled(row.os_version) ?? filled(row.software_info?.os_version) ?? "";
  const serial = filled(row.serial);
  const groupId = filled(row.group_id);
  return {
    id: row.id,
    name: filled(row.alias) ?? filled(row.name) ?? row.id,
    ...(serial === undefined ? {} : { serial }),
    platform: filled(row.platform) ?? filled(row.os)?.toUpperCase() ?? "",
    osVersion,
    online: row.state === ACTIVE,
    ...(groupId === undefined ? {} : { groupId }),
    tags: (row.tags ?? []).filter((tag) => typeof tag === "string"),
  };
}

function filled(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text.trim() === "" ? undefined : text;
}
