// Puts a folder of files in a place, whole or not at all: they are copied beside it, and renamed. A folder with other files
// is replaced, one with the same files is left alone. It knows nothing of plugins.

import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export type Placed = "new" | "replaced" | "same";

/** @param executable the file in it that is to be run */
export async function placeFolder(from: string, to: string, executable: string): Promise<Placed> {
  if (await isSame(from, to, executable)) return "same";
  const parent = dirname(to);
  await mkdir(parent, { recursive: true });
  // The dot keeps it out of what Pulumi takes for plugins.
  const beside = await mkdtemp(join(parent, ".pulumi-esper-"));
  try {
    const [fresh, former] = [join(beside, "new"), join(beside, "former")];
    await cp(from, fresh, { recursive: true });
    await chmod(join(fresh, executable), 0o755);
    const isThere = await exists(to);
    if (isThere) await rename(to, former);
    await rename(fresh, to).catch(async (error: unknown) => {
      if (isThere) await rename(former, to);
      throw error;
    });
    return isThere ? "replaced" : "new";
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function isSame(from: string, to: string, executable: string): Promise<boolean> {
  if (!(await exists(to))) return false;
  const [wanted, present] = await Promise.all([from, to].map((folder) => readdir(folder, { recursive: true })));
  if (wanted?.toSorted().join("\0") !== present?.toSorted().join("\0")) return false;
  for (const name of wanted ?? []) {
    const [one, other] = await Promise.all([from, to].map((folder) => readFile(join(folder, name))));
    if (one === undefined || other === undefined || !one.equals(other)) return false;
  }
  return ((await stat(join(to, executable))).mode & 0o111) !== 0 || process.platform === "win32";
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
