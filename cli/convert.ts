// `pulumi-esper convert`: writes a PKCS#12 file that Android reads, from another one or from PEM.
// Passwords come from environment variables or standard input; an existing file is kept unless --force is given.

import { open } from "node:fs/promises";
import { Command, Option } from "commander";
import { readBoundedFile } from "../provider/lifecycle/content/read-file";
import {
  type OpenedPkcs12,
  type PemMaterial,
  type Profile,
  chainOf,
  digestOf,
  findings,
  fromPem,
  withoutOtherPairs,
  writePkcs12,
} from "../provider/pkcs12/index";
import { type Opening, openFile } from "./terminal/open";
import { type PasswordFlags, type Terminal, passwordFrom, processTerminal, variable } from "./terminal/terminal";

interface Flags extends PasswordFlags {
  readonly out: string;
  readonly profile: Profile;
  readonly outPasswordEnv?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly privateKeyPasswordEnv?: string;
  readonly chain?: readonly string[];
  readonly name?: string;
  readonly force?: boolean;
}

const examples = `
Examples:
  $ P12_PASSWORD=... pulumi-esper convert corp.p12 --password-env P12_PASSWORD --out corp-android.p12
      the same content, readable on Android 9 and later
  $ P12_PASSWORD=... pulumi-esper convert --certificate leaf.pem --private-key key.pem --chain ca.pem \\
      --password-env P12_PASSWORD --out corp.p12
      a PKCS#12 file from PEM

Exit codes:
  0  the file is written
  1  nothing is written`;

export function convertCommand(terminal: Terminal = processTerminal): Command {
  const profile = new Option("--profile <profile>", "androidLegacy: read by Android 9 to 16; modern: AES, from 14 on");
  return new Command("convert")
    .description("Write a PKCS#12 file that Android reads, from another one or from PEM.")
    .argument(
      "[file]",
      "the PKCS#12 file, or PEM with certificate and key; without it, --certificate and --private-key",
    )
    .requiredOption("--out <file>", "the file to write")
    .addOption(profile.choices(["androidLegacy", "modern"]).default("androidLegacy"))
    .option("--password-env <name>", "the environment variable that holds the password")
    .option("--password-stdin", "read the password from standard input")
    .option("--out-password-env <name>", "the variable for the new file's password, where it is to be another one")
    .option("--certificate <file>", "the certificate, PEM or DER, or a PKCS#7 bundle")
    .option("--private-key <file>", "its private key, PEM or DER")
    .option("--private-key-password-env <name>", "the variable for an encrypted key's password; default --password-env")
    .option("--chain <files...>", "more certificates, PEM or DER; PKCS#7 bundles too")
    .option("--name <name>", "the name (friendlyName) on key and certificate")
    .option("--force", "overwrite an existing file")
    .addHelpText("after", examples)
    .action(async (file: string | undefined, flags: Flags) => {
      const given = await passwordFrom(terminal, flags);
      const nowMs = terminal.now();
      const variableOfKey = flags.privateKeyPasswordEnv;
      const keyPassword = variableOfKey === undefined ? given : variable(terminal, variableOfKey);
      const material = await materialFrom(file, flags, { given, keyPassword, nowMs });
      const isShared = variableOfKey === undefined && material.hasTrimmedPassword;
      const opened = isShared ? given?.replace(/[\r\n]+$/u, "") : given;
      const password = flags.outPasswordEnv === undefined ? opened : variable(terminal, flags.outPasswordEnv);
      if (password === undefined) {
        throw new Error("The new file needs a password; name its variable with --password-env or --out-password-env.");
      }
      const { profile, name: friendlyName } = flags;
      const bytes = await writePkcs12(material, { profile, password, friendlyName, nowMs });
      await save(flags.out, bytes, flags.force === true);
      const digest = digestOf(withoutOtherPairs(material, chainOf(material, { nowMs })));
      terminal.print(`${flags.out}: ${profile}, ${bytes.length} bytes, digest ${digest}\n`);
      const hint = findings(material, { nowMs }).find(({ code }) => code === "passwordLineBreak");
      if (hint !== undefined) terminal.print(`${hint.message}\n`);
    });
}

async function materialFrom(
  file: string | undefined,
  { certificate, privateKey, chain }: Flags,
  opening: Opening,
): Promise<OpenedPkcs12 | PemMaterial> {
  const fromParts = certificate !== undefined || privateKey !== undefined || chain !== undefined;
  if (file !== undefined) {
    if (fromParts) throw new Error("Give either a PKCS#12 file or --certificate and --private-key, not both.");
    return openFile(file, opening);
  }
  if (certificate === undefined || privateKey === undefined) {
    throw new Error("Nothing to convert: give a PKCS#12 file, or --certificate and --private-key.");
  }
  return fromPem({
    certificate: readBoundedFile(certificate),
    privateKey: readBoundedFile(privateKey),
    chain: (chain ?? []).map(readBoundedFile),
    privateKeyPassword: opening.keyPassword,
    nowMs: opening.nowMs,
  });
}

/** Readable by its owner only, for it holds a private key. */
async function save(path: string, bytes: Uint8Array, overwrite: boolean): Promise<void> {
  try {
    await using file = await open(path, overwrite ? "w" : "wx", 0o600);
    // The mode is for new files only.
    if ((await file.stat()).isFile()) await file.chmod(0o600);
    await file.writeFile(bytes);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw new Error(`${path} exists already; name another file, or overwrite it with --force.`, { cause: error });
  }
}
