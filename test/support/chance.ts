// The same chances in every run: a linear congruential generator (Numerical Recipes' constants), begun by a seed.

/** Numbers from 0 to 1, 1 excluded. */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
