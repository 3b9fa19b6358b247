// Runs the Pulumi CLI with this process's arguments, in its folder and on its terminal, and ends as the CLI ends.
// Getting a CLI is index.ts's business.

import { spawn } from "node:child_process";
import { environmentFor, pulumiCli } from ".";

async function main(): Promise<void> {
  const cli = await pulumiCli();
  const child = spawn(cli.command, process.argv.slice(2), { stdio: "inherit", env: environmentFor(cli) });
  // Ctrl-C reaches the CLI by itself; this process only has to outlive it, so that its end is passed on.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.once("error", fail);
  child.once("exit", (code) => {
    // A CLI that was ended by a signal has no code; 1 says that it did not end well.
    process.exitCode = code ?? 1;
  });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
