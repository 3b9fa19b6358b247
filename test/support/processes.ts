// Finds the processes that a test's own process has started, so that a test can end one of them at any moment and leaves
// none behind. Reads Linux's /proc; it ends nothing by name.

import { readdir, readFile } from "node:fs/promises";

export interface Process {
  readonly pid: number;
  /** Its arguments, the program first. */
  readonly command: readonly string[];
}

/** All processes below this one, parents before their children. */
export async function descendantsOf(pid: number): Promise<readonly Process[]> {
  const entries = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(entries.map(async (name) => [Number(name), await parentOf(name)] as const));
  const found: number[] = [pid];
  for (const parent of found) found.push(...parents.filter(([, of]) => of === parent).map(([child]) => child));
  return Promise.all(found.slice(1).map(async (child) => ({ pid: child, command: await commandOf(child) })));
}

/** Ends a process at once, as a lost machine would; one that has ended already is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

async function parentOf(pid: string): Promise<number> {
  const stat = await readOfProcess(`/proc/${pid}/stat`);
  // The name, in brackets, may hold anything; state and parent follow it.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? -1);
}

async function commandOf(pid: number): Promise<readonly string[]> {
  return (await readOfProcess(`/proc/${pid}/cmdline`)).split("\0");
}

/** Empty for a process that has ended meanwhile. */
async function readOfProcess(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return "";
    throw error;
  }
}
