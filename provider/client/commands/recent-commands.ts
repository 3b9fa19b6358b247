// Reads the newest requests of a command out of a list whose order Esper does not document.
// Newest first is what is met; oldest first is read from its end; without an order, a bounded number of pages is read.
// It must not know which endpoint the list is of.

import type { TypeOf } from "io-ts";
import type { SentCommand } from "../client";
import type { CommandJson } from "../codecs";
import { isoInstant } from "../iso-instant";
import { readPage, type ListCall, type Page } from "../http/pages";
import type { Requester } from "../http/request";

/** Each row echoes its arguments, so a page of 50 may be some MB. */
const recentRows = 50;
/** A list that is in order ends by its dates; one that is not is read so far and no further. */
const maxPagesInOrder = 400;
const maxPagesUnordered = 40;

interface Row {
  readonly id: string;
  readonly created_at: string;
}

export interface Wanted<A> {
  readonly sinceMs: number;
  /** What was looked for is among these: no further page is read. */
  readonly isEnough?: (rows: readonly A[]) => boolean;
}

/** The rows created at `sinceMs` (the server's time) or later, newest first. */
export async function readRecent<A extends Row>(
  requester: Requester,
  list: Omit<ListCall<A>, "limit">,
  { sinceMs, isEnough = () => false }: Wanted<A>,
): Promise<readonly A[]> {
  const byId = new Map<string, A>();
  for await (const { items, reachesMs } of recentPages(requester, list)) {
    for (const item of items) byId.set(item.id, item);
    if (reachesMs < sinceMs || isEnough([...byId.values()])) break;
  }
  return [...byId.values()]
    .filter((row) => instantOf(row) >= sinceMs)
    .sort((one, other) => instantOf(other) - instantOf(one));
}

export interface RecentPage<A> {
  readonly items: readonly A[];
  /** Every row that is newer than this is in one of the pages so far; minus infinity when there is no further page. */
  readonly reachesMs: number;
}

/** The list from its newest end on, page by page, for as long as the caller reads on. */
export async function* recentPages<A extends Row>(
  requester: Requester,
  list: Omit<ListCall<A>, "limit">,
): AsyncGenerator<RecentPage<A>, void, undefined> {
  const call = { ...list, limit: recentRows };
  const first = await readPage(requester, call, 0);
  const order = orderOf(first.items);
  if (order === "oldestFirst" && first.count !== undefined) yield* fromEnd(first.count);
  else yield* fromStart();

  async function* fromStart(): AsyncGenerator<RecentPage<A>, void, undefined> {
    const maxPages = order === "none" ? maxPagesUnordered : maxPagesInOrder;
    const seen = new Set<string>();
    let page = first;
    let offset = 0;
    for (let read = 1; ; read += 1) {
      offset += page.items.length;
      const before = seen.size;
      for (const { id } of page.items) seen.add(id);
      // A page without a new row is the end, or a server that does not know `offset`, which has no more to show.
      const isRead = seen.size === before || (page.count !== undefined && offset >= page.count);
      const isEnd = isRead || read >= maxPages;
      yield { items: page.items, reachesMs: isEnd ? -Infinity : order === "newestFirst" ? oldestIn(page) : Infinity };
      if (isEnd) return;
      page = await readPage(requester, call, offset);
    }
  }

  async function* fromEnd(count: number): AsyncGenerator<RecentPage<A>, void, undefined> {
    const step = Math.max(1, first.items.length);
    let end = count;
    yield { items: first.items, reachesMs: end <= first.items.length ? -Infinity : Infinity };
    for (let read = 2; end > first.items.length; read += 1) {
      const page = await readPage(requester, call, Math.max(first.items.length, end - step));
      end -= step;
      const isEnd = page.items.length === 0 || end <= first.items.length || read >= maxPagesInOrder;
      yield { items: page.items, reachesMs: isEnd ? -Infinity : oldestIn(page) };
      if (isEnd) return;
    }
  }
}

function oldestIn({ items }: Page<Row>): number {
  return Math.min(...items.map(instantOf));
}

function orderOf(rows: readonly Row[]): "newestFirst" | "oldestFirst" | "none" {
  const instants = rows.map(instantOf);
  if (instants.every((at, index) => index === 0 || at <= (instants[index - 1] ?? at))) return "newestFirst";
  if (instants.every((at, index) => index === 0 || at >= (instants[index - 1] ?? at))) return "oldestFirst";
  return "none";
}

function instantOf(row: Row): number {
  const at = Date.parse(row.created_at);
  return Number.isNaN(at) ? 0 : at;
}

/** A request as the API lists it. */
export type RequestRow = TypeOf<typeof CommandJson>;

/** In the provider's words. */
export function sentCommandOf(row: RequestRow): SentCommand {
  const aliasName = row.command_args?.["cert_alias_name"];
  return {
    id: row.id,
    command: row.command,
    commandType: row.command_type === "GROUP" || row.command_type === "DYNAMIC" ? row.command_type : "DEVICE",
    devices: row.devices ?? [],
    groups: row.groups ?? [],
    ...(typeof row.alias === "string" && row.alias !== "" ? { label: row.alias } : {}),
    ...(typeof aliasName === "string" ? { aliasName } : {}),
    createdAt: isoInstant(row.created_at),
  };
}
