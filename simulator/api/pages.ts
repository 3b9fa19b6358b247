// Pages by limit and offset, with the links to the next and the one before (docs/background/esper-api.md, 4e).
// A list is given as a count and a way to cut a piece out of it, so that nobody has to make the whole list.

export interface PageWanted {
  readonly limit: number;
  readonly offset: number;
}

export interface Page<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
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

/** `url` is the address asked for, as links shall show it. */
export function pageOf<T>(url: URL, wanted: PageWanted, count: number, rows: readonly T[]): Page<T> {
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
