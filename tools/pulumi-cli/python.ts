// Python with Pulumi's SDK, for the stories of Python programs: a virtual environment in the user's cache, made once from the
// python3 of the PATH, with what python-requirements.txt beside this file pins.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { inWords, runLong } from "./command";
import { isExecutable } from "./installed";
import { withLock } from "./lock";
import { cacheFolder } from "./places";

const requirements = join(__dirname, "python-requirements.txt");

/** The virtual environment's folder. @throws Error with one sentence where it cannot be made */
export async function pythonFolder(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache = cacheFolder({ env, home: homedir(), platform: process.platform });
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const folder = join(cache, `python-${wanted}`);
  // Written last. A virtual environment holds its own path, so that it cannot be made elsewhere and renamed.
  const done = join(folder, "whole");
  if (await isThere(folder, done)) return folder;
  await mkdir(cache, { recursive: true });
  const lock = { me: { pid: process.pid, host: hostname() }, onWait: () => undefined };
  return withLock(join(cache, "python.lock"), lock, async () => {
    if (await isThere(folder, done)) return folder;
    await rm(folder, { recursive: true, force: true });
    await step(env, "python3", ["-m", "venv", folder]);
    await step(env, join(folder, "bin", "python"), ["-m", "pip", "install", "--quiet", "-r", requirements]);
    await writeFile(done, "");
    return folder;
  });
}

async function isThere(folder: string, done: string): Promise<boolean> {
  if (!(await isExecutable(join(folder, "bin", "python")))) return false;
  return readFile(done).then(
    () => true,
    () => false,
  );
}

async function step(env: NodeJS.ProcessEnv, command: string, args: readonly string[]): Promise<void> {
  const onProgress = (elapsedMs: number): void => {
    process.stderr.write(`setting up Python with Pulumi, ${inWords(elapsedMs)} …\n`);
  };
  const { ended, lastWords } = await runLong({ command, args, cwd: __dirname, env, onProgress });
  if (ended !== "well")
    throw new Error(`Python with Pulumi could not be set up: ${lastWords}. Python 3.9 or later is needed.`);
}
