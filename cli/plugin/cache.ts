// Pulumi's cache of plugins: where it stands, and how the folder of this plugin is called in it. Pure.

import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What the engine looks for, on the PATH and in the plugin's folder. */
export const pluginName = "pulumi-resource-esper";

/** The engine's own rule: PULUMI_HOME, or `.pulumi` in the user's home. */
export function pluginCache(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env["PULUMI_HOME"] ?? "";
  return join(chosen === "" ? join(homedir(), ".pulumi") : resolve(chosen), "plugins");
}

export function cachedFolderName(version: string): string {
  return `resource-esper-v${version}`;
}

/** The version of the plugin in a folder of the cache; undefined where the folder is something else. */
export function cachedVersion(folderName: string): string | undefined {
  return /^resource-esper-v(\d+\.\d+\.\d+\S*)$/u.exec(folderName)?.[1];
}
