// `pulumi-esper doctor`: whether settings, key, permissions, clock and versions are in order, each with a sentence.
// It changes nothing and sends no command; the key is never shown. Exit code 1 when something is wrong.

import { Command } from "commander";
import { systemClock } from "../../provider/clock";
import { type Console, processConsole } from "../terminal/console";
import type { Finding } from "./checks";
import { askEsper } from "./esper";
import { findSettings } from "./settings";
import { checkVersions, findProject } from "./versions";
import { padEnd, printable, styleFor, type Style, type Tone } from "../terminal/style";

interface Flags {
  readonly stack?: string;
  readonly json?: boolean;
}

const afterHelp = `
Examples:
  $ pulumi-esper doctor
      the environment, and in a program's folder the selected stack's configuration
  $ pulumi-esper doctor --stack acme/fleet/prod
      another stack's configuration
  $ ESPER_TENANT=acme ESPER_API_KEY=... pulumi-esper doctor --json
      in a pipeline, for programs

The environment wins over the stack's configuration. Esper is only read from, and the key is never shown.

Exit codes:
  0  nothing is wrong
  1  something is wrong, or could not be looked at`;

export function doctorCommand(own: Console = processConsole, folder: () => string = () => process.cwd()): Command {
  return new Command("doctor")
    .description("Check settings, API key, permissions, clock and versions; changes nothing.")
    .option("--stack <name>", "the stack whose configuration to read (default: the selected one)")
    .option("--json", "print JSON")
    .addHelpText("after", afterHelp)
    .action(async ({ stack, json }: Flags) => {
      const project = findProject(folder());
      const versions = await checkVersions(own, process.versions.node, project);
      const isAsked = stack !== undefined || project !== undefined;
      const { findings, settings } = await findSettings(own, { name: stack, isAsked });
      const clock = { ...systemClock, now: () => own.now() };
      const hint = (line: string): void => {
        own.hint(line);
      };
      const told = settings === undefined ? [] : await askEsper(settings, clock, hint);
      const all = [...versions, ...findings, ...told];
      const isWrong = all.some(({ verdict }) => verdict === "wrong");
      own.print(
        `${json === true ? JSON.stringify({ ok: !isWrong, findings: all }, undefined, 2) : text(all, styleFor(own.isColored))}\n`,
      );
      if (isWrong) own.endWith(1);
    });
}

const marks: Readonly<Record<Finding["verdict"], readonly [word: string, tone: Tone]>> = {
  ok: ["ok", "good"],
  warning: ["warning", "warning"],
  wrong: ["wrong", "bad"],
  unknown: ["?", "quiet"],
};

function text(findings: readonly Finding[], style: Style): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const lines = findings.map(({ what, verdict, message }) => {
    const [word, tone] = marks[verdict];
    return `${style(tone, padEnd(word, 7))}  ${padEnd(what, width)}  ${printable(message)}`;
  });
  const wrong = findings.filter(({ verdict }) => verdict === "wrong").length;
  const last =
    wrong === 0
      ? style("good", "Nothing is wrong.")
      : style("bad", `${wrong === 1 ? "1 problem" : `${wrong} problems`} found.`);
  return [...lines, "", last].join("\n");
}
