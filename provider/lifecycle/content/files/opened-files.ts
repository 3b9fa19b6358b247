// Opens files of devices, several at a time, and keeps of each what can be said of it: of thousands the keys would fill the
// memory. A file is opened once a process; the file that is sent is the one that was judged.
// It must not know devices. Follows docs/design.md, section 12.

import { createHash } from "node:crypto";
import type { Finding } from "../../../pkcs12/index";
import type { Encoding } from "../../arguments/arguments";
import { SourceError } from "../../errors";
import { inParallel } from "../../in-parallel";
import { openAfresh, type Content, type InstallFile } from "../content";
import { digestPart, type ContentMark } from "../device-contents";
import { chooseForOne, type EncodingFacts } from "../encoding-choice";
import { renewalOfCertificate } from "../renewal";
import type { DeviceFile, FileSurroundings } from "./file-list";

/** What can be said of a file that was opened. Nothing of it is secret but `asGiven`. */
export interface OpenedFile {
  readonly mark: ContentMark;
  readonly digest: string;
  readonly issuer: string;
  readonly findings: readonly Finding[];
  readonly keysDigest: string;
  readonly encodingFacts: EncodingFacts;
  readonly hasChoice: boolean;
  readonly asGiven: InstallFile | undefined;
}

/** A file that cannot be used, and why. */
export interface RefusedFile {
  readonly refused: string;
}

const dayMs = 24 * 3_600_000;
const openedAtOnce = 8;
/** So many characters of files are kept in memory; what is beyond is read again when it is sent. */
const keptMax = 48 * 1024 * 1024;

export class OpenedFiles {
  private readonly byBytes = new Map<string, Promise<OpenedFile | RefusedFile>>();
  /** One copy of what is the same for most of them. */
  private readonly facts = new Map<string, EncodingFacts>();
  private kept = 0;

  /** @param onProgress is told how many are done */
  async open(
    files: readonly DeviceFile[],
    surroundings: FileSurroundings,
    onProgress: (done: number) => void,
  ): Promise<ReadonlyMap<DeviceFile, OpenedFile | RefusedFile>> {
    const opened = new Map<DeviceFile, OpenedFile | RefusedFile>();
    await inParallel(files, openedAtOnce, async (file) => {
      opened.set(file, await this.one(file, surroundings));
      if (opened.size % 100 === 0) onProgress(opened.size);
    });
    return opened;
  }

  private one(file: DeviceFile, surroundings: FileSurroundings): Promise<OpenedFile | RefusedFile> {
    const { password, passwordEnv } = file.source;
    const opens = [password, passwordEnv === undefined ? null : (surroundings.environment[passwordEnv] ?? null)];
    const key = createHash("sha256")
      .update(JSON.stringify([file.hash, file.bytesHash, opens]))
      .digest("base64");
    const opening = this.byBytes.get(key) ?? this.judge(file, surroundings);
    this.byBytes.set(key, opening);
    return opening;
  }

  private async judge(file: DeviceFile, surroundings: FileSurroundings): Promise<OpenedFile | RefusedFile> {
    try {
      return await this.judged(file, await openAfresh(file.source, surroundings), surroundings.nowMs());
    } catch (error) {
      if (error instanceof SourceError) return { refused: error.message };
      throw error;
    }
  }

  private async judged(file: DeviceFile, content: Content, nowMs: number): Promise<OpenedFile> {
    const { digest, summary, keysDigest, hasChoice, encodingFacts } = content;
    const asGiven = encodingFacts.isMade ? undefined : await content.toSend("asGiven");
    const isKept = asGiven !== undefined && this.kept + asGiven.base64.length <= keptMax;
    if (isKept) this.kept += asGiven.base64.length;
    return {
      mark: markOf(digest, file.hash, summary),
      ...{ digest, keysDigest, hasChoice },
      issuer: typeof summary["issuer"] === "string" ? summary["issuer"] : "",
      findings: content.findings(nowMs, undefined),
      encodingFacts: this.shared(encodingFacts),
      asGiven: isKept ? asGiven : undefined,
    };
  }

  private shared(facts: EncodingFacts): EncodingFacts {
    const key = JSON.stringify(facts);
    const known = this.facts.get(key) ?? facts;
    this.facts.set(key, known);
    return known;
  }
}

/** Those of this process. */
export const openedFiles = new OpenedFiles();

function markOf(digest: string, file: string, { notBefore, notAfter }: Content["summary"]): ContentMark {
  const endMs = typeof notAfter === "string" ? Date.parse(notAfter) : NaN;
  const { renewAt } = renewalOfCertificate({ notBefore, notAfter }, undefined, 0);
  const leadMs = renewAt === "" ? 0 : endMs - Date.parse(renewAt);
  return {
    ...{ digest: digest.slice(0, digestPart), file },
    endDay: Number.isNaN(endMs) ? 0 : Math.min(0xffff, Math.max(0, Math.floor(endMs / dayMs))),
    leadDays: Math.min(31, Math.max(0, Math.floor(leadMs / dayMs))),
  };
}

/** The file in the encoding that a device reads. */
export async function fileToSend(
  file: DeviceFile,
  opened: OpenedFile,
  encoding: Encoding,
  osVersion: string,
  surroundings: FileSurroundings,
): Promise<InstallFile> {
  const { sentAs } = chooseForOne(opened.encodingFacts, encoding, osVersion);
  if (sentAs === "asGiven" && opened.asGiven !== undefined) return opened.asGiven;
  const content = await openAfresh(file.source, surroundings);
  if (content.digest === opened.digest) return content.toSend(sentAs);
  throw new Error(`The file ${file.name} changed while the run was under way; run \`pulumi up\` again.`);
}
