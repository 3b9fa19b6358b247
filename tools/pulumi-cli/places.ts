// Where a Pulumi CLI may stand on this machine, in the order in which it is looked for.
// Pure: the environment and the listing of Pulumi's cache come in as arguments; nothing is read or run.
// Follows docs/design.md, section 10.

import { delimiter, isAbsolute, join } from "node:path";
import { compareVersions, versionIn } from "./version";

/** What decides where to look. `env` is the process's environment, `home` the user's home folder. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/** The folders of an environment's PATH; relative and empty entries are left out, they mean another place in every folder. */
export function pathFolders({ env }: Surroundings): readonly string[] {
  return (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter(isAbsolute);
}

/** Where Pulumi's installer, its `pulumi` npm package and its Automation API keep CLIs, one folder a version. */
export function pulumiVersionsFolder({ env, home }: Surroundings): string {
  return join(pulumiHome(env, home), "versions");
}

/** This project's folder for things that are costly to make again, below the platform's folder for caches. */
export function cacheFolder({ env, home, platform }: Surroundings): string {
  return join(platformCache(env, home, platform), "pulumi-esper");
}

/** The folder of the CLI of that version that this project has built itself. */
export function builtCliFolder(surroundings: Surroundings, version: string): string {
  return join(cacheFolder(surroundings), `pulumi-${version}`);
}

/**
 * The folders to look in, best first: the PATH, Pulumi's own cache (newest version first), what was built here.
 * `cachedVersions` are the names found in `pulumiVersionsFolder`.
 */
export function foldersToLookIn(
  surroundings: Surroundings,
  cachedVersions: readonly string[],
  builtVersion: string,
): readonly string[] {
  const { env, home } = surroundings;
  const newestFirst = cachedVersions.filter((name) => versionIn(name) === name).sort((a, b) => compareVersions(b, a));
  return [
    ...pathFolders(surroundings),
    join(pulumiHome(env, home), "bin"),
    ...newestFirst.map((version) => join(pulumiVersionsFolder(surroundings), version, "bin")),
    join(builtCliFolder(surroundings, builtVersion), "bin"),
  ];
}

function pulumiHome(env: Surroundings["env"], home: string): string {
  const chosen = env["PULUMI_HOME"] ?? "";
  return chosen === "" ? join(home, ".pulumi") : chosen;
}

function platformCache(env: Surroundings["env"], home: string, platform: NodeJS.Platform): string {
  const chosen = env["XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(chosen)) return chosen;
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return env["LOCALAPPDATA"] ?? join(home, "AppData", "Local");
  return join(home, ".cache");
}
