// The known name that a misspelt one most likely means. Pure; it knows no arguments.

/** The nearest of `known`, where it is near enough to be a slip of the pen; letters' case does not count. */
export function closestName(written: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(written.length / 4));
  const [nearest] = known
    .map((name) => ({ name, slips: slipsBetween(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= most && slips < name.length / 2)
    .sort((one, other) => one.slips - other.slips);
  return nearest?.name;
}

/**
 * How many letters were left out, added, changed, or swapped with their neighbour: the restricted Damerau-Levenshtein
 * distance, row by row.
 */
function slipsBetween(one: string, other: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          (next[column - 1] ?? Infinity) + 1,
          (last[column] ?? Infinity) + 1,
          (last[column - 1] ?? Infinity) + (isSame ? 0 : 1),
          isSwapped ? (before[column - 2] ?? Infinity) + 1 : Infinity,
        ),
      );
    }
    [before, last] = [last, next];
  }
  return last[other.length] ?? Infinity;
}
