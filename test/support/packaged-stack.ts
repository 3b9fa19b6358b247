// A stack of the packaged provider under the real engine: a YAML program in a folder of its own, the plugin of this clone's
// `dist` beside it as `npm install` would put it, and Pulumi's language host for YAML. Built on engine.ts.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { makeSandbox } from "../../tools/sandbox";
import { helperFolder } from "../../tools/pulumi-cli/language-hosts";
import { root } from "../package/packed";
import { Stack } from "./engine";

type Json = Readonly<Record<string, unknown>>;

export class PackagedStack extends Stack {
  /** JSON is YAML. */
  override async writeProgram(program: string): Promise<void> {
    const fixed = { name: "fleet", runtime: "yaml", plugins: { providers: [{ name: "esper", path: "bin" }] } };
    await this.writeFile("Pulumi.yaml", JSON.stringify({ ...fixed, ...(JSON.parse(program) as Json) }));
  }

  write(resources: Json, more: Json = {}): Promise<void> {
    return this.writeProgram(JSON.stringify({ resources, ...more }));
  }
}

/** Before the stories of a suite: on a machine without the language host it is built first, once. */
export function buildYamlHost(this: Mocha.Context): Promise<string> {
  this.timeout(1_200_000);
  return helperFolder("yaml");
}

/** A stack with these resources, for the length of `body`. */
export async function withPackagedStack(
  resources: Json,
  env: Readonly<Record<string, string>>,
  body: (stack: PackagedStack) => Promise<void>,
): Promise<void> {
  const sandbox = await makeSandbox(env);
  try {
    const folder = join(sandbox.folder, "program");
    await installPlugin(join(folder, "bin"));
    const path = [await helperFolder("yaml"), sandbox.environment["PATH"] ?? ""].join(delimiter);
    const stack = new PackagedStack(folder, { ...sandbox.environment, PATH: path }, "js");
    await stack.write(resources);
    await stack.pulumi("stack", "init", "test");
    await body(stack);
  } finally {
    await sandbox.remove();
  }
}

/** The plugin as npm's `bin` puts it: a file of that name that runs `dist`. */
export async function installPlugin(bin: string): Promise<void> {
  await mkdir(bin, { recursive: true });
  const plugin = join(bin, "pulumi-resource-esper");
  const main = join(root, "dist", "provider", "packaged", "main.js");
  await writeFile(plugin, `#!/bin/sh\nexec node "${main}" "$@"\n`);
  await chmod(plugin, 0o755);
}
