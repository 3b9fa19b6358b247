// The Pulumi CLI for this project: finds a usable one, or gets one by download, or builds one, in this order.
// It owns the order and the words when nothing works; how each way goes, the files beside it know.
// Follows docs/design.md, section 10.

import { mkdir, readdir } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { delimiter, join } from "node:path";
import { buildCli, builtVersion, oldestGo } from "./build";
import { downloadCli } from "./download";
import { findUsable, type PulumiCli, type Search } from "./installed";
import { withLock } from "./lock";
import { builtCliFolder, cacheFolder, foldersToLookIn, pathFolders, pulumiVersionsFolder } from "./places";
import type { Surroundings } from "./places";
import { hasCode } from "./system-error";
import { oldestUsableCli } from "./version";

export type { PulumiCli } from "./installed";

const projectFolder = join(__dirname, "..", "..");

export interface Options {
  readonly env?: NodeJS.ProcessEnv;
  /** Where lines about what is going on go, when it takes long; the standard error by default. */
  readonly say?: (line: string) => void;
}

/**
 * A usable Pulumi CLI. Fast when there is one (about 0.2 s: it is asked for its version); else it is downloaded or
 * built, which can take minutes. Several processes may ask at once: one works, the others wait for it.
 *
 * @throws Error with one sentence that says what was tried and what to install.
 */
export async function pulumiCli({ env = process.env, say = sayOnStandardError }: Options = {}): Promise<PulumiCli> {
  const surroundings: Surroundings = { env, home: homedir(), platform: process.platform };
  const { cli } = await search(surroundings);
  if (cli !== undefined) return cli;

  let saidTo: number | undefined;
  const onWait = (holder: { pid: number } | undefined): void => {
    if (saidTo !== holder?.pid) say(`waiting for process ${holder?.pid ?? "?"}, which is getting the Pulumi CLI …`);
    saidTo = holder?.pid;
  };
  const lockFile = join(await makeCacheFolder(surroundings), "pulumi-cli.lock");
  return await withLock(lockFile, { me: { pid: process.pid, host: hostname() }, onWait }, () =>
    obtain(surroundings, env, say),
  );
}

/** The environment in which to run the CLI: its helpers are found, and programs run on this project's Node. */
export function environmentFor(cli: PulumiCli, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  // Not node_modules/.bin: the `pulumi` in there is the npm package's launcher and would hide the CLI.
  const nodeFolder = join(projectFolder, "node_modules", "node", "bin");
  const path = [nodeFolder, cli.binFolder, env["PATH"] ?? ""].join(delimiter);
  return { PULUMI_SKIP_UPDATE_CHECK: "true", ...env, PATH: path };
}

async function obtain(
  surroundings: Surroundings,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<PulumiCli> {
  const ways = [
    () => downloadCli({ env, projectFolder, say }),
    () =>
      buildCli({
        env,
        into: builtCliFolder(surroundings, builtVersion),
        pathFolders: pathFolders(surroundings),
        say,
      }),
  ];
  const failures: string[] = [];
  // Before anything is tried: another process may have got it while this one waited for the lock.
  let { cli, passedOver } = await search(surroundings);
  for (const way of ways) {
    if (cli !== undefined) return cli;
    const failure = await way();
    if (failure !== undefined) {
      say(failure);
      failures.push(failure);
    }
    ({ cli, passedOver } = await search(surroundings));
  }
  if (cli !== undefined) return cli;
  throw new Error(nothingWorked(passedOver, failures));
}

/** The sentence for people when there is no CLI: what was found, what was tried, what to do. */
export function nothingWorked(passedOver: readonly string[], failures: readonly string[]): string {
  const seen = [...passedOver, ...failures].join("; ");
  return (
    `There is no usable Pulumi CLI (${seen}): install Pulumi ${oldestUsableCli} or a later 3.x ` +
    `(https://www.pulumi.com/docs/install/), or Go ${oldestGo} or later (https://go.dev/dl/), and run this again.`
  );
}

async function makeCacheFolder(surroundings: Surroundings): Promise<string> {
  const folder = cacheFolder(surroundings);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The Pulumi CLI has no place in ${folder} (${why}): set XDG_CACHE_HOME to a folder for caches.`, {
      cause: error,
    });
  }
  return folder;
}

async function search(surroundings: Surroundings): Promise<Search> {
  const cached = await listFolder(pulumiVersionsFolder(surroundings));
  return await findUsable(foldersToLookIn(surroundings, cached, builtVersion), pathFolders(surroundings));
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}

function sayOnStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
