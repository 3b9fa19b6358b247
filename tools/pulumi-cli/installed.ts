// Finds out whether a usable Pulumi CLI stands in a folder: new enough, and with the two helpers that
// a Node program with dynamic resources needs. It looks and asks for versions; it changes nothing.
// Follows docs/background/pulumi-dynamic-providers.md, sections 5 (launch) and 13.

import { execFile } from "node:child_process";
import { access, constants, realpath } from "node:fs/promises";
import { devNull } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { isAtLeast, oldestUsableCli, versionIn } from "./version";

/** A Pulumi CLI that can run this project's programs. `binFolder` belongs on the PATH when it runs. */
export interface PulumiCli {
  readonly command: string;
  readonly binFolder: string;
  /** Such as `3.250.0`. */
  readonly version: string;
}

/** What a search found: a CLI, and for each one passed over, a reason for people. */
export interface Search {
  readonly cli: PulumiCli | undefined;
  readonly passedOver: readonly string[];
}

export function executableName(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/** Takes the first usable CLI of the folders. `helperFolders` are further places for the helpers (the PATH). */
export async function findUsable(folders: readonly string[], helperFolders: readonly string[]): Promise<Search> {
  const passedOver: string[] = [];
  for (const binFolder of new Set(folders)) {
    const command = join(binFolder, executableName("pulumi"));
    if (!(await isProgram(command))) continue;
    const version = await askVersion(command);
    const problem = whyUnusable(version, await missingHelper([binFolder, ...helperFolders]));
    if (version !== undefined && problem === undefined) return { cli: { command, binFolder, version }, passedOver };
    passedOver.push(`${command} ${problem ?? ""}`);
  }
  return { cli: undefined, passedOver };
}

/** Why a CLI of that version, with that helper missing, cannot be used; undefined when it can. */
function whyUnusable(version: string | undefined, missing: string | undefined): string | undefined {
  if (version === undefined) return "does not tell its version";
  if (!isAtLeast(version, oldestUsableCli)) return `is ${version}, not ${oldestUsableCli} or a later 3.x`;
  return missing === undefined ? undefined : `has no ${missing} beside it or on the PATH`;
}

/** Whether the file can be run. The npm package's launcher cannot be meant: it only downloads a CLI. */
async function isProgram(file: string): Promise<boolean> {
  return (await isExecutable(file)) && extname(await realpath(file)) !== ".js";
}

async function askVersion(command: string): Promise<string | undefined> {
  try {
    // Without a home of its own even `version` writes a log into the user's.
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: devNull };
    const { stdout } = await promisify(execFile)(command, ["version"], { env, timeout: 10_000 });
    return versionIn(stdout);
  } catch {
    // Whatever is wrong with it (another machine's program, a damaged file, a hang): it is passed over, and said so.
    return undefined;
  }
}

async function missingHelper(folders: readonly string[]): Promise<string | undefined> {
  const script = process.platform === "win32" ? "pulumi-resource-pulumi-nodejs.cmd" : "pulumi-resource-pulumi-nodejs";
  for (const helper of [executableName("pulumi-language-nodejs"), script]) {
    const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, helper))));
    if (!found.includes(true)) return helper;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
