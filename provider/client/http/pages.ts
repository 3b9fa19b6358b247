// Walks a paged list by offset: which items, and is there more?
// It never follows `next`: a host out of an answer must not get the key, and live `next` links are not always right
// (docs/background/esper-api.md, 4e). It steps by the rows received: pages smaller than asked are fine. A count is
// believed as far as it can be: one that is smaller than the rows there are does not end a list.

import type * as t from "io-ts";
import { DecodeError, isApiError, isDecodeError, isNetworkError } from "../../errors";
import { pageOf } from "../codecs";
import type { Call, Requester } from "./request";
import { comeAgain } from "./retry";

/** What Esper's own bulk tool asks for everywhere; the most that commands v0 allows is not documented. */
export const pageRows = 250;
/** Far beyond any tenant: a list that is longer has no end. */
const maxRows = 2_000_000;
const maxPages = 20_000;

/** How many rows a page of one kind of list has; a size that a server cannot do is not tried again in this process. */
export class PageSize {
  constructor(
    private now: number,
    private readonly least = 100,
  ) {}

  get rows(): number {
    return this.now;
  }

  get isLeast(): boolean {
    return this.now <= this.least;
  }

  /** Half of what was asked for; false when that was the least already. */
  shrinkBelow(rows: number): boolean {
    if (rows <= this.least) return false;
    this.now = Math.min(this.now, Math.max(this.least, Math.floor(rows / 2)));
    return true;
  }
}

export interface ListCall<A> extends Omit<Call<A>, "method" | "body" | "codec"> {
  readonly item: t.Type<A, unknown>;
  readonly size: PageSize;
}

export interface Page<A> {
  readonly items: readonly A[];
  /** How many items the whole list has, when the server says so and there are not more already. */
  readonly count: number | undefined;
}

export async function readPage<A>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  offset: number,
): Promise<Page<A>> {
  const { item, size, query, ...rest } = list;
  // A page that may be too large is tried once, to learn whether it is.
  for (let triesOnce = !size.isLeast; ;) {
    const limit = size.rows;
    try {
      const page = await requester.call({
        ...rest,
        ...(triesOnce && { attempts: 1 }),
        method: "GET",
        query: { ...query, limit, offset },
        codec: pageOf(item),
      });
      const { results: items, count } = page;
      return { items, count: typeof count === "number" && count >= offset + items.length ? count : undefined };
    } catch (error) {
      const isSmaller = isTooMuchAtOnce(error) && size.shrinkBelow(limit);
      if (!isSmaller && (!triesOnce || !mayHeal(error))) throw error;
      triesOnce = isSmaller && !size.isLeast;
    }
  }
}

function mayHeal(error: unknown): boolean {
  if (isApiError(error)) return error.status >= 500 || error.status === 408;
  if (isNetworkError(error)) return !comeAgain.includes(error.reason);
  // JSON of another shape comes again.
  return isDecodeError(error) && error.paths.length === 0;
}

function isTooMuchAtOnce(error: unknown): boolean {
  if (isNetworkError(error)) return error.reason === "timedOut";
  return isApiError(error) && [413, 502, 503, 504].includes(error.status);
}

export interface PagesOptions {
  /** For who reads all of them: the next two pages are asked for while this one is worked on. Default false. */
  readonly readsAhead?: boolean;
  /** The ids of all rows so far, where the reader keeps them and adds those of each page; without it they are kept here. */
  readonly seen?: Pick<ReadonlySet<string>, "has" | "size">;
}

/** Page after page until the count is reached or a page is empty. */
export async function* pages<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  { readsAhead = false, seen: seenByReader }: PagesOptions = {},
): AsyncGenerator<Page<A>, void, undefined> {
  const ownSeen = new Set<string>();
  const seen = seenByReader ?? ownSeen;
  const asked = new Map<number, Promise<Page<A>>>();
  let offset = 0;
  for (let read = 1; ; read += 1) {
    const page = await (asked.get(offset) ?? readPage(requester, list, offset));
    const { items, count } = page;
    // Nothing here keeps a page that was handed on.
    asked.delete(offset);
    const isNew = items.some(({ id }) => !seen.has(id));
    if (seenByReader === undefined) for (const { id } of items) ownSeen.add(id);
    offset += items.length;
    const isLast = items.length === 0 || offset === count;
    // Without a count a page does not tell whether there is a next one; and a page that repeats itself would go on for ever.
    const end = readsAhead && isNew ? (count ?? 0) : 0;
    for (const next of [offset, offset + items.length]) {
      if (next >= end || asked.has(next)) continue;
      const reading = readPage(requester, list, next);
      // Its failure is told where it is awaited, which may be never when an earlier page fails.
      reading.catch(() => undefined);
      asked.set(next, reading);
    }
    if (items.length > 0) yield page;
    if (isLast) return;
    list.signal?.throwIfAborted();
    if (!isNew) throw unusableList(list, `repeats itself after ${seen.size} rows`);
    if (seen.size > maxRows || read >= maxPages) throw unusableList(list, `does not end after ${seen.size} rows`);
  }
}

/** Else a server that ignores `offset` would be asked for ever, or half a list be taken for the whole. */
function unusableList({ path, attempt }: Pick<Call<unknown>, "path" | "attempt">, seen: string): DecodeError {
  return new DecodeError(
    { method: "GET", path, paths: ["results"] },
    `Could not ${attempt}: Esper's list ${seen}. Try again later.`,
  );
}
