// What a source holds, as the lifecycle asks for it: the digest by which content is compared, the summary people read, the
// findings, and the file to send in the encoding that the target's devices read. A source is opened once a process.

import { createHash } from "node:crypto";
import {
  androidSupport,
  digestOf,
  findings,
  incompatibleInShort,
  pairsOf,
  summarize,
  writePkcs12,
  type Finding,
  type OsVersions,
  type SentAs,
} from "../../pkcs12/index";
import { printable } from "../../printable";
import { redaction } from "../../redaction/redaction";
import { readInputs, type Encoding } from "../arguments/arguments";
import type { RawObject } from "../arguments/reader";
import type { ContentSource, Source } from "../arguments/source";
import { chooseFor, type EncodingChoice, type EncodingFacts } from "./encoding-choice";
import { openGiven, readGiven, type Given, type OpenedSource, type Surroundings } from "./open-source";

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
  /** It holds several keys or certificates of a key: the file is written anew with the chosen one, never sent as given. */
  readonly hasChoice: boolean;
  /** What the choice of an encoding rests on. */
  readonly encodingFacts: EncodingFacts;
  /** Stands for the private keys: another file with the same holds the same key. */
  readonly keysDigest: string;
  readonly encodingFor: (encoding: Encoding, osVersions: OsVersions) => EncodingChoice;
  /** Who cannot read the file as given, such as `38 run Android 10 to 12`. */
  readonly incompatible: (osVersions: OsVersions) => string | undefined;
  readonly toSend: (sentAs: SentAs) => Promise<InstallFile>;
}

export async function openSource(source: Source, surroundings: Surroundings): Promise<Content> {
  return openWith(openOnce, source, surroundings);
}

/** Opens it and keeps nothing of it: of thousands of files that would be too much. */
export async function openAfresh(source: Source, surroundings: Surroundings): Promise<Content> {
  return openWith(openGiven, source, surroundings);
}

async function openWith(open: typeof openGiven, source: Source, surroundings: Surroundings): Promise<Content> {
  const given = readGiven(source, surroundings);
  // Known before anything is opened: what goes wrong may repeat them.
  for (const secret of secretsOf(given)) redaction.learn(secret);
  await redaction.prepare();
  const opened = await open(given, surroundings.nowMs());
  redaction.learn(opened.bytes);
  await redaction.prepare();
  return contentOf(opened);
}

/** The inputs of the last run, whose password devices may still repeat. */
export function learnInputs(raw: RawObject): void {
  const { source } = readInputs(raw);
  if (source === undefined) return;
  redaction.learn(source.password ?? "");
  learnContent(source);
}

/** What of a content the arguments themselves hold. */
export function learnContent(content: ContentSource): void {
  const pem = content.kind === "pem" ? [content.privateKey, content.privateKeyPassword ?? ""] : [];
  const file = content.kind === "base64" ? [Buffer.from(content.base64, "base64"), content.base64] : [];
  for (const secret of [...pem, ...file]) redaction.learn(secret);
}

/** What a state keeps for a rollback. */
export function learnKept(kept: readonly InstallFile[] = []): void {
  for (const { base64, password } of kept) {
    redaction.learn(password);
    redaction.learn(Buffer.from(base64, "base64"));
  }
}

// A preview's check, create and many resources with one file: it is opened once a process.
const openedSources = new Map<string, Promise<OpenedSource>>();

function openOnce(given: Given, nowMs: number): Promise<OpenedSource> {
  const { source, password } = given;
  const hash = createHash("sha256");
  if ("bytes" in given) hash.update(given.bytes);
  const rest = "bytes" in given ? {} : given.parts;
  // The kind and the names of variables stand in sentences.
  const names = [source.kind, source.passwordEnv, source.kind === "pem" ? source.privateKeyPasswordEnv : undefined];
  hash.update(JSON.stringify([names, password ?? null, source.friendlyName, source.fingerprint, rest]));
  const key = hash.digest("hex");
  const opening = openedSources.get(key) ?? openGiven(given, nowMs);
  openedSources.set(key, opening);
  return opening;
}

function contentOf(opened: OpenedSource): Content {
  const { examined, chain, material, file, bytes, password, isMade } = opened;
  const support = androidSupport({ encoding: file.encoding, privateKeys: material.privateKeys });
  const encodingFacts = { support, isMade };
  const base64 = (): string => Buffer.from(bytes).toString("base64");
  return {
    digest: digestOf(material),
    summary: printableSummary({ ...summarize({ ...examined, encoding: file.encoding }, chain) }),
    findings: (nowMs, renewBeforeDays) =>
      findings(examined, { nowMs, ...(renewBeforeDays !== undefined && { renewBeforeDays }) }, chain),
    hasChoice: pairsOf(examined).length > 1,
    encodingFacts,
    keysDigest: digestOf({ ...material, certificates: [] }),
    encodingFor: (encoding, osVersions) => chooseFor(encodingFacts, encoding, osVersions),
    incompatible: (osVersions) => incompatibleInShort(support, osVersions),
    toSend: async (sentAs) => {
      if (sentAs === "asGiven") return { base64: base64(), password };
      const written = await writePkcs12(material, { profile: sentAs, password });
      redaction.learn(written);
      await redaction.prepare();
      return { base64: Buffer.from(written).toString("base64"), password };
    },
  };
}

function secretsOf(given: Given): readonly (string | Uint8Array)[] {
  const secret = "bytes" in given ? [given.bytes] : [given.parts.privateKey, given.parts.privateKeyPassword ?? ""];
  return [given.password ?? "", ...secret];
}

/** Names are chosen by whoever made the file; the output is shown and stored. */
function printableSummary(summary: RawObject): RawObject {
  const entries = Object.entries(summary).map(([name, value]) => {
    const text = Array.isArray(value) ? value.map(printableName) : printableName(value);
    return [name, text] as const;
  });
  return Object.fromEntries(entries);
}

function printableName(value: unknown): unknown {
  return typeof value === "string" ? printable(value, nameMaxCharacters) : value;
}

const nameMaxCharacters = 500;
