// A program in another language, as a user has it who has copied an example's folder away: the plugin in Pulumi's own cache, the
// SDK beside the program as `pulumi package add` writes it, and the language's host. For the stories of each language.

import { execFile, spawn } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { cachedFolderName, pluginCache, pluginName } from "../../cli/plugin/cache";
import { placeFolder } from "../../cli/plugin/place";
import { packageVersion, schemaText } from "../../provider/packaged/schema";
import { executableName } from "../../tools/pulumi-cli/installed";
import { helperFolder } from "../../tools/pulumi-cli/language-hosts";
import { pythonFolder } from "../../tools/pulumi-cli/python";
import { makeSandbox } from "../../tools/sandbox";
import { root } from "../package/packed";
import { Stack } from "../support/engine";

export type Language = "typescript" | "yaml" | "python" | "go";

export interface Given {
  readonly language: Language;
  readonly env: Readonly<Record<string, string>>;
  /** Writes the program into its folder. */
  readonly write: (stack: Stack) => Promise<void>;
}

/** A stack with a program, for the length of `body`. */
export async function withProgram(
  { language, env, write }: Given,
  body: (stack: Stack) => Promise<void>,
): Promise<void> {
  const sandbox = await makeSandbox(env);
  try {
    const { environment } = sandbox;
    const cached = join(pluginCache(environment), cachedFolderName(packageVersion()));
    await placeFolder(join(root, "dist", "plugin"), cached, pluginName);
    const folder = join(sandbox.folder, "program");
    await mkdir(folder);
    const host = language === "typescript" ? [] : [await helperFolder(language)];
    const path = [...host, environment["PATH"] ?? ""].join(delimiter);
    await write(new Stack(folder, { ...environment, PATH: path }, "js"));
    const more = await prepare[language](folder, environment);
    const stack = new Stack(folder, { ...environment, ...more.env, PATH: [...more.path, path].join(delimiter) }, "js");
    await body(stack);
  } finally {
    await sandbox.remove();
  }
}

interface Prepared {
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const prepare: Readonly<Record<Language, (folder: string, env: NodeJS.ProcessEnv) => Promise<Prepared>>> = {
  yaml: () => Promise.resolve({ path: [], env: {} }),

  typescript: async (folder) => {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    return { path: [], env: {} };
  },

  // The shared virtual environment is not written to: the SDK is installed beside the program.
  python: async (folder) => {
    const venv = await pythonFolder();
    await generateSdk("python", join(folder, "sdks", "esper"));
    const into = join(folder, "installed");
    await installSdk(venv, join(folder, "sdks", "esper"), into);
    // A host that is newer than the one built here takes the folder that Pulumi.yaml names.
    await symlink(venv, join(folder, "venv"));
    return { path: [join(venv, "bin")], env: { PYTHONPATH: into, VIRTUAL_ENV: venv } };
  },

  // Compiled once before: the engine would wait for the first, cold build.
  go: async (folder, env) => {
    await generateSdk("go", join(folder, "sdks", "esper"));
    const options = { cwd: folder, env: { ...env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=mod" } };
    await promisify(execFile)("go", ["build", "-o", join(folder, "..", "compiled"), "."], options);
    return { path: [], env: { CGO_ENABLED: "0", GOWORK: "off" } };
  },
};

/** Builds the SDK's Python package and puts it into a folder for PYTHONPATH. */
export async function installSdk(venv: string, sdk: string, into: string): Promise<void> {
  const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", into, sdk];
  await promisify(execFile)(join(venv, "bin", "python"), pip);
}

/** Writes the SDK of this clone's schema. @throws Error with the generator's words */
export async function generateSdk(
  language: "dotnet" | "go" | "java" | "nodejs" | "python",
  into: string,
): Promise<void> {
  await mkdir(into, { recursive: true });
  const generator = join(
    await helperFolder(language === "dotnet" || language === "java" ? "otherSdks" : "sdks"),
    executableName("sdk-gen"),
  );
  const child = spawn(generator, [language, into], { stdio: ["pipe", "ignore", "pipe"] });
  child.stdin.end(schemaText());
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const said = await text(child.stderr);
  if ((await code) !== 0) throw new Error(`The SDK for ${language} could not be generated: ${said}`);
}
