// `pulumi-esper inspect FILE`: what is in a PKCS#12 file, what is wrong with it, which Android versions read it.
// It only reports: findings do not make it fail, a file that cannot be opened does. Prints nothing secret.

import { Command } from "commander";
import { type PemMaterial, readPkcs12, writePkcs12 } from "../../provider/pkcs12/index";
import { type Inspected, inspectionOf } from "./inspection";
import { inspectionText } from "./text";
import { openFile } from "../terminal/open";
import { type PasswordFlags, type Terminal, passwordFrom, processTerminal } from "../terminal/terminal";

interface Flags extends PasswordFlags {
  readonly json?: boolean;
}

export function inspectCommand(terminal: Terminal = processTerminal): Command {
  return new Command("inspect")
    .description(
      "Show what is in a PKCS#12 file (or PEM with certificate and key), what is wrong with it, and which Android versions read it.",
    )
    .argument("<file>", "the PKCS#12 file (.p12, .pfx), or PEM with certificate and key")
    .option("--password-env <name>", "the environment variable that holds the password")
    .option("--password-stdin", "read the password from standard input")
    .option("--json", "print JSON")
    .action(async (file: string, flags: Flags) => {
      const given = await passwordFrom(terminal, flags);
      const nowMs = terminal.now();
      const opened = await openFile(file, { given, keyPassword: given, nowMs });
      const inspection = inspectionOf(file, "encoding" in opened ? opened : await madeOf(opened), nowMs);
      const text = flags.json === true ? JSON.stringify(inspection, undefined, 2) : inspectionText(inspection);
      terminal.print(`${text}\n`);
    });
}

/** The file that would be sent of a certificate and a key in PEM, as a program's source makes it. */
async function madeOf(material: PemMaterial): Promise<Inspected> {
  const file = await readPkcs12(await writePkcs12(material, { profile: "androidLegacy", password: "" }), "");
  return { ...file, ...material, isMade: true };
}
