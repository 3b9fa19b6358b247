// The real engine for tests: a Pulumi program in a folder of its own, a stack in a file backend beside it, the real CLI.
// The folder sees this clone's packages, and `pulumi-esper` in them is this clone. Whatever happens, the stack's folder is
// removed; devices are the simulator's business.

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pulumiCli } from "../../tools/pulumi-cli";
import { linkPackages, makeSandbox } from "../../tools/sandbox";

export interface Ran {
  readonly code: number;
  /** What it printed, both streams in the order they came. */
  readonly text: string;
}

/** What a process comes to in the end. */
export function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let text = "";
  const collect = (chunk: Buffer): void => {
    text += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? -1, text });
    });
  });
}

export interface StackOptions {
  /** Environment of the CLI and so of the program and the provider. */
  readonly env?: Readonly<Record<string, string>>;
  /** Extension of the program's file; decides its module format. Default js (CommonJS). */
  readonly extension?: "js" | "mjs" | "ts";
}

export class Stack {
  constructor(
    /** The program's folder. */
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly extension: "js" | "mjs" | "ts",
  ) {}

  async writeProgram(text: string): Promise<void> {
    await writeFile(join(this.folder, `index.${this.extension}`), text);
  }

  async writeFile(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.folder, name), content);
  }

  up(...more: string[]): Promise<Ran> {
    return this.pulumi("up", "--yes", "--skip-preview", "--non-interactive", ...more);
  }

  preview(...more: string[]): Promise<Ran> {
    return this.pulumi("preview", "--non-interactive", "--diff", ...more);
  }

  refresh(): Promise<Ran> {
    return this.pulumi("refresh", "--yes", "--skip-preview", "--non-interactive");
  }

  destroy(): Promise<Ran> {
    return this.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive");
  }

  /** Sets an environment variable for the runs to come; undefined takes it away. */
  setEnvironment(name: string, value: string | undefined): void {
    this.environment[name] = value;
  }

  /** An environment variable of the runs; empty where it is not set. */
  variable(name: string): string {
    return this.environment[name] ?? "";
  }

  async setConfig(key: string, value: string, secret = false): Promise<void> {
    await this.pulumi("config", "set", key, value, ...(secret ? ["--secret"] : []));
  }

  /** The stack as it is stored, secrets encrypted. */
  async exported(): Promise<string> {
    return (await this.pulumi("stack", "export")).text;
  }

  /** Stack outputs with secrets in clear. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { text } = await this.pulumi("stack", "output", "--json", "--show-secrets");
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  }

  /** Runs the CLI; `onStart` is given the process, to end it early. */
  async pulumi(...args: string[]): Promise<Ran> {
    return (await this.start(...args)).ended;
  }

  async start(...args: string[]): Promise<{ readonly pid: number | undefined; readonly ended: Promise<Ran> }> {
    const { command } = await pulumiCli();
    const colors = args.includes("--color") ? [] : ["--color", "never"];
    const child = spawn(command, [...args, ...colors], { cwd: this.folder, env: this.environment });
    return { pid: child.pid, ended: outcomeOf(child) };
  }
}

/** A stack with a program, for the length of `body`. */
export async function withStack(
  program: string,
  { env = {}, extension = "js" }: StackOptions,
  body: (stack: Stack) => Promise<void>,
): Promise<void> {
  const sandbox = await makeSandbox(env);
  try {
    const folder = join(sandbox.folder, "program");
    await linkPackages(folder);
    await writeFile(join(folder, "Pulumi.yaml"), `name: fleet\nruntime: nodejs\nmain: index.${extension}\n`);
    const stack = new Stack(folder, sandbox.environment, extension);
    await stack.writeProgram(program);
    await stack.pulumi("stack", "init", "test");
    await body(stack);
  } finally {
    await sandbox.remove();
  }
}
