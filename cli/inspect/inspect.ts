// `pulumi-esper inspect FILE`: what is in a PKCS#12 file, what is wrong with it, which Android versions read it.
// It only reports: findings do not make it fail, a file that cannot be opened does. Prints nothing secret.

import { Command } from "commander";
import { inspectionOf } from "./inspection";
import { inspectionText } from "./text";
import { openFile } from "../terminal/open";
import { type PasswordFlags, type Terminal, passwordFrom, processTerminal } from "../terminal/terminal";

interface Flags extends PasswordFlags {
  readonly json?: boolean;
}

export function inspectCommand(terminal: Terminal = processTerminal): Command {
  return new Command("inspect")
    .description("Show what is in a PKCS#12 file, what is wrong with it, and which Android versions read it.")
    .argument("<file>", "the PKCS#12 file (.p12, .pfx)")
    .option("--password-env <name>", "the environment variable that holds the password")
    .option("--password-stdin", "read the password from standard input")
    .option("--json", "print JSON")
    .action(async (file: string, flags: Flags) => {
      const p12 = await openFile(file, await passwordFrom(terminal, flags));
      const inspection = inspectionOf(file, p12, terminal.now());
      const text = flags.json === true ? JSON.stringify(inspection, undefined, 2) : inspectionText(inspection);
      terminal.print(`${text}\n`);
    });
}
