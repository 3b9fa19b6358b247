// `pulumi-esper inspect FILE`: what is in a PKCS#12 file, what is wrong with it, which Android versions read it.
// It only reports: findings do not make it fail, a file that cannot be opened does. Prints nothing secret.
import { Command } from "commander";
import {
  type AndroidSupport,
  type Certificate,
  type CertificateSummary,
  type Encoding,
  type Finding,
  type OtherBag,
  type Pkcs12,
  androidSupport,
  chainOf,
  digestOf,
  findings,
  summarize,
} from "../../provider/pkcs12/index";
import { inspectionText } from "./text";
import { openFile } from "../terminal/open";
import { type PasswordFlags, type Terminal, passwordFrom, processTerminal } from "../terminal/terminal";

interface Flags extends PasswordFlags {
  readonly json?: boolean;
}

/** The public fields of one certificate. */
export type ListedCertificate = Omit<Certificate, "der" | "publicKey" | "keyKind" | "localKeyId"> & {
  readonly keyAlgorithm: string;
};

/** Everything `inspect` tells; `--json` prints it. Holds no key. */
export interface Inspection {
  readonly file: string;
  readonly digest: string;
  readonly certificate?: CertificateSummary;
  readonly encoding: Encoding;
  readonly certificates: readonly ListedCertificate[];
  readonly privateKeys: readonly { readonly keyAlgorithm: string; readonly friendlyName?: string }[];
  readonly otherBags: readonly OtherBag[];
  readonly findings: readonly Finding[];
  readonly android: AndroidSupport;
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

function inspectionOf(file: string, p12: Pkcs12, now: number): Inspection {
  const chain = chainOf(p12);
  const certificate = summarize(p12, chain);
  return {
    file,
    digest: digestOf(p12),
    ...(certificate === undefined ? {} : { certificate }),
    encoding: p12.encoding,
    certificates: p12.certificates.map(listed),
    privateKeys: p12.privateKeys.map(({ keyKind, friendlyName }) => {
      return { keyAlgorithm: keyKind.label, ...(friendlyName === undefined ? {} : { friendlyName }) };
    }),
    otherBags: p12.otherBags,
    findings: findings(p12, { now }, chain),
    android: androidSupport(p12),
  };
}

function listed(certificate: Certificate): ListedCertificate {
  const { subject, issuer, serialNumber, notBefore, notAfter, sha256Fingerprint, keyKind } = certificate;
  const { signatureAlgorithm, friendlyName } = certificate;
  const keyAlgorithm = keyKind.label;
  const fields = { subject, issuer, serialNumber, notBefore, notAfter, sha256Fingerprint, keyAlgorithm };
  return { ...fields, signatureAlgorithm, ...(friendlyName === undefined ? {} : { friendlyName }) };
}
