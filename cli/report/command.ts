// `pulumi-esper report`: how a stack's certificates stand, as a table, a page or JSON, from what `pulumi stack export` prints.
// It asks Esper nothing: it tells what the last run or refresh has seen. Exit code 2 when something needs attention.

import { readFile, rename, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type Console, processConsole } from "../terminal/console";
import { reportPage } from "./page";
import { reportOf } from "./report";
import { readStackExport } from "./stack-export";
import { reportText } from "./text";
import { styleFor } from "../terminal/style";

interface Flags {
  readonly stack?: string;
  readonly file?: string;
  readonly html?: string;
  readonly json?: boolean;
}

const afterHelp = `
Examples:
  $ pulumi-esper report
      the stack selected in this folder, as a table
  $ pulumi refresh --yes && pulumi-esper report --stack acme/fleet/prod
      another stack, after looking at the devices again
  $ pulumi stack export | pulumi-esper report --html report.html
      a page for people without Pulumi; the table is printed as well
  $ pulumi-esper report --json | jq '.certificates[] | select(.attention != [])'
      for programs

Exit codes:
  0  all is well
  1  the report could not be made
  2  something needs attention: devices failed or missing, drift, a certificate to be renewed or expired,
     a rollout stopped or rolled back`;

const hintAfterMs = 3_000;

export function reportCommand(given: Console = processConsole): Command {
  return new Command("report")
    .description("Show how the certificates of a stack stand: coverage, exceptions by reason, expiry.")
    .option("--stack <name>", "the stack to ask `pulumi stack export` for (default: the selected one)")
    .option("--file <file>", "a file that holds the output of `pulumi stack export`; - is standard input")
    .option("--html <file>", "also write the report as a page, whole in one file")
    .option("--json", "print JSON")
    .addHelpText("after", afterHelp)
    .action(async (flags: Flags) => {
      const report = reportOf(readStackExport(await exportText(given, flags)), given.now());
      if (flags.html !== undefined) await writePage(flags.html, reportPage(report));
      const text =
        flags.json === true
          ? JSON.stringify(report, undefined, 2)
          : reportText(report, styleFor(given.isColored), given.columns);
      given.print(`${text}\n`);
      if (report.needsAttention) given.endWith(2);
    });
}

/**
 * Puts a new file in the place of the one with this name. A link there is replaced, not followed: in a folder that others
 * may write to, it could lead anywhere.
 */
async function writePage(file: string, page: string): Promise<void> {
  const besides = `${file}.${process.pid}.new`;
  await writeFile(besides, page, { flag: "wx" });
  await rename(besides, file);
}

async function exportText(given: Console, { stack, file }: Flags): Promise<string> {
  if (stack !== undefined && file !== undefined) {
    throw new Error("Give either --stack, which asks Pulumi, or --file, which reads what Pulumi printed; not both.");
  }
  if (file === "-") return await readPiped(given);
  if (file !== undefined) return decoded(await readFile(file));
  if (stack !== undefined) return await given.pulumi(["stack", "export", "--stack", stack]);
  const piped = given.inputIsPiped ? await readPiped(given) : "";
  return piped.trim() === "" ? await given.pulumi(["stack", "export"]) : piped;
}

/** Whoever left an empty pipe open is told what the command waits for. */
async function readPiped(given: Console): Promise<string> {
  const timer = setTimeout(() => {
    given.hint(
      "waiting for the output of `pulumi stack export` on standard input (--stack NAME asks Pulumi instead) …",
    );
  }, hintAfterMs);
  try {
    return await given.readInput();
  } finally {
    clearTimeout(timer);
  }
}

/** A redirection in Windows PowerShell writes UTF-16. */
function decoded(bytes: Buffer): string {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString("utf16le") : bytes.toString("utf8");
}
