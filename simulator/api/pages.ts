// Pages by limit and offset, with the links to the next and the one before (docs/background/esper-api.md, 4e), and the
// faults that befall a list whatever it is of. A list is given as a way to read a piece of it, so that nobody has to
// make the whole list.

import type { Answer, Call, ListName, PageWanted } from "./call";
import { problem } from "./call";

export interface Page<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly rows: readonly T[];
}

/** A piece of a list, and how many rows the whole has. */
export interface Piece<T> {
  readonly count: number;
  readonly rows: readonly T[];
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** A limit that is absent, zero or no number becomes the default; one that is too large becomes the largest. */
export function pageWanted(
  query: URLSearchParams,
  size: { readonly default: number; readonly max: number },
): PageWanted {
  const limit = wholeNumber(query.get("limit"));
  return {
    limit: Math.min(limit === undefined || limit === 0 ? size.default : limit, size.max),
    offset: wholeNumber(query.get("offset")) ?? 0,
  };
}

/** The page that is asked for, or the error that stands for one that is too large. */
export function readPage<T>(call: Call, list: ListName, read: (page: PageWanted) => Piece<T>): Page<T> | Answer {
  const wanted = call.page(list);
  const found = readPiece(call, wanted, read);
  const { largePagesFail } = call.faults.current;
  if (largePagesFail !== undefined && found.rows.length > largePagesFail.rows) {
    const struck = call.faults.strike("largePagesFail", call.family);
    if (struck !== undefined) return problem(struck.status ?? 504, "The request took too long.");
  }
  return linked(call.url, wanted, found);
}

/** The piece from the offset on. Where pages overlap, it begins and ends too early: the last row is on no page. */
function readPiece<T>(call: Call, wanted: PageWanted, read: (page: PageWanted) => Piece<T>): Piece<T> {
  const early = wanted.offset === 0 ? undefined : call.faults.strike("overlappingPages", call.family);
  if (early === undefined) return read(wanted);
  const { count, rows } = read({ limit: wanted.limit, offset: Math.max(0, wanted.offset - (early.by ?? 1)) });
  return { count, rows: rows.slice(0, Math.max(0, count - wanted.offset)) };
}

function linked<T>(url: URL, wanted: PageWanted, { count, rows }: Piece<T>): Page<T> {
  const link = (offset: number): string => {
    const there = new URL(url);
    there.searchParams.set("limit", String(wanted.limit));
    there.searchParams.set("offset", String(offset));
    return there.href;
  };
  const nextOffset = wanted.offset + rows.length;
  return {
    count,
    next: rows.length > 0 && nextOffset < count ? link(nextOffset) : null,
    previous: wanted.offset > 0 ? link(Math.max(0, wanted.offset - wanted.limit)) : null,
    rows,
  };
}
