// Reads the newest requests of a command out of a list whose order Esper does not document.
// Newest first is what is met; oldest first is read from its end; without an order, a bounded number of pages is read.
// It must not know which endpoint the list is of.

import type { SentCommand } from "./client";
import { readPage, type ListCall, type Page } from "./pages";
import type { Requester } from "./request";

/** Each row echoes its arguments, so a page of 50 may be some MB. */
export const RECENT_ROWS = 50;
/** A list that is in order ends by its dates; one that is not is read so far and no further. */
const MAX_PAGES = 400;
const MAX_PAGES_UNORDERED = 40;

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
  const call = { ...list, limit: RECENT_ROWS };
  const byId = new Map<string, A>();
  const keep = ({ items }: Page<A>): void => {
    for (const item of items) byId.set(item.id, item);
  };
  const first = await readPage(requester, call, 0);
  keep(first);
  const order = orderOf(first.items);
  if (order === "oldestFirst" && first.count !== undefined) await readFromEnd(first.count);
  else await readFromStart();
  return [...byId.values()]
    .filter((row) => instantOf(row) >= sinceMs)
    .sort((one, other) => instantOf(other) - instantOf(one));

  async function readFromStart(): Promise<void> {
    let page = first;
    let offset = first.items.length;
    const maxPages = order === "none" ? MAX_PAGES_UNORDERED : MAX_PAGES;
    for (let read = 1; read < maxPages && !isEnough([...byId.values()]); read += 1) {
      const isEnd = page.items.length === 0 || (page.count !== undefined && offset >= page.count);
      const isOldEnough = order === "newestFirst" && page.items.some((row) => instantOf(row) < sinceMs);
      if (isEnd || isOldEnough) return;
      page = await readPage(requester, call, offset);
      keep(page);
      offset += page.items.length;
    }
  }

  async function readFromEnd(count: number): Promise<void> {
    const step = Math.max(1, first.items.length);
    let end = count;
    for (let read = 1; read < MAX_PAGES && end > first.items.length && !isEnough([...byId.values()]); read += 1) {
      const page = await readPage(requester, call, Math.max(first.items.length, end - step));
      keep(page);
      if (page.items.length === 0 || page.items.some((row) => instantOf(row) < sinceMs)) return;
      end -= step;
    }
  }
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

/** A request as the API lists it, in the provider's words. */
export function sentCommandOf(row: {
  readonly id: string;
  readonly command: string;
  readonly command_type: string;
  readonly created_at: string;
  readonly devices?: readonly string[] | null | undefined;
  readonly groups?: readonly string[] | null | undefined;
  readonly alias?: string | null | undefined;
  readonly command_args?: Readonly<Record<string, unknown>> | null | undefined;
}): SentCommand {
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

/** Esper's dates have six digits of a second or none; a text that is no date stays as it is. */
export function isoInstant(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}
