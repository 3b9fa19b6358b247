// What the processes of one run of the engine cost, read from /proc while they live (Linux; elsewhere nothing is known).
// The kernel keeps peaks and sums, so what is lost is at most what came between the last look and a process's end.

import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const lookEveryMs = 50;
/** Linux counts CPU time in hundredths of a second for /proc, whatever its clock (proc(5), USER_HZ). */
const tickMs = 10;

/** The engine is the CLI itself. Others, such as the language host, cost next to nothing. */
export const roles = ["engine", "program", "provider"] as const;
export type Role = (typeof roles)[number];
export type CpuMs = Readonly<Record<Role, number>>;

/** The SDK's scripts as whole arguments; a process that only looks for their place names them within a longer one. */
const scripts: readonly (readonly [Role, RegExp])[] = [
  ["provider", /\/cmd\/dynamic-provider(\/index\.js)?\0/],
  ["provider", /\/packaged\/main\.js\0/],
  ["program", /\/cmd\/run(\/index\.js)?\0/],
];

export interface Costs {
  readonly cpuMs: CpuMs;
  /** The provider's highest VmHWM. */
  readonly providerBytes: number | undefined;
}

/** Looks at the process `engine` and those below it until `ended`. */
export async function watchProcesses(engine: number, ended: AbortSignal): Promise<Costs> {
  const roleOf = new Map<number, Role>([[engine, "engine"]]);
  const cpuMs = new Map<number, number>();
  let providerBytes: number | undefined;
  while (!ended.aborted) {
    for (const pid of await belowOf(engine)) {
      const role = roleOf.get(pid) ?? (await readRole(pid));
      if (role === undefined) continue;
      roleOf.set(pid, role);
      cpuMs.set(pid, Math.max(cpuMs.get(pid) ?? 0, await readCpuMs(pid)));
      if (role === "provider") providerBytes = Math.max(providerBytes ?? 0, await readPeakBytes(pid));
    }
    await sleep(lookEveryMs);
  }
  const sum = (wanted: Role): number =>
    [...cpuMs].reduce((total, [pid, ms]) => (roleOf.get(pid) === wanted ? total + ms : total), 0);
  return { cpuMs: { engine: sum("engine"), program: sum("program"), provider: sum("provider") }, providerBytes };
}

/** A process and all below it. Each thread has its own list of children. */
async function belowOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => textOf(`/proc/${pid}/task/${thread}/children`)));
  const children = lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
  return [pid, ...(await Promise.all(children.map(belowOf))).flat()];
}

async function readRole(pid: number): Promise<Role | undefined> {
  const commandLine = await textOf(`/proc/${pid}/cmdline`);
  return scripts.find(([, script]) => script.test(commandLine))?.[0];
}

/** Of all its threads, the ended ones too; its children's is their own. */
async function readCpuMs(pid: number): Promise<number> {
  const stat = await textOf(`/proc/${pid}/stat`);
  // The second field is the name, which may hold anything but ends with the last bracket; utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs;
}

async function readPeakBytes(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(await textOf(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
}

/** Empty when the process is gone, or where there is no /proc. */
function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
