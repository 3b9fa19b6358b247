// Opens what `source` names: the file, the base64 text or the parts in PEM, with the passwords of its environment.
// Files and the environment come in as arguments. content.ts says what is in the file, and what of it is sent.

import { resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  chainOf,
  fromPem,
  isPemPair,
  openPkcs12,
  Pkcs12Error,
  readPkcs12,
  withoutOtherPairs,
  writePkcs12,
  type Chain,
  type ChainOptions,
  type Examined,
  type KeyMaterial,
  type PemMaterial,
  type PemSource,
  type Pkcs12,
} from "../../pkcs12/index";
import type { Source } from "../arguments/source";
import { SourceError } from "../errors";
import { notRegularCode } from "./read-file";

export interface Surroundings {
  readonly readFile: (path: string) => Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly nowMs: () => number;
}

/** A source, opened. Holds private keys and passwords: never log or store it whole. */
export interface OpenedSource {
  /** All that was given, which findings are about. */
  readonly examined: Examined;
  readonly chain: Chain;
  /** What is installed: of several candidates the chosen one. */
  readonly material: KeyMaterial;
  /** The PKCS#12 file; made here where PEM was given. */
  readonly file: Pkcs12;
  readonly bytes: Uint8Array;
  readonly password: string;
  /** Nobody has given a PKCS#12 file of this content. */
  readonly isMade: boolean;
}

/** @throws SourceError with the path of the argument at fault */
export async function openGiven(given: Given, nowMs: number): Promise<OpenedSource> {
  const { source } = given;
  const options = { nowMs, friendlyName: source.friendlyName, fingerprint: source.fingerprint };
  try {
    return "bytes" in given ? await openFile(given, options) : await openParts(given, options);
  } catch (error) {
    if (error instanceof Pkcs12Error) throw new SourceError(faultyPath(given, error), sentenceOf(given, error));
    throw error;
  }
}

/** The source with what it names: enough to open it, without file and environment. */
export type Given = { readonly source: Source; readonly password: string | undefined } & (
  { readonly bytes: Uint8Array } | { readonly parts: PemSource }
);

export function readGiven(source: Source, { readFile, environment }: Surroundings): Given {
  const password = passwordOf("source.passwordEnv", source.password, source.passwordEnv, environment);
  switch (source.kind) {
    case "file":
      return { source, password, bytes: readNamedFile(source.path, readFile) };
    case "base64":
      return { source, password, bytes: bytesOfText(source.base64) };
    case "pem": {
      const { certificate, privateKey, chain, privateKeyPassword, privateKeyPasswordEnv } = source;
      const path = "source.pem.privateKeyPasswordEnv";
      const keyPassword = passwordOf(path, privateKeyPassword, privateKeyPasswordEnv, environment);
      return {
        source,
        password,
        parts: { certificate, privateKey, chain, privateKeyPassword: keyPassword ?? password },
      };
    }
  }
}

/** Base64 of the file; a text that is PEM is the file itself. */
function bytesOfText(text: string): Uint8Array {
  return text.includes("-----BEGIN ") ? Buffer.from(text, "utf8") : Buffer.from(text, "base64");
}

async function openFile(given: Given & { readonly bytes: Uint8Array }, options: ChainOptions): Promise<OpenedSource> {
  const { bytes, password } = given;
  if (await isPemPair(bytes)) {
    const parts = { certificate: bytes, privateKey: bytes, privateKeyPassword: password };
    return await openParts({ ...given, parts }, options);
  }
  const file = await openPkcs12(bytes, password);
  await nextTurn();
  const chain = chainOf(file, options);
  await nextTurn();
  const material = withoutOtherPairs(file, chain);
  const opened = { bytes: file.bytes, password: file.password ?? "", isMade: material !== file };
  return { examined: file, chain, material, file, ...opened };
}

async function openParts(
  { parts, password = "" }: Given & { readonly parts: PemSource },
  options: ChainOptions,
): Promise<OpenedSource> {
  const examined: PemMaterial = await fromPem({ ...parts, ...options });
  const chain = chainOf(examined, options);
  const material = withoutOtherPairs(examined, chain);
  const bytes = await writePkcs12(material, { profile: "androidLegacy", password });
  const file = await readPkcs12(bytes, password);
  return { examined, chain, material, file, bytes, password, isMade: true };
}

function passwordOf(
  path: string,
  password: string | undefined,
  variable: string | undefined,
  environment: Surroundings["environment"],
): string | undefined {
  if (variable === undefined) return password;
  const value = environment[variable];
  if (value !== undefined) return value;
  throw new SourceError(path, `the environment variable ${variable} is not set; export it where \`pulumi\` runs`);
}

function readNamedFile(path: string, readFile: Surroundings["readFile"]): Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    throw new SourceError("source.file", error instanceof Pkcs12Error ? error.message : fileProblem(path, error));
  }
}

function fileProblem(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") {
    return `there is no file ${path} (looked for as ${resolve(path)}); the path is relative to the program's folder`;
  }
  if (code === "EISDIR") return `${path} is a folder; name the PKCS#12 file in it`;
  if (code === notRegularCode) return `${path} is a pipe or a device; name the PKCS#12 file itself`;
  return `the file ${path} cannot be read${typeof code === "string" ? ` (${code})` : ""}`;
}

function faultyPath({ source }: Given, { problem }: Pkcs12Error): string {
  switch (problem.kind) {
    case "noSuchEntry":
      return `source.${problem.by}`;
    case "passwordRequired":
    case "wrongPassword":
      return `source.${source.passwordEnv === undefined ? "password" : "passwordEnv"}`;
    case "badPem": {
      if (source.kind !== "pem") return `source.${source.kind}`;
      const isFromEnv = problem.field === "privateKeyPassword" && source.privateKeyPasswordEnv !== undefined;
      return `source.pem.${problem.field}${isFromEnv ? "Env" : ""}`;
    }
    case "notPkcs12":
    case "corrupt":
    case "unsupported":
    case "limit":
    case "innerPassword":
      return `source.${source.kind}`;
  }
}

function sentenceOf({ source, password }: Given, { problem, message }: Pkcs12Error): string {
  if (problem.kind === "passwordRequired" && source.passwordEnv !== undefined && password === "") {
    return `the environment variable ${source.passwordEnv} is set, but it is empty; the PKCS#12 file is protected by a password`;
  }
  return message;
}
