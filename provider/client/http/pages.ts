// Walks a paged list by offset: which items, and is there more?
// It never follows `next`: a host out of an answer must not get the key, and live `next` links are not always right
// (docs/background/esper-api.md, 4e). It steps by the rows received: pages smaller than asked are fine.

import type * as t from "io-ts";
import { DecodeError } from "../../errors";
import { pageOf } from "../codecs";
import type { Call, Requester } from "./request";

/** What Esper's own bulk tool asks for everywhere; the most that commands v0 allows is not documented. */
export const pageRows = 250;

export interface ListCall<A> extends Omit<Call<A>, "method" | "body" | "codec"> {
  readonly item: t.Type<A, unknown>;
  readonly limit: number;
}

export interface Page<A> {
  readonly items: readonly A[];
  /** How many items the whole list has, when the server says so. */
  readonly count: number | undefined;
}

export async function readPage<A>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  offset: number,
): Promise<Page<A>> {
  const { item, limit, query, ...rest } = list;
  const page = await requester.call({
    ...rest,
    method: "GET",
    query: { ...query, limit, offset },
    codec: pageOf(item),
  });
  return { items: page.results, count: page.count ?? undefined };
}

export interface PagesOptions {
  /** For who reads all of them: the next two pages are asked for while this one is worked on. Default false. */
  readonly readsAhead?: boolean;
}

/** Page after page until the count is reached or a page is empty. */
export async function* pages<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  { readsAhead = false }: PagesOptions = {},
): AsyncGenerator<Page<A>, void, undefined> {
  const seen = new Set<string>();
  const asked = new Map<number, Promise<Page<A>>>();
  let offset = 0;
  for (;;) {
    const page = await (asked.get(offset) ?? readPage(requester, list, offset));
    const { items, count } = page;
    // The rows are large; nothing here keeps a page that was handed on.
    asked.delete(offset);
    const before = seen.size;
    for (const { id } of items) seen.add(id);
    offset += items.length;
    const isLast = items.length === 0 || (count !== undefined && offset >= count);
    // Without a count nobody knows whether there is a next one; and what repeats itself goes on for ever.
    const end = readsAhead && seen.size > before ? (count ?? 0) : 0;
    for (const next of [offset, offset + items.length]) {
      if (next >= end || asked.has(next)) continue;
      const reading = readPage(requester, list, next);
      // Its failure is told where it is awaited, which may be never when an earlier page fails.
      reading.catch(() => undefined);
      asked.set(next, reading);
    }
    if (items.length > 0) yield page;
    if (isLast) return;
    if (seen.size === before) throw repeatedPage(list.path, list.attempt, seen.size);
  }
}

/** All items, each once: rows may move between two pages while they are read. */
export async function readAll<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
): Promise<readonly A[]> {
  const byId = new Map<string, A>();
  for await (const { items } of pages(requester, list, { readsAhead: true })) {
    for (const item of items) byId.set(item.id, item);
  }
  return [...byId.values()];
}

/** Else a server that ignores `offset` would be asked for ever, or half a list be taken for the whole. */
function repeatedPage(path: string, attempt: string, rows: number): DecodeError {
  return new DecodeError(
    { method: "GET", path, paths: ["results"] },
    `Could not ${attempt}: Esper's list repeats itself after ${rows} rows. Try again later.`,
  );
}
