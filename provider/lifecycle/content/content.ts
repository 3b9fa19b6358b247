// Opens the source and says what is in it: the digest by which content is compared, the summary people read, the findings,
// and the file to send in the encoding that the target's devices read.
// The only place of the lifecycle that reads files and the environment; both come in as arguments.

import { createHash } from "node:crypto";
import {
  androidSupport,
  chainOf,
  digestOf,
  findings,
  fromPem,
  Pkcs12Error,
  readPkcs12,
  summarize,
  incompatibleInShort,
  writePkcs12,
  type AndroidSupport,
  type Chain,
  type Finding,
  type Pkcs12,
  type SentAs,
} from "../../pkcs12/index";
import { SourceError } from "../errors";
import type { RawObject } from "../arguments/reader";
import type { Encoding } from "../arguments/arguments";
import type { Source } from "../arguments/source";
import { chooseFor, type EncodingChoice } from "./encoding-choice";

export interface Surroundings {
  readonly readFile: (path: string) => Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What an INSTALL hands to a device; secret. */
export interface InstallFile {
  readonly base64: string;
  readonly password: string;
}

export interface Content {
  readonly digest: string;
  /** The output `certificate`. */
  readonly summary: RawObject;
  readonly findings: (nowMs: number, renewBeforeDays: number | undefined) => readonly Finding[];
  readonly encodingFor: (encoding: Encoding, osVersions: readonly string[]) => EncodingChoice;
  /** Who cannot read the file as given, such as `38 run Android 10 to 12`. */
  readonly incompatible: (osVersions: readonly string[]) => string | undefined;
  readonly toSend: (sentAs: SentAs) => Promise<InstallFile>;
  /** Takes the password and the file out of a text that others had a hand in. */
  readonly withoutSecrets: (text: string) => string;
}

export async function openSource(source: Source, surroundings: Surroundings): Promise<Content> {
  const password = readPassword(source, surroundings);
  try {
    const bytes = await readBytes(source, password, surroundings);
    return contentOf(source, bytes, password, await openOnce(bytes, password));
  } catch (error) {
    if (error instanceof Pkcs12Error) throw new SourceError(faultyPath(source, error), error.message);
    throw error;
  }
}

function contentOf(source: Source, bytes: Uint8Array, password: string | undefined, opened: Opened): Content {
  const { p12, chain, support } = opened;
  const base64 = (): string => Buffer.from(bytes).toString("base64");
  const secret = password ?? "";
  return {
    digest: opened.digest,
    summary: opened.summary,
    findings: (nowMs, renewBeforeDays) =>
      findings(p12, { nowMs, ...(renewBeforeDays !== undefined && { renewBeforeDays }) }, chain),
    encodingFor: (encoding, osVersions) => {
      return chooseFor({ support, isMade: source.kind === "pem" }, encoding, osVersions);
    },
    incompatible: (osVersions) => incompatibleInShort(support, osVersions),
    toSend: async (sentAs) => {
      if (sentAs === "asGiven" || source.kind === "pem") return { base64: base64(), password: secret };
      const written = await writePkcs12(p12, { profile: sentAs, password: secret });
      return { base64: Buffer.from(written).toString("base64"), password: secret };
    },
    withoutSecrets: (text) => withoutPieces(without(text, secret), base64()),
  };
}

function without(text: string, secret: string): string {
  return secret === "" ? text : text.split(secret).join("[secret]");
}

// As many characters of the file in a row are no accident.
const pieceLength = 12;

function withoutPieces(text: string, file: string): string {
  let rest = "";
  for (let at = 0; at < text.length;) {
    let length = 0;
    while (
      at + length + pieceLength <= text.length &&
      file.includes(text.slice(at + length, at + length + pieceLength))
    ) {
      length += 1;
    }
    rest += length > 0 ? "[secret]" : text.charAt(at);
    at += length > 0 ? length + pieceLength - 1 : 1;
  }
  return rest;
}

/** What opening a file brings to light, whoever asks. */
interface Opened {
  readonly p12: Pkcs12;
  readonly chain: Chain;
  readonly digest: string;
  readonly summary: RawObject;
  readonly support: AndroidSupport;
}

// A preview's check, create and many resources with one file: it is opened once a process.
const openedFiles = new Map<string, Promise<Opened>>();

function openOnce(bytes: Uint8Array, password: string | undefined): Promise<Opened> {
  const key = createHash("sha256")
    .update(bytes)
    .update(`\n${password ?? "\n"}`)
    .digest("hex");
  const opening = openedFiles.get(key) ?? openFile(bytes, password);
  openedFiles.set(key, opening);
  return opening;
}

async function openFile(bytes: Uint8Array, password: string | undefined): Promise<Opened> {
  const p12 = await readPkcs12(bytes, password);
  const chain = chainOf(p12);
  const summary = { ...summarize(p12, chain) };
  return { p12, chain, digest: digestOf(p12), summary, support: androidSupport(p12) };
}

function readPassword(source: Source, { environment }: Surroundings): string | undefined {
  if (source.passwordEnv === undefined) return source.password;
  const password = environment[source.passwordEnv];
  if (password !== undefined) return password;
  throw new SourceError(
    "source.passwordEnv",
    `the environment variable ${source.passwordEnv} is not set; export it where \`pulumi\` runs`,
  );
}

async function readBytes(
  source: Source,
  password: string | undefined,
  { readFile }: Surroundings,
): Promise<Uint8Array> {
  switch (source.kind) {
    case "file":
      try {
        return readFile(source.path);
      } catch (error) {
        throw new SourceError("source.file", fileProblem(source.path, error));
      }
    case "base64":
      return Buffer.from(source.base64, "base64");
    case "pem":
      return writePkcs12(fromPem(source), { profile: "androidLegacy", password: password ?? "" });
  }
}

function faultyPath(source: Source, { problem }: Pkcs12Error): string {
  if (problem.kind === "badPem") return `source.pem.${problem.field}`;
  const isPassword = problem.kind === "passwordRequired" || problem.kind === "wrongPassword";
  return isPassword
    ? `source.${source.passwordEnv === undefined ? "password" : "passwordEnv"}`
    : `source.${source.kind}`;
}

function fileProblem(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `there is no file ${path}; the path is relative to the program's folder`;
  if (code === "EISDIR") return `${path} is a folder; name the PKCS#12 file in it`;
  return `the file ${path} cannot be read${typeof code === "string" ? ` (${code})` : ""}`;
}
