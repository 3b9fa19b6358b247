// `pulumi-esper report`: how a stack's certificates stand, from the output of `pulumi stack export`: as a table, a page, JSON,
// Markdown or Prometheus text. It tells what the last run or refresh has seen, and asks Esper nothing but the names of devices,
// where `--devices` wants those. Exit code 2 when something needs attention.

import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { type Console, processConsole } from "../terminal/console";
import type { SettingsOf } from "../doctor/settings";
import { askNames } from "./devices/ask-names";
import { reportMarkdown } from "./markdown";
import { reportPage } from "./page/page";
import { reportPrometheus } from "./prometheus";
import { reportOf, reportOfStacks, type Report } from "./report";
import { readStackExport } from "./stack-export";
import { reportText } from "./text";
import { styleFor } from "../terminal/style";

interface Flags {
  readonly stack?: readonly string[];
  readonly file?: readonly string[];
  readonly devices?: boolean;
  readonly html?: string;
  readonly json?: boolean;
  /** True without a file: print it. */
  readonly markdown?: string | true;
  readonly prometheus?: string | true;
}

const afterHelp = `
Examples:
  $ pulumi-esper report
      the stack selected in this folder, as a table
  $ pulumi refresh --yes && pulumi-esper report --stack acme/fleet/prod
      another stack, after looking at the devices again
  $ pulumi-esper report --stack berlin --stack hamburg
      several stacks in one report
  $ pulumi-esper report --devices
      also which device has which certificate, where each has its own; their names are read from Esper
  $ pulumi stack export | pulumi-esper report --html report.html
      a page for people without Pulumi; the table is printed as well
  $ pulumi-esper report --markdown >> "$GITHUB_STEP_SUMMARY"
      the summary of a pipeline's job
  $ pulumi-esper report --prometheus /var/lib/node_exporter/esper.prom
      metrics for alerts on expiry and coverage; the table is printed as well
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
    .option("--stack <name>", "a stack to ask `pulumi stack export` for (default: the selected one); repeatable", more)
    .option("--file <file>", "a file that holds `pulumi stack export`'s output; - is standard input; repeatable", more)
    .option("--devices", "also list each device with its certificate, by names that are read from Esper")
    .option("--html <file>", "also write the report as a page, whole in one file")
    .option("--json", "print JSON")
    .option("--markdown [file]", "print Markdown; with a file: also write it there")
    .option("--prometheus [file]", "print Prometheus text; with a file: also write it there")
    .addHelpText("after", afterHelp)
    .action(async (flags: Flags) => {
      const print = printerFor(given, flags);
      const exports = await exportsFor(given, flags);
      const reports = exports.map(async ({ text, settingsOf }) => {
        const stored = readStackExport(text);
        const names = flags.devices === true ? await askNames(given, settingsOf, stored) : undefined;
        return reportOf(stored, given.now(), names);
      });
      const report = reportOfStacks(await Promise.all(reports));
      if (flags.html !== undefined) await writeNew(flags.html, reportPage(report));
      if (typeof flags.markdown === "string") await writeNew(flags.markdown, `${reportMarkdown(report)}\n`);
      if (typeof flags.prometheus === "string") await writeNew(flags.prometheus, `${reportPrometheus(report)}\n`);
      given.print(`${print(report)}\n`);
      if (report.needsAttention) given.endWith(2);
    });
}

function more(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @throws Error when more than one form is to be printed */
function printerFor({ isColored, columns }: Console, flags: Flags): (report: Report) => string {
  const chosen = [
    ...(flags.json === true ? [(report: Report) => JSON.stringify(report, undefined, 2)] : []),
    ...(flags.markdown === true ? [reportMarkdown] : []),
    ...(flags.prometheus === true ? [reportPrometheus] : []),
  ];
  if (chosen.length > 1) {
    throw new Error("Only one of --json, --markdown and --prometheus can be printed: give the others a file each.");
  }
  return chosen[0] ?? ((report) => reportText(report, styleFor(isColored), columns));
}

/**
 * Puts a new file in the place of the one with this name. A link there is replaced, not followed: in a folder that others
 * may write to, it could lead anywhere. What is no file, such as `/dev/stdout`, stays as it is.
 */
async function writeNew(file: string, text: string): Promise<void> {
  if (await isOther(file)) {
    throw new Error(`The report cannot be written to ${file}: that is no file; name a new one, or one to replace.`);
  }
  const besides = `${file}.${process.pid}.new`;
  await writeFile(besides, text, { flag: "wx" }).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ENOENT" && code !== "EACCES" && code !== "EROFS") throw cause;
    const why = code === "ENOENT" ? "there is no such folder" : `the system does not allow it (${code})`;
    throw new Error(`The report cannot be written to ${file}: ${why}.`, { cause });
  });
  try {
    await rename(besides, file);
  } catch (error) {
    await rm(besides);
    throw error;
  }
}

/** A folder, a device or a pipe, or a link to one. */
async function isOther(file: string): Promise<boolean> {
  try {
    return !(await stat(file)).isFile();
  } catch {
    // Nothing is there, or a link that leads nowhere; any other problem shows when the file is written.
    return false;
  }
}

interface Exported {
  readonly text: string;
  readonly settingsOf: SettingsOf;
}

async function exportsFor(given: Console, { stack, file }: Flags): Promise<readonly Exported[]> {
  if (stack !== undefined && file !== undefined) {
    throw new Error("Give either --stack, which asks Pulumi, or --file, which reads what Pulumi printed; not both.");
  }
  if (file !== undefined) {
    const texts = file.map(async (one) => (one === "-" ? readPiped(given) : decoded(await readFile(one))));
    return (await Promise.all(texts)).map((text) => ({ text, settingsOf: environmentOnly }));
  }
  if (stack !== undefined) {
    return Promise.all(
      stack.map(async (name) => ({
        text: await given.pulumi(["stack", "export", "--stack", name]),
        settingsOf: { name, isAsked: true },
      })),
    );
  }
  const piped = given.inputIsPiped ? await readPiped(given) : "";
  if (piped.trim() !== "") return [{ text: piped, settingsOf: environmentOnly }];
  return [{ text: await given.pulumi(["stack", "export"]), settingsOf: { name: undefined, isAsked: true } }];
}

/** Of what was printed elsewhere nobody knows the stack's configuration. */
const environmentOnly: SettingsOf = { name: undefined, isAsked: false };

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
