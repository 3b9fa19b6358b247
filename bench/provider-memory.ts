// The peak memory of the engine's dynamic-provider process, read from /proc while it lives (Linux; elsewhere unknown).
// The kernel keeps the peak, so what is lost is at most a growth between the last look and the process's end.

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const lookEveryMs = 50;

/** The SDK's server as a whole argument; the process that only looks for its place names it within a longer one. */
const isServer = /\/dynamic-provider(\/index\.js)?\0/;

/** Looks at the provider below the process `engine` until `ended`; answers its highest VmHWM in bytes. */
export async function watchProviderMemory(engine: number, ended: AbortSignal): Promise<number | undefined> {
  let provider: number | undefined;
  let peak: number | undefined;
  while (!ended.aborted) {
    provider ??= await findProvider(engine);
    if (provider !== undefined) peak = Math.max(peak ?? 0, (await peakOf(provider)) ?? 0);
    await sleep(lookEveryMs);
  }
  return peak;
}

async function findProvider(pid: number): Promise<number | undefined> {
  for (const child of await childrenOf(pid)) {
    if (isServer.test(await textOf(`/proc/${child}/cmdline`))) return child;
    const below = await findProvider(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

/** Each thread has its own list of children. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => textOf(`/proc/${pid}/task/${thread}/children`)));
  return lists.flatMap((list) =>
    list
      .split(" ")
      .filter((id) => id !== "")
      .map(Number),
  );
}

async function peakOf(pid: number): Promise<number | undefined> {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(await textOf(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** Empty when the process is gone, or where there is no /proc. */
function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
