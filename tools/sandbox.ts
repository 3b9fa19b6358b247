// A place where the real engine can run without a trace: a temporary folder with a file backend and a home for the CLI
// in it, and the environment that keeps the CLI there. For tests and the demo; it knows no certificates and no Esper.

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentFor, pulumiCli } from "./pulumi-cli";

const projectFolder = join(__dirname, "..");

export interface Sandbox {
  /** Holds `backend`, and the CLI's `home` and `tmp`; programs may be put beside them. */
  readonly folder: string;
  /** For the CLI, and so for programs and providers: this process's, without its `ESPER_*` settings, and what was asked for. */
  readonly environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export async function makeSandbox(env: Readonly<Record<string, string>> = {}): Promise<Sandbox> {
  const cli = await pulumiCli();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-esper-"));
  const temporary = join(folder, "tmp");
  await Promise.all([mkdir(join(folder, "backend")), mkdir(temporary)]);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("ESPER_"));
  const environment = environmentFor(cli, {
    ...Object.fromEntries(inherited),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_CONFIG_PASSPHRASE: "test",
    // Language hosts leave named pipes behind (measured with the one of 3.68).
    TMPDIR: temporary,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Coverage counts none of the files that programs load (.c8rc.json), and would slow them. Empty, since Node gives
    // a child what is left out.
    NODE_V8_COVERAGE: "",
    ...env,
  });
  return { folder, environment, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What `npm install pulumi-esper @pulumi/pulumi typescript` would do in a program's folder, by links to this clone. */
export async function linkPackages(programFolder: string): Promise<void> {
  const modules = join(programFolder, "node_modules");
  await mkdir(modules, { recursive: true });
  await symlink(projectFolder, join(modules, "pulumi-esper"));
  for (const name of ["@pulumi", "@types", "typescript"]) {
    await symlink(join(projectFolder, "node_modules", name), join(modules, name));
  }
  await writeFile(join(programFolder, "package.json"), JSON.stringify({ name: "fleet", private: true }));
}
