#!/usr/bin/env node
// The pulumi-esper command: its name, its version, its help, and the list of its subcommands.
// Each subcommand has a file of its own; the simulator is loaded only when it is run.

import { readFileSync } from "node:fs";
import { Command } from "commander";
import { convertCommand } from "./convert";
import { inspectCommand } from "./inspect";
import { simulatorCommand } from "./simulator";

const examples = `
Examples:
  $ P12_PASSWORD=... npx pulumi-esper inspect corp.p12 --password-env P12_PASSWORD
      what is in a PKCS#12 file, and which Android versions read it
  $ npx pulumi-esper simulator --devices 200 --offline 10%
      an Esper tenant on a local port, to try programs and pipelines with
  $ npx pulumi-esper simulator --faults '{"rateLimit":{"perSecond":5}}'
      the same with a rate limit`;

const version = (): string => {
  const text: unknown = JSON.parse(readFileSync(require.resolve("pulumi-esper/package.json"), "utf8"));
  const found = typeof text === "object" && text !== null && "version" in text ? text.version : undefined;
  return typeof found === "string" ? found : "unknown";
};

const program = new Command("pulumi-esper")
  .description("Certificates on fleets of Android devices managed by Esper: tools beside the Pulumi package.")
  .version(version())
  .addCommand(inspectCommand())
  .addCommand(convertCommand())
  .addCommand(simulatorCommand())
  .addHelpText("after", examples)
  .showHelpAfterError("(pulumi-esper --help says what there is)");

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`pulumi-esper: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
