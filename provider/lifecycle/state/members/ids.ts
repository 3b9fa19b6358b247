// Ids that are looked up and walked, be they a set or the keys of a map: members are a map by their ids, and of a million of
// them a second copy is what a run would need most of its room for. It knows nothing of what has the ids.

export type Ids = Pick<ReadonlyMap<string, unknown>, "has" | "keys" | "size">;

export const noIds: Ids = new Set<string>();

/** Those of `ids` for which `isMeant` holds; the very same where it holds for all. */
export function idsThat(ids: Ids, isMeant: (id: string) => boolean): Ids {
  for (const id of ids.keys()) if (!isMeant(id)) return new Set(someOf(ids, isMeant));
  return ids;
}

function* someOf(ids: Ids, isMeant: (id: string) => boolean): Generator<string, undefined> {
  for (const id of ids.keys()) if (isMeant(id)) yield id;
  return undefined;
}

/** Without a list of pairs, which takes more room than the map. */
export function mapById<T extends { readonly id: string }>(all: Iterable<T>): ReadonlyMap<string, T> {
  const byId = new Map<string, T>();
  for (const one of all) byId.set(one.id, one);
  return byId;
}

/** All of several, each once. */
export function joinedIds(all: readonly Ids[]): Ids {
  const [first, ...others] = all.filter(({ size }) => size > 0);
  if (others.length === 0) return first ?? noIds;
  const joined = new Set(first?.keys());
  for (const some of others) for (const id of some.keys()) joined.add(id);
  return joined;
}
