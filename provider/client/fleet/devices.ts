// Devices: lists by group or other marks, and single ones by id. `GET /v2/devices/` (docs/background/esper-api.md, 5a)
// is the one that Esper limits most, so pages are as large as it allows, and answers are shared and kept for a while.

import type { Clock } from "../../clock";
import { isNotFound } from "../../errors";
import type { Device, DeviceList, DeviceQuery } from "../client";
import { DeviceJson, keptOf } from "../codecs";
import { pages, PageSize, readPage, type ListCall } from "../http/pages";
import { readWhole, type Whole } from "../http/whole-lists";
import { pathOf, type Requester } from "../http/request";
import { Cache } from "../cache";
import { chunksOf, Gather } from "../coalesce";
import { idsInUrl } from "../commands/status-rows";
import { deviceReader } from "./device-row";
import { KnownDevices } from "./known-devices";

/** The documented maximum. */
const devicesAPage = 1000;
/** Up to so many ids are read one by one; for more, a page of the list is likely to be cheaper. */
const fewIds = 5;
/** The first few small look-ups read devices one by one; after that we page, since more will follow. */
const fewTimes = 3;
const devicesPath = "/v2/devices/";
const toRead = "to read devices";

export class Devices {
  private readonly lists: Cache<DeviceList>;
  private readonly pageSize = new PageSize(devicesAPage);
  private readonly known: KnownDevices;
  private readonly byIds: Gather<readonly string[], void>;
  /** How often few devices were asked for so far, and where the next page of the list begins. */
  private timesAskedForFew = 0;
  private nextOffset = 0;
  private readonly codec = keptOf(DeviceJson, deviceReader());

  constructor(
    private readonly requester: Requester,
    private readonly clock: Clock,
  ) {
    this.lists = new Cache(clock);
    this.known = new KnownDevices(clock);
    this.byIds = new Gather(clock, (asked) => this.read([...new Set(asked.flat())]));
  }

  async list(query: DeviceQuery, maxAgeMs: number, signal?: AbortSignal): Promise<DeviceList> {
    const groups = [...new Set(query.groups ?? [])].sort();
    const key = JSON.stringify([groups, query.search, query.serial, query.tags, query.osVersion]);
    const read = async (unwanted: AbortSignal): Promise<DeviceList> => {
      const marks = marksOf(query);
      const reads =
        groups.length === 0
          ? [marks]
          : chunksOf(groups, idsInUrl).map((some) => ({ ...marks, group_multi: some.join(",") }));
      const lists = await Promise.all(reads.map((filters) => this.whole(filters, unwanted)));
      const byId = joined(lists.map(({ byId: some }) => some));
      this.known.keepList(key, byId);
      return { byId, addsUp: lists.every(({ addsUp }) => addsUp) };
    };
    return this.lists.get(key, maxAgeMs, read, signal);
  }

  private whole(filters: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Whole<Device>> {
    return readWhole(this.requester, { ...this.listCall(filters), signal });
  }

  async byId(ids: readonly string[], maxAgeMs: number): Promise<ReadonlyMap<string, Device>> {
    const oldestMs = this.clock.now() - maxAgeMs;
    const missing = ids.filter((id) => (this.known.of(id)?.readAtMs ?? Number.NEGATIVE_INFINITY) < oldestMs);
    if (missing.length > 0) await this.byIds.ask(missing);
    const found = new Map<string, Device>();
    for (const id of ids) {
      const device = this.known.of(id)?.device;
      if (device !== undefined) found.set(id, device);
    }
    return found;
  }

  /** Many are looked for in the list, few are asked for one by one; what is found is remembered. */
  private async read(ids: readonly string[]): Promise<void> {
    const missing = new Set(ids);
    if (missing.size > fewIds) await this.readList(missing);
    else {
      this.timesAskedForFew += 1;
      if (this.timesAskedForFew > fewTimes) await this.readNextPage(missing);
    }
    // What the list lacks is asked for by name before it counts as unknown: the list may leave out some states.
    await Promise.all([...missing].map((id) => this.readOne(id)));
  }

  /** Page after page, until to ask for the rest one by one costs no more than the pages that are left. */
  private async readList(missing: Set<string>): Promise<void> {
    let offset = 0;
    for await (const { items, count } of pages(this.requester, this.listCall({}))) {
      this.take(items, missing);
      offset += items.length;
      const pagesLeft = count === undefined ? 1 : Math.ceil((count - offset) / Math.max(1, items.length));
      if (missing.size <= pagesLeft) break;
    }
  }

  /** Of many who ask for few, one after the other, each pays for the next page of the list until all of it is known. */
  private async readNextPage(missing: Set<string>): Promise<void> {
    const { items, count } = await readPage(this.requester, this.listCall({}), this.nextOffset);
    this.take(items, missing);
    const end = this.nextOffset + items.length;
    this.nextOffset = items.length === 0 || end >= (count ?? end) ? 0 : end;
  }

  private take(devices: readonly Device[], missing: Set<string>): void {
    for (const device of devices) {
      this.known.keep(device.id, device);
      missing.delete(device.id);
    }
  }

  private async readOne(id: string): Promise<void> {
    try {
      const device = await this.requester.call({
        method: "GET",
        // Esper's description has no slash at the end of this one.
        path: pathOf`/v2/devices/${id}`,
        codec: this.codec,
        attempt: `read the device ${id}`,
        permission: toRead,
      });
      this.known.keep(id, device);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.known.keep(id, undefined);
    }
  }

  private listCall(query: Readonly<Record<string, string>>): ListCall<Device> {
    const { pageSize: size } = this;
    return { path: devicesPath, query, item: this.codec, size, attempt: "list devices", permission: toRead };
  }
}

function joined(lists: readonly ReadonlyMap<string, Device>[]): ReadonlyMap<string, Device> {
  const [first = new Map<string, Device>(), ...others] = lists;
  if (others.length === 0) return first;
  const all = new Map(first);
  for (const list of others) for (const [id, device] of list) all.set(id, device);
  return all;
}

function marksOf({ search, serial, tags, osVersion }: DeviceQuery): Readonly<Record<string, string>> {
  return {
    ...(search !== undefined && { search }),
    ...(serial !== undefined && { serial }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags: tags.join(",") }),
    ...(osVersion !== undefined && { android_version_exact: osVersion }),
  };
}
