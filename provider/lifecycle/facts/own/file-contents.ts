// The content for each member from the files of a program: matches them, opens those whose bytes are new, and says what is
// doubtful of them. It sends nothing. Follows docs/design.md, section 12.

import type { Device } from "../../../client/index";
import { printable } from "../../../printable";
import type { Settings } from "../../arguments/arguments";
import type { RawObject } from "../../arguments/reader";
import type { ContentMark, DeviceContents, Held, RecordedContent } from "../../content/device-contents";
import { chooseForOne } from "../../content/encoding-choice";
import { digestOfHashes, type DeviceFile, type FileList, type FileSurroundings } from "../../content/files/file-list";
import { fileToSend, openedFiles, type OpenedFile } from "../../content/files/opened-files";
import { SourceError } from "../../errors";
import {
  findingSentences,
  missingFileProblem,
  goneFilesSentence,
  reencodedSentence,
  refusedFilesSentence,
  sameKeySentence,
  sharedFileSentence,
  unusedFilesSentence,
  withoutFileSentence,
} from "../../messages/files";
import { holdsContent } from "../../state/ledger/ledger";
import { daysSentences, daysSummary } from "./certificates-summary";
import { matchFiles, type MatchedFiles } from "./matched-files";

/** What a program asks for, with all that is needed to open it. */
export interface FilesAsked {
  readonly list: FileList;
  readonly settings: Pick<Settings, "encoding" | "strict" | "renewBeforeDays" | "goneFile" | "missingFile">;
  readonly surroundings: FileSurroundings;
  /** Subjects of issuers that an earlier run has seen; files that are not opened have one of them. */
  readonly knownIssuers: readonly string[];
}

/** @throws SourceError that names the files which cannot be used */
export async function contentsFromFiles(
  asked: FilesAsked,
  members: ReadonlyMap<string, Device>,
  recorded: ReadonlyMap<string, RecordedContent>,
  status: (text: string) => void,
): Promise<DeviceContents> {
  const { list, settings, surroundings } = asked;
  const matched = matchFiles(list, members.values());
  const known = marksIn(recorded.values());
  const opened = await openNew(
    [...new Set(matched.byDevice.values())].filter(({ hash }) => !known.has(hash)),
    asked,
    status,
  );
  const markOf = (file: DeviceFile): ContentMark | undefined => opened.get(file)?.mark ?? known.get(file.hash);
  const gone = [...matched.without.keys()].filter((id) => holdsContent(recorded.get(id)));
  const isKept = settings.goneFile !== "remove";
  const wanted = new Map<string, ContentMark>();
  for (const [id, file] of matched.byDevice) {
    const mark = markOf(file);
    if (mark !== undefined) wanted.set(id, mark);
  }
  for (const id of isKept ? gone : []) {
    const entry = recorded.get(id);
    if (entry !== undefined) wanted.set(id, { ...entry, file: "" });
  }
  const held = [...wanted].flatMap(([id, mark]): readonly Held[] => {
    const device = members.get(id);
    return device === undefined ? [] : [{ device, mark }];
  });
  const goneNow = gone.filter((id) => recorded.get(id)?.file !== "");
  return {
    ...{ wanted, nothingToSend: matched.without, toRemove: isKept ? [] : gone },
    fileFor: async (device) => {
      const file = matched.byDevice.get(device.id);
      if (file === undefined) throw new Error(`There is no certificate for the device ${printable(device.name)}.`);
      const one = (await openedFiles.open([file], surroundings, () => undefined)).get(file);
      if (one === undefined || "refused" in one)
        throw new Error(refusedFilesSentence([{ name: file.name, why: one?.refused ?? "" }]));
      const made = await fileToSend(file, one, settings.encoding, device.osVersion, surroundings);
      return { ...made, mark: one.mark, digest: one.digest };
    },
    summary: () => summaryOf(asked, matched, opened, held),
    unusedDigest: digestOfHashes(matched.unused.map(({ hash }) => hash)),
    problems: settings.missingFile === "fail" ? missingFiles(matched, members) : [],
    warnings: [
      ...warningsOf(asked, matched, opened, members, held),
      ...(goneNow.length > 0 ? [goneFilesSentence(goneNow.length, !isKept)] : []),
    ],
    notes: notesOf(matched, opened, members, asked),
  };
}

function missingFiles({ without }: MatchedFiles, members: ReadonlyMap<string, Device>): readonly string[] {
  if (without.size === 0) return [];
  return [missingFileProblem([...without.keys()].map((id) => members.get(id)?.name ?? id))];
}

/** What the files are whose bytes an earlier run has opened. */
export function marksIn(recorded: Iterable<RecordedContent>): ReadonlyMap<string, ContentMark> {
  const entries = [...recorded].filter((entry) => holdsContent(entry) && entry.file !== "" && !entry.isBehind);
  return new Map(entries.map(({ digest, file, endDay, leadDays }) => [file, { digest, file, endDay, leadDays }]));
}

/** @throws SourceError */
export async function openNew(
  files: readonly DeviceFile[],
  { list, settings, surroundings }: Pick<FilesAsked, "list" | "settings" | "surroundings">,
  status: (text: string) => void,
): Promise<ReadonlyMap<DeviceFile, OpenedFile>> {
  const all = await openedFiles.open(files, surroundings, (done) => {
    status(`${done}/${files.length} files opened`);
  });
  const usable = new Map<DeviceFile, OpenedFile>();
  const refused: { readonly name: string; readonly why: string }[] = [];
  for (const [file, one] of all) {
    const why = "refused" in one ? one.refused : objectionTo(one, settings);
    if (why !== undefined) refused.push({ name: file.name, why });
    else if (!("refused" in one)) usable.set(file, one);
  }
  if (refused.length === 0) return usable;
  throw new SourceError(list.argument, refusedFilesSentence(refused));
}

function objectionTo(
  { findings, hasChoice }: OpenedFile,
  { strict, encoding }: FilesAsked["settings"],
): string | undefined {
  if (hasChoice && encoding === "asGiven") return 'it holds several keys, so that `encoding` must not be "asGiven"';
  return findings.find(({ severity }) => severity === "error" || strict)?.message;
}

function summaryOf(
  { list, settings, surroundings, knownIssuers }: FilesAsked,
  { byDevice, unused }: MatchedFiles,
  opened: ReadonlyMap<DeviceFile, OpenedFile>,
  held: readonly Held[],
): RawObject {
  const used = new Set(byDevice.values());
  const isAllOpen = [...used].every((file) => opened.has(file));
  const issuers = [...opened.values()].map(({ issuer }) => printable(issuer));
  return {
    ...{ files: list.files.size, used: used.size, unused: unused.length, digest: list.digest },
    ...daysSummary(held, settings.renewBeforeDays, surroundings.nowMs()),
    issuers: [...new Set([...(isAllOpen ? [] : knownIssuers), ...issuers])].sort().slice(0, 20),
  };
}

function warningsOf(
  { settings, surroundings }: FilesAsked,
  { byDevice, shared }: MatchedFiles,
  opened: ReadonlyMap<DeviceFile, OpenedFile>,
  members: ReadonlyMap<string, Device>,
  held: readonly Held[],
): readonly string[] {
  const byTime = ["expired", "expiresSoon"];
  const found = [...opened].flatMap(([{ name }, { findings }]) =>
    findings.filter(({ code }) => !byTime.includes(code)).map((finding) => ({ name, finding })),
  );
  const byKeys = new Map<string, string[]>();
  for (const [{ name }, { keysDigest }] of opened) byKeys.set(keysDigest, [...(byKeys.get(keysDigest) ?? []), name]);
  const unreadable = [...byDevice].flatMap(([id, file]) => {
    const one = opened.get(file);
    const osVersion = members.get(id)?.osVersion;
    return one === undefined ? [] : (chooseForOne(one.encodingFacts, settings.encoding, osVersion).warning ?? []);
  });
  return [
    ...findingSentences(found, new Set(byDevice.values()).size),
    ...[...byKeys.values()].filter((names) => names.length > 1).map(sameKeySentence),
    ...[...shared].slice(0, 5).map(([name, devices]) =>
      sharedFileSentence(
        name,
        devices.map((device) => device.name),
      ),
    ),
    ...(unreadable.length > 0
      ? [`${unreadable.length} of ${byDevice.size} devices cannot read their file; the first: ${unreadable[0] ?? ""}`]
      : []),
    ...daysSentences(held, settings.renewBeforeDays, surroundings.nowMs()),
  ];
}

function notesOf(
  { byDevice, without, unused }: MatchedFiles,
  opened: ReadonlyMap<DeviceFile, OpenedFile>,
  members: ReadonlyMap<string, Device>,
  { settings }: FilesAsked,
): readonly string[] {
  const isWritten = ([id, file]: readonly [string, DeviceFile]): boolean => {
    const one = opened.get(file);
    if (one === undefined || one.encodingFacts.isMade) return false;
    return chooseForOne(one.encodingFacts, settings.encoding, members.get(id)?.osVersion).sentAs !== "asGiven";
  };
  const written = [...byDevice].filter(isWritten).length;
  return [
    ...(without.size > 0 ? [withoutFileSentence(without.size)] : []),
    ...(unused.length > 0 ? [unusedFilesSentence(unused.map(({ name }) => name))] : []),
    ...(written > 0 ? [reencodedSentence(written)] : []),
  ];
}
