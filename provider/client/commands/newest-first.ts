// Walks a list of command requests from its newest end, page by page. Esper does not document the order: newest first is
// what is met, oldest first is read from its end, and without an order a bounded number of pages is read.
// It must not know which endpoint the list is of, nor what is kept of its rows.

import type { Page } from "../http/pages";

/** Each row repeats its arguments, the file among them: what is asked for is no promise of what comes. */
export const recentRows = 250;
export const leastRecentRows = 20;
/** A list that is in order ends by its dates; one that is not is read so far and no further. */
const maxPagesInOrder = 400;
const maxPagesWithoutOrder = 40;
/** An instant further ahead of the server's clock than this is none. */
const believableAheadMs = 24 * 3_600_000;

export interface ListedRow {
  readonly id: string;
  readonly created_at: string;
}

export interface NewestPage<A> {
  readonly items: readonly A[];
  /** Every row that is newer than this is in one of the pages so far. */
  readonly reachesMs: number;
  /** No further page is read. */
  readonly isEnd: boolean;
  /** The list goes on, but is not read on: it is too long, or repeats itself. */
  readonly isCut: boolean;
}

type Order = "newestFirst" | "oldestFirst" | "none";

export class NewestFirst<A extends ListedRow> {
  private readonly seen = new Set<string>();
  private order: Order = "none";
  private pagesRead = 0;
  private offset = 0;
  /** Of a list whose oldest rows come first: how many of its first rows are known, and where its unread part ends. */
  private firstRows = 0;
  private unreadEnd = 0;

  constructor(
    private readonly read: (offset: number, signal?: AbortSignal) => Promise<Page<A>>,
    private readonly nowMs: () => number,
  ) {}

  /** So many rows came at the list's beginning since: the others stand further back by as many. */
  shift(rows: number): void {
    if (this.order === "newestFirst") this.offset += rows;
  }

  /** After a failure the same page is asked for again. */
  async next(signal?: AbortSignal): Promise<NewestPage<A>> {
    const isFirst = this.pagesRead === 0;
    const isFromEnd = this.order === "oldestFirst";
    const at = isFromEnd ? Math.max(this.firstRows, this.unreadEnd - Math.max(1, this.firstRows)) : this.offset;
    const page = await this.read(at, signal);
    this.pagesRead += 1;
    if (isFirst) this.order = orderOf(this.instantsOf(page.items));
    if (isFirst && this.order === "oldestFirst" && page.count !== undefined) return this.beginFromEnd(page, page.count);
    if (isFirst && this.order === "oldestFirst") this.order = "none";
    return isFromEnd ? this.nextFromEnd(page) : this.nextFromStart(page);
  }

  private nextFromStart({ items, count }: Page<A>): NewestPage<A> {
    const before = this.seen.size;
    for (const { id } of items) this.seen.add(id);
    this.offset += items.length;
    const hasMore = count === undefined ? items.length > 0 : this.offset < count;
    // A page without a new row is the end, or a server that does not know `offset`, which has no more to show.
    const repeats = items.length > 0 && this.seen.size === before;
    const maxPages = this.order === "none" ? maxPagesWithoutOrder : maxPagesInOrder;
    const isCut = hasMore && items.length > 0 && (repeats || this.pagesRead >= maxPages);
    return { items, reachesMs: this.reachOf(items), isEnd: !hasMore || items.length === 0 || isCut, isCut };
  }

  private beginFromEnd({ items }: Page<A>, count: number): NewestPage<A> {
    this.firstRows = items.length;
    this.unreadEnd = count;
    return { items, reachesMs: Infinity, isEnd: count <= items.length, isCut: false };
  }

  private nextFromEnd({ items }: Page<A>): NewestPage<A> {
    this.unreadEnd -= Math.max(1, this.firstRows);
    const isRead = items.length === 0 || this.unreadEnd <= this.firstRows;
    const isCut = !isRead && this.pagesRead >= maxPagesInOrder;
    return { items, reachesMs: this.reachOf(items), isEnd: isRead || isCut, isCut };
  }

  /** A page that is out of order proves nothing about what comes after it; nor does a date that cannot be. */
  private reachOf(items: readonly A[]): number {
    const instants = this.instantsOf(items);
    const order = orderOf(instants);
    if (this.order === "none" || (order !== this.order && new Set(instants).size > 1)) return Infinity;
    return Math.min(Infinity, ...instants);
  }

  private instantsOf(items: readonly A[]): readonly number[] {
    const latestMs = this.nowMs() + believableAheadMs;
    return items.map(({ created_at: at }) => Date.parse(at)).filter((atMs) => atMs <= latestMs);
  }
}

/** When a row was made; an impossible date counts as just now, since it may be. */
export function believableMs(createdAt: string, nowMs: number): number {
  const atMs = Date.parse(createdAt);
  return atMs <= nowMs + believableAheadMs ? atMs : nowMs;
}

function orderOf(instants: readonly number[]): Order {
  if (instants.every((atMs, index) => index === 0 || atMs <= (instants[index - 1] ?? atMs))) return "newestFirst";
  if (instants.every((atMs, index) => index === 0 || atMs >= (instants[index - 1] ?? atMs))) return "oldestFirst";
  return "none";
}
