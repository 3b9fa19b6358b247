// Runs stories side by side, a few at a time, since most of their time is waiting. Each test then waits for its own, so
// that every story still stands and fails under its own title.

/** The story of a key: rejected when that one fails, and when none was started for it, so that no test passes without one. */
export type Told<K, T> = (key: K) => Promise<T>;

/** Starts all; one that fails never keeps the others from running. */
export function startTogether<K, T>(keys: readonly K[], atATime: number, story: (key: K) => Promise<T>): Told<K, T> {
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
  const started = new Map<K, Promise<T>>();
  for (const key of keys) {
    const told = take().then(() => story(key).finally(give));
    // Its test may come later; until then nobody listens.
    told.catch(() => undefined);
    started.set(key, told);
  }
  return (key) => started.get(key) ?? Promise.reject(new Error("No story was started for this test."));
}
