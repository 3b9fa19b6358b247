// The same chances in every run: a linear congruential generator (Numerical Recipes' constants), begun by a seed; and what
// histories choose by them.

/** Numbers from 0 to 1, 1 excluded. */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Something that may happen, more often the heavier it is. */
export type Event = readonly [weight: number, happen: () => unknown];

/** Lets one of these happen. */
export async function happenOneOf(events: readonly Event[], chance: () => number): Promise<void> {
  const all = events.reduce((sum, [weight]) => sum + weight, 0);
  let left = chance() * all;
  const event = events.find(([weight]) => (left -= weight) < 0);
  await event?.[1]();
}

export function pickOf<T>(list: readonly T[], chance: () => number): T | undefined {
  return list[Math.floor(chance() * list.length)];
}
