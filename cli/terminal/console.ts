// What `report` and `doctor` need of the world beyond a Terminal: other programs, exit codes, and what the screen can show.
// An argument of the commands, so that tests call them without a process. It knows no certificates.

import { execFile } from "node:child_process";
import { fstatSync } from "node:fs";
import { promisify } from "node:util";
import { type Terminal, processTerminal } from "./terminal";

/** The process and its screen, as far as a command sees them. */
export interface Console extends Terminal {
  /** Whether something is piped into standard input; false on a terminal, and where there is nothing to read. */
  readonly inputIsPiped: boolean;
  /** Whether colours may be printed: on a terminal, unless NO_COLOR is set. */
  readonly isColored: boolean;
  /** Characters in a line of the screen; undefined where the output is no screen. */
  readonly columns: number | undefined;
  /** Prints a line for people that is no part of the result. */
  hint(line: string): void;
  /** The exit code for when the command has ended well. */
  endWith(exitCode: number): void;
  /** Runs the Pulumi CLI and gives what it printed. @throws Error with one sentence */
  pulumi(args: readonly string[]): Promise<string>;
}

/** An export of a large stack is some 10 kB for each resource. */
const mostBytes = 512 * 1024 * 1024;
const mostMs = 120_000;

export const processConsole: Console = {
  ...processTerminal,
  inputIsPiped: isPiped(0),
  isColored: mayColor(process.env, process.stdout.isTTY),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  hint: (line) => {
    process.stderr.write(`${line}\n`);
  },
  endWith: (exitCode) => {
    process.exitCode = exitCode;
  },
  pulumi: (args) => runPulumi(args, process.env),
};

/** Colours are for terminals; https://no-color.org counts every NO_COLOR that is not empty. */
export function mayColor(env: Terminal["env"], isTerminal: boolean): boolean {
  return isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** @throws Error with one sentence: what was run, and why it did not go */
async function runPulumi(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const command = `pulumi ${args.join(" ")}`;
  try {
    const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, maxBuffer: mostBytes, timeout: mostMs };
    const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive", "--color", "never"], options);
    return stdout;
  } catch (error) {
    throw new Error(`Could not run \`${command}\`: ${whyNot(error)}`, { cause: error });
  }
}

function whyNot(error: unknown): string {
  const fields = new Map<string, unknown>(typeof error === "object" && error !== null ? Object.entries(error) : []);
  if (fields.get("code") === "ENOENT") {
    return "there is no `pulumi` on the PATH. Install it (https://www.pulumi.com/docs/install/).";
  }
  if (fields.get("killed") === true) return `it gave no answer within ${mostMs / 1000} s.`;
  const said = fields.get("stderr");
  const words = typeof said === "string" ? said.replace(/[\p{Cc}\s]+/gu, " ").trim() : "";
  return words === ""
    ? `it ended with exit code ${String(fields.get("code"))}.`
    : `Pulumi says "${words.slice(0, 500)}".`;
}

function isPiped(descriptor: number): boolean {
  try {
    const input = fstatSync(descriptor);
    return input.isFIFO() || input.isFile() || input.isSocket();
  } catch {
    // A closed standard input has nothing to read.
    return false;
  }
}
