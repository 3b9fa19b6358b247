#!/usr/bin/env node
// The pulumi-esper command: its name, its version, its help, and the list of its subcommands.
// Each subcommand has a file of its own; what only one of them needs is loaded when it is run.

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { convertCommand } from "./convert";
import { doctorCommand } from "./doctor/doctor";
import { failureText } from "./terminal/failure";
import { inspectCommand } from "./inspect/inspect";
import { pluginCommand } from "./plugin/command";
import { reportCommand } from "./report/command";
import { simulatorCommand } from "./simulator";

const afterHelp = `
Examples:
  $ P12_PASSWORD=... npx pulumi-esper inspect corp.p12 --password-env P12_PASSWORD
      what is in a PKCS#12 file, and which Android versions read it
  $ npx pulumi-esper report --html report.html
      how the certificates of the selected stack stand, as a table and as a page
  $ npx pulumi-esper doctor
      whether settings, key, permissions and versions are in order
  $ npx pulumi-esper plugin install
      the plugin for programs in YAML, Python, Go and other languages
  $ npx pulumi-esper simulator --devices 200 --offline 10%
      an Esper tenant on a local port, to try programs and pipelines with

Exit codes:
  0  done
  1  it went wrong, or the command was written wrongly; doctor: it found problems
  2  report: something needs attention

Colours are shown on a terminal only, and not where NO_COLOR is set.`;

const inspectExamples = `
Examples:
  $ P12_PASSWORD=... pulumi-esper inspect corp.p12 --password-env P12_PASSWORD
      as text
  $ pulumi-esper inspect corp.p12 --password-stdin --json < password.txt | jq .findings
      what is wrong with it, for programs

Exit codes:
  0  the file could be opened, whatever is wrong with its content
  1  it could not be opened`;

const simulatorExamples = `
Examples:
  $ pulumi-esper simulator --devices 200 --offline 10% --return-after 60
      a fleet of which some are offline at first
  $ pulumi-esper simulator --faults '{"rateLimit":{"perSecond":5}}'
      the same with a rate limit
  $ pulumi-esper simulator --port 0 --time-factor 60 --android 8.1.0,11,14
      on a free port, an hour in a minute, with old devices

Exit codes:
  0  it was ended with Ctrl+C (SIGINT or SIGTERM)
  1  it could not start`;

const version = (): string => {
  const text: unknown = JSON.parse(readFileSync(require.resolve("pulumi-esper/package.json"), "utf8"));
  const found = typeof text === "object" && text !== null && "version" in text ? text.version : undefined;
  return typeof found === "string" ? found : "unknown";
};

const program = new Command("pulumi-esper")
  .description("Certificates on fleets of Android devices managed by Esper: tools beside the Pulumi package.")
  .version(version())
  .addHelpText("after", afterHelp)
  .showHelpAfterError("Run with --help for usage.");

const commands = [
  inspectCommand().addHelpText("after", inspectExamples),
  convertCommand(),
  reportCommand(),
  doctorCommand(),
  pluginCommand(),
  simulatorCommand().addHelpText("after", simulatorExamples),
];
for (const command of commands) program.addCommand(command.copyInheritedSettings(program));

// Whoever reads the output may stop before its end (`| head`), which is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`pulumi-esper: The output could not be written: ${failureText(error)}\n`);
  process.exit(1);
});

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`pulumi-esper: ${failureText(error)}\n`);
  process.exitCode = 1;
});
