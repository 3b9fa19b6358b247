// Pulumi's programs for other languages, which the tests of the packaged provider run: the hosts of YAML, Python and Go
// programs, and the generators of SDKs. A host on the PATH is taken, else one is built from its Go module into the user's cache,
// once. Pulumi's own installer brings hosts along; the CLI that is built here has none.

import { homedir, hostname } from "node:os";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { buildPrograms, type GoProgram } from "./build";
import { executableName, isExecutable } from "./installed";
import { withLock } from "./lock";
import { cacheFolder, pathFolders, type Surroundings } from "./places";

interface Helper extends GoProgram {
  readonly version: string;
  /** Another one of that name may stand on the PATH, and is as good. */
  readonly mayBeOnPath: boolean;
}

const sdkVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const generator = {
  folder: "sdk-gen",
  flags: "",
  program: "pulumi-esper/tools/pulumi-cli/sdk-gen",
  mayBeOnPath: false,
};

const helpers = {
  yaml: {
    folder: "language-yaml",
    version: "1.25.0",
    flags: "-X github.com/pulumi/pulumi-yaml/pkg/version.Version=1.25.0",
    program: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    mayBeOnPath: true,
  },
  // The last release of the Go SDK with this host is the one with that for Node: they share a go.mod.
  python: {
    folder: "language-nodejs",
    version: "3.68.0",
    flags: `-X ${sdkVersion}=3.68.0`,
    program: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
    beside: ["../pulumi-language-python-exec"],
    mayBeOnPath: true,
  },
  go: {
    folder: "language-go",
    version: "3.58.0",
    flags: `-X ${sdkVersion}=3.58.0`,
    program: "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go",
    mayBeOnPath: true,
  },
  // Its own version follows that of the CLI's module; the last number counts changes of its sources.
  sdks: { ...generator, version: "3.250.0-1" },
  // One of the last versions of the CLI's module that have a generator for .NET, against which the generator for Java builds.
  otherSdks: {
    ...generator,
    version: "3.218.0-1",
    options: ["-modfile=dotnet-java.mod", "-tags=dotnet_java"],
  },
} as const satisfies Readonly<Record<string, Helper>>;

export type HelperName = keyof typeof helpers;

/** The folder in which it stands. @throws Error with one sentence where there is none and none can be built */
export async function helperFolder(which: HelperName, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const helper: Helper = helpers[which];
  const name = basename(helper.program);
  const surroundings: Surroundings = { env, home: homedir(), platform: process.platform };
  const into = join(
    cacheFolder(surroundings),
    `${helper.folder === name ? name : `language-${which}`}-${helper.version}`,
  );
  const folders = [...(helper.mayBeOnPath ? pathFolders(surroundings) : []), join(into, "bin")];
  const found = await firstWith(name, folders);
  if (found !== undefined) return found;
  await mkdir(cacheFolder(surroundings), { recursive: true });
  const lockFile = join(cacheFolder(surroundings), `language-${which}.lock`);
  return withLock(lockFile, { me: { pid: process.pid, host: hostname() }, onWait: () => undefined }, async () => {
    const meanwhile = await firstWith(name, folders);
    if (meanwhile !== undefined) return meanwhile;
    const what = `${name} ${helper.version}`;
    const problem = await buildPrograms({
      ...{ env, into, what, say },
      pathFolders: pathFolders(surroundings),
      recipe: [helper],
    });
    if (problem === undefined) return join(into, "bin");
    throw new Error(
      `There is no ${name}, and ${problem}: install Pulumi (https://www.pulumi.com/docs/install/) or Go.`,
    );
  });
}

async function firstWith(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isExecutable(join(folder, executableName(name)))) return folder;
  return undefined;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
