// Runs stories side by side, a few at a time, since most of their time is waiting. Each test then waits for its own, so
// that every story still stands and fails under its own title.

/** Starts all; the promise of one is rejected when that one fails, and never keeps the others from running. */
export function startTogether<K, T>(
  keys: readonly K[],
  atATime: number,
  story: (key: K) => Promise<T>,
): ReadonlyMap<K, Promise<T>> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const take = (): Promise<void> => {
    running += 1;
    return running <= atATime ? Promise.resolve() : new Promise((go) => waiting.push(go));
  };
  const give = (): void => {
    running -= 1;
    waiting.shift()?.();
  };
  const started = keys.map((key): readonly [K, Promise<T>] => {
    const told = take().then(() => story(key).finally(give));
    // Its test may come later; until then nobody listens.
    told.catch(() => undefined);
    return [key, told];
  });
  return new Map(started);
}
