// How long a wait still takes, learned from the answers that have come so far (docs/design.md, section 8). Pure; the instants are
// arguments. It says nothing before it can be told, and nothing any more once answers have stopped.

/** What one round of reading has seen. */
export interface Sighting {
  readonly atMs: number;
  /** All answers until then, whatever they say. */
  readonly answered: number;
}

/** Fewer answers, in fewer rounds or a shorter time, tell no pace. */
const leastAnswers = 5;
const leastRounds = 3;
const leastMs = 5_000;
/** The later half brought less than this part of what the earlier one did: the answers dwindle. */
const dwindlingShare = 0.75;

/**
 * @param seen every round so far, the oldest first; the first one is where the count begins
 * @param open how many devices are still waited for
 */
export function timeLeftMs(seen: readonly Sighting[], open: number): number | undefined {
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined || open <= 0) return undefined;
  const elapsedMs = last.atMs - first.atMs;
  const rounds = seen.filter(({ answered }, place) => answered > (seen[place - 1]?.answered ?? answered)).length;
  if (last.answered - first.answered < leastAnswers || rounds < leastRounds || elapsedMs < leastMs) return undefined;
  const middle = seen.findLast(({ atMs }) => atMs <= first.atMs + elapsedMs / 2) ?? first;
  const pace = paceOf(middle, last);
  if (pace === 0) return undefined;
  if (pace >= dwindlingShare * paceOf(first, middle)) return open / pace;
  // Where a fixed share of those that are left answers in each minute, the last one takes the sum of 1/n such times.
  const shareOfMs = Math.log((open + last.answered - middle.answered) / open) / (last.atMs - middle.atMs);
  return (Math.log(open) + 0.58) / shareOfMs;
}

/** For example `about 2 min left`. */
export function timeLeft(ms: number): string {
  if (ms < 55_000) return `about ${Math.max(1, Math.round(ms / 10_000)) * 10} s left`;
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 100 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

function paceOf(from: Sighting, to: Sighting): number {
  return to.atMs === from.atMs ? 0 : (to.answered - from.answered) / (to.atMs - from.atMs);
}
