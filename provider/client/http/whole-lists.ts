// Reads a paged list from its beginning to its end: has it all of the rows that it is said to have? Which pages there are,
// pages.ts knows.

import { pages, type ListCall } from "./pages";
import type { Requester } from "./request";

/** A list whose rows do not add up is read so many times. */
const maxReads = 3;

export interface Whole<A> {
  readonly byId: ReadonlyMap<string, A>;
  /** Whether there are as many rows as the list is said to have; where not, one may be missing. */
  readonly addsUp: boolean;
}

/**
 * A list from its beginning to its end, each row once. Rows move between two pages while they are read: then it is read
 * again, and what any of the reads has seen is in the result.
 */
export async function readWhole<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
): Promise<Whole<A>> {
  const all = new Map<string, A>();
  for (let reads = 1; ; reads += 1) {
    // The first read has nothing to be told from.
    const ids = reads === 1 ? all : new Map<string, A>();
    let count: number | undefined;
    for await (const page of pages(requester, list, { readsAhead: true, seen: ids })) {
      for (const row of page.items) {
        ids.set(row.id, row);
        all.set(row.id, row);
      }
      if (page.count !== undefined) count = Math.max(page.count, count ?? 0);
    }
    const addsUp = count === undefined || ids.size >= count;
    // What the earlier reads have and this one lacks is gone.
    if (addsUp) for (const id of all.keys()) if (!ids.has(id)) all.delete(id);
    if (addsUp || all.size === count) return { byId: all, addsUp: true };
    if (reads === maxReads) return { byId: all, addsUp: false };
  }
}

/** All items, each once; or those of the first pages, where not all need be known. */
export async function readAll<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  maxPagesRead?: number,
): Promise<readonly A[]> {
  if (maxPagesRead !== undefined) return readFirst(requester, list, maxPagesRead);
  return [...(await readWhole(requester, list)).byId.values()];
}

async function readFirst<A extends { readonly id: string }>(
  requester: Pick<Requester, "call">,
  list: ListCall<A>,
  maxPagesRead: number,
): Promise<readonly A[]> {
  const rows: A[] = [];
  let pagesRead = 0;
  for await (const { items } of pages(requester, list)) {
    rows.push(...items);
    pagesRead += 1;
    if (pagesRead >= maxPagesRead) break;
  }
  return rows;
}
