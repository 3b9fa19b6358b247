// Builds the Pulumi CLI and its Node language host from their Go modules, for machines that have Go but cannot reach
// the vendor's downloads. What is half done lies beside the real place and is never used.
// Follows docs/background/pulumi-dynamic-providers.md, section 13; go.mod and go.sum pin what is built.

import { chmod, copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inWords, runLong } from "./command";
import { executableName, isExecutable } from "./installed";
import { compareVersions, versionIn } from "./version";

/** The version that is built; the one with which this project's behaviour was measured. */
export const builtVersion = "3.250.0";
/** The oldest Go that builds it (the `go` line of its own go.mod). */
export const oldestGo = "1.25.11";

/**
 * `folder` holds the go.mod. The language host has one of its own because it is no Go module of its own any more;
 * 3.68.0 is the last release of the Go SDK that contains it, and it works with the newer CLI.
 */
const recipe = [
  {
    folder: "pulumi",
    flags: versionFlag(builtVersion),
    program: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  },
  {
    folder: "language-nodejs",
    flags: versionFlag("3.68.0"),
    program: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
];
const launcher = "pulumi-resource-pulumi-nodejs";

function versionFlag(version: string): string {
  return `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
}

/** A program by its Go package, from the go.mod in a folder beside this file. */
export interface GoProgram {
  readonly folder: string;
  /** For the linker, beside those that make it small. */
  readonly flags: string;
  readonly program: string;
  /** More arguments of `go build`. */
  readonly options?: readonly string[];
  /** Files, by their paths from the Go package, that are to stand beside it as programs. */
  readonly beside?: readonly string[];
}

export interface BuildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where the CLI is to stand; `bin` below it holds the programs. Replaced when it is there. */
  readonly into: string;
  readonly pathFolders: readonly string[];
  readonly say: (line: string) => void;
}

/** Builds the CLI. Answers with the reason, for people, why there is none; undefined when all went well. */
export function buildCli(options: BuildOptions): Promise<string | undefined> {
  const addLauncher = async (binFolder: string): Promise<void> => {
    await copyFile(join(__dirname, launcher), join(binFolder, launcher));
    await chmod(join(binFolder, launcher), 0o755);
  };
  return buildPrograms({ ...options, recipe, what: `pulumi ${builtVersion}`, addLauncher });
}

export interface ProgramsOptions extends BuildOptions {
  readonly recipe: readonly GoProgram[];
  /** As people read it. */
  readonly what: string;
  /** Puts beside the programs what is not built. */
  readonly addLauncher?: (binFolder: string) => Promise<void>;
}

/** Builds Go programs into `bin` below a folder. Answers with the reason, for people, why not; undefined when all went well. */
export async function buildPrograms(options: ProgramsOptions): Promise<string | undefined> {
  const { env, into, pathFolders, say, what, addLauncher } = options;
  if (process.platform === "win32") return "it cannot be built from source on Windows";
  const go = await findGo(pathFolders);
  const unsuitable = go === undefined ? "Go is not installed" : await whyUnsuitable(go, env);
  if (go === undefined || unsuitable !== undefined) return `it cannot be built from source because ${unsuitable ?? ""}`;

  const startedAt = Date.now();
  const tell = (): void => {
    say(`building ${what} from source, ${inWords(Date.now() - startedAt)} …`);
  };
  say(`building ${what} from source with Go; this takes some minutes, once`);
  await removeLeftovers(into);
  const partial = `${into}.partial-${process.pid}`;
  const binFolder = join(partial, "bin");
  await mkdir(binFolder, { recursive: true });
  for (const { folder, flags, program, options: more = [], beside = [] } of options.recipe) {
    const { ended, lastWords } = await runLong({
      command: go,
      args: [
        "build",
        "-mod=readonly",
        ...more,
        "-trimpath",
        "-ldflags",
        `-s -w ${flags}`,
        "-o",
        join(binFolder, basename(program)),
        program,
      ],
      cwd: join(__dirname, folder),
      env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
      onProgress: tell,
    });
    if (ended !== "well") {
      await rm(partial, { recursive: true, force: true });
      return `building it from source failed (${lastWords})`;
    }
    for (const path of beside) {
      const file = join(await folderOf(go, program, join(__dirname, folder), env), path);
      await copyFile(file, join(binFolder, basename(file)));
      await chmod(join(binFolder, basename(file)), 0o755);
    }
  }
  await addLauncher?.(binFolder);
  await rm(into, { recursive: true, force: true });
  await rename(partial, into);
  say(`built ${what} in ${inWords(Date.now() - startedAt)}: ${into}`);
  return undefined;
}

/** Where a Go package's own files stand, once its module is there. */
async function folderOf(go: string, program: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ["list", "-mod=readonly", "-f", "{{.Dir}}", program];
  return (await promisify(execFile)(go, args, { cwd, env: { ...env, GOWORK: "off" } })).stdout.trim();
}

/** Why a Go cannot build the CLI, given what `go env GOVERSION` and `go env GOTOOLCHAIN` say; undefined when it can. */
export function goProblem(goVersion: string, toolchain: string): string | undefined {
  const version = versionIn(goVersion);
  if (version === undefined) return `Go calls its version "${goVersion}"`;
  // Go 1.21 and later get the toolchain that a go.mod asks for by themselves, unless they are told not to.
  const getsNewer = compareVersions(version, "1.21") >= 0 && !/^(local|path|go[\d.]+)$/.test(toolchain);
  if (getsNewer || compareVersions(version, oldestGo) >= 0) return undefined;
  return `Go ${version} is too old (${oldestGo} or later is needed)`;
}

async function whyUnsuitable(go: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const ask = async (name: string): Promise<string> => {
    // `local` asks this Go about itself instead of having it fetch another one first.
    const asking = name === "GOVERSION" ? { ...env, GOTOOLCHAIN: "local" } : env;
    return (await promisify(execFile)(go, ["env", name], { env: asking })).stdout.trim();
  };
  return goProblem(await ask("GOVERSION"), await ask("GOTOOLCHAIN"));
}

async function findGo(pathFolders: readonly string[]): Promise<string | undefined> {
  // /usr/local/go is where Go's own installer puts it; it leaves the PATH to the user.
  for (const folder of [...pathFolders, "/usr/local/go/bin"]) {
    const go = join(folder, executableName("go"));
    if (await isExecutable(go)) return go;
  }
  return undefined;
}

/** Removes what earlier builds left when they were cut off. Called while holding the lock: nobody else is building. */
async function removeLeftovers(into: string): Promise<void> {
  const parent = dirname(into);
  const leftovers = (await readdir(parent)).filter((name) => name.startsWith(`${basename(into)}.partial-`));
  await Promise.all(leftovers.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}
