// Pulumi's language host for YAML programs, which the tests of the packaged provider run: the one on the PATH, else one built
// from its Go module into the user's cache, once. Pulumi's own installer brings it along; the CLI that is built here has none.

import { homedir, hostname } from "node:os";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buildPrograms } from "./build";
import { executableName, isExecutable } from "./installed";
import { withLock } from "./lock";
import { cacheFolder, pathFolders, type Surroundings } from "./places";

const version = "1.25.0";
const name = "pulumi-language-yaml";

/** The folder in which it stands. @throws Error with one sentence where there is none and none can be built */
export async function yamlHostFolder(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const surroundings: Surroundings = { env, home: homedir(), platform: process.platform };
  const into = join(cacheFolder(surroundings), `language-yaml-${version}`);
  const folders = [...pathFolders(surroundings), join(into, "bin")];
  const found = await firstWithHost(folders);
  if (found !== undefined) return found;
  await mkdir(cacheFolder(surroundings), { recursive: true });
  const lockFile = join(cacheFolder(surroundings), "language-yaml.lock");
  return withLock(lockFile, { me: { pid: process.pid, host: hostname() }, onWait: () => undefined }, async () => {
    const meanwhile = await firstWithHost(folders);
    if (meanwhile !== undefined) return meanwhile;
    const recipe = [
      {
        folder: "language-yaml",
        flags: `-X github.com/pulumi/pulumi-yaml/pkg/version.Version=${version}`,
        program: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      },
    ];
    const problem = await buildPrograms({
      env,
      into,
      pathFolders: pathFolders(surroundings),
      say,
      recipe,
      what: `${name} ${version}`,
    });
    if (problem === undefined) return join(into, "bin");
    throw new Error(
      `There is no ${name}, and ${problem}: install Pulumi (https://www.pulumi.com/docs/install/) or Go.`,
    );
  });
}

async function firstWithHost(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await isExecutable(join(folder, executableName(name)))) return folder;
  return undefined;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
