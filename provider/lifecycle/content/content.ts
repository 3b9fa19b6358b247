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
  type SentAs,
} from "../../pkcs12/index";
import type { Encoding } from "../arguments/arguments";
import type { RawObject } from "../arguments/reader";
import type { Source } from "../arguments/source";
import { chooseFor, type EncodingChoice } from "./encoding-choice";
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
  readonly encodingFor: (encoding: Encoding, osVersions: readonly string[]) => EncodingChoice;
  /** Who cannot read the file as given, such as `38 run Android 10 to 12`. */
  readonly incompatible: (osVersions: readonly string[]) => string | undefined;
  readonly toSend: (sentAs: SentAs) => Promise<InstallFile>;
  /** Takes the passwords and the file out of a text that others had a hand in. */
  readonly withoutSecrets: (text: string) => string;
}

export async function openSource(source: Source, surroundings: Surroundings): Promise<Content> {
  return contentOf(await openOnce(readGiven(source, surroundings), surroundings.nowMs()));
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
  const base64 = (): string => Buffer.from(bytes).toString("base64");
  return {
    digest: digestOf(material),
    summary: { ...summarize({ ...examined, encoding: file.encoding }, chain) },
    findings: (nowMs, renewBeforeDays) =>
      findings(examined, { nowMs, ...(renewBeforeDays !== undefined && { renewBeforeDays }) }, chain),
    hasChoice: pairsOf(examined).length > 1,
    encodingFor: (encoding, osVersions) => chooseFor({ support, isMade }, encoding, osVersions),
    incompatible: (osVersions) => incompatibleInShort(support, osVersions),
    toSend: async (sentAs) => {
      if (sentAs === "asGiven") return { base64: base64(), password };
      const written = await writePkcs12(material, { profile: sentAs, password });
      return { base64: Buffer.from(written).toString("base64"), password };
    },
    withoutSecrets: (text) => withoutPieces(opened.secrets.reduce(without, text), base64()),
  };
}

function without(text: string, secret: string): string {
  return text.split(secret).join("[secret]");
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
