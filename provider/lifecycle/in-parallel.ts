// Does the same to many things, some of them at a time. Knows nothing of commands.

/** After a failure nothing more is begun; what is under way ends first, then the first failure is thrown. */
export async function inParallel<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all].reverse();
  const failures: unknown[] = [];
  async function worker(): Promise<void> {
    for (let one = queue.pop(); one !== undefined && failures.length === 0; one = queue.pop()) {
      try {
        await work(one);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
