// Middle values of a few runs. Pure.

/** The middle value; of an even number the upper one. NaN when there is none. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? NaN;
}

/** A run and the floor's run beside it, in milliseconds. */
export interface Pair {
  readonly ownMs: number;
  readonly floorMs: number;
  /** Of a provider that does nothing but stores the same; measured where the state is large. */
  readonly echoMs?: number;
}

/**
 * How many times the floor. Taken pair by pair, so that what slows the machine for a while meets both sides; the middle
 * one of them counts, since the lowest would flatter and the highest is the machine's.
 */
export function ratioOf(pairs: readonly Pair[]): number {
  return median(pairs.map(({ ownMs, floorMs }) => ownMs / floorMs));
}

/** The middle ratio with the lowest and the highest: how far runs differ shows how far to believe it. */
export function ratiosOf(pairs: readonly Pair[]): {
  readonly lowest: number;
  readonly middle: number;
  readonly highest: number;
} {
  const ratios = pairs.map(({ ownMs, floorMs }) => ownMs / floorMs);
  return { lowest: Math.min(...ratios), middle: ratioOf(pairs), highest: Math.max(...ratios) };
}

/** How many times a run of the provider that stores the same; undefined where that was not measured. */
export function echoRatioOf(pairs: readonly Pair[]): number | undefined {
  const ratios = pairs.flatMap(({ ownMs, echoMs }) => (echoMs === undefined ? [] : [ownMs / echoMs]));
  return ratios.length === 0 ? undefined : median(ratios);
}

/** What a run costs beyond the floor, in milliseconds; below zero when the difference drowns in noise. */
export function beyondMs(pairs: readonly Pair[]): number {
  return median(pairs.map(({ ownMs, floorMs }) => ownMs - floorMs));
}

/** The same beyond a run of the provider that stores the same; undefined where that was not measured. */
export function beyondEchoMs(pairs: readonly Pair[]): number | undefined {
  const beyond = pairs.flatMap(({ ownMs, echoMs }) => (echoMs === undefined ? [] : [ownMs - echoMs]));
  return beyond.length === 0 ? undefined : median(beyond);
}
