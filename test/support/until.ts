// Waiting for what a test does not bring about itself: simulated devices work in real time, and runs go on in other processes.

/** Waits for what other processes or a run in the background will bring about; an error when it does not come. */
export async function until(isSo: () => boolean, atMostMs = 20_000): Promise<void> {
  const endAt = Date.now() + atMostMs;
  while (!isSo()) {
    if (Date.now() > endAt) throw new Error(`What was waited for has not come within ${atMostMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
