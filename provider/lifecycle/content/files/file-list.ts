// The files of a folder or a map, each with the value of the device that it is meant for, its name and hashes of its bytes.
// It reads all of them and opens none. Follows docs/design.md, section 12.

import { createHash } from "node:crypto";
import { join } from "node:path";
import { markOf, type DeviceMark, type FilePattern, type FileSource } from "../../arguments/devices/device-source";
import type { ContentSource, Source } from "../../arguments/source";
import { SourceError } from "../../errors";
import type { Surroundings } from "../open-source";

export interface FileSurroundings extends Surroundings {
  /** Names of what is no folder in it. */
  readonly listFolder: (path: string) => readonly string[];
}

/** One certificate of the source. */
export interface DeviceFile {
  /** Of the device that it is meant for. */
  readonly value: string;
  /** By which people know it. */
  readonly name: string;
  /** Of its name and bytes, ten hex digits: another one means that something of it changed. */
  readonly hash: string;
  /** Of its bytes alone, whole; empty where it could not be read. */
  readonly bytesHash: string;
  readonly source: Source;
}

export interface FileList {
  /** The argument that names them. */
  readonly argument: "source.folder" | "source.certificates";
  readonly mark: DeviceMark;
  /** By the device's value. */
  readonly files: ReadonlyMap<string, DeviceFile>;
  /** The name that is looked for, for a device's value. */
  readonly nameFor: (value: string) => string;
  /** Of all files together. */
  readonly digest: string;
}

/** @throws SourceError where the folder cannot be read */
export function listFiles(source: FileSource, surroundings: FileSurroundings): FileList {
  const mark = markOf(source);
  const files = new Map<string, DeviceFile>();
  for (const { value, name, content } of source.kind === "folder" ? inFolder(source, surroundings) : inMap(source)) {
    const bytesHash = hashOf(content, surroundings);
    const hash = createHash("sha256").update(`${value}\n${bytesHash}`).digest("hex").slice(0, 10);
    files.set(value, {
      value,
      name,
      hash,
      bytesHash,
      source: { ...content, ...passwordOf(source, value, surroundings) },
    });
  }
  return {
    ...{ argument: source.kind === "folder" ? "source.folder" : "source.certificates", mark, files },
    nameFor: (value) => (source.kind === "folder" ? nameIn(source.file, value) : `certificates.${value}`),
    digest: digestOfHashes([...files.values()].map(({ hash }) => hash)),
  };
}

/** Of two lists of the same files it is the same; empty for none. */
export function digestOfHashes(hashes: readonly string[]): string {
  if (hashes.length === 0) return "";
  return createHash("sha256")
    .update([...hashes].sort().join(""))
    .digest("hex")
    .slice(0, 16);
}

interface Found {
  readonly value: string;
  readonly name: string;
  readonly content: ContentSource;
}

function inFolder(
  { folder, file }: Extract<FileSource, { readonly kind: "folder" }>,
  { listFolder }: FileSurroundings,
): readonly Found[] {
  return namesIn(folder, listFolder).flatMap((name) => {
    const value = valueIn(file, name);
    return value === undefined ? [] : [{ value, name, content: { kind: "file", path: join(folder, name) } }];
  });
}

function inMap({ certificates }: Extract<FileSource, { readonly kind: "map" }>): readonly Found[] {
  return [...certificates].map(([value, content]) => ({ value, name: value, content }));
}

function namesIn(folder: string, listFolder: FileSurroundings["listFolder"]): readonly string[] {
  try {
    return listFolder(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const why = code === "ENOENT" || code === "ENOTDIR" ? "there is no such folder" : "it cannot be read";
    throw new SourceError("source.folder", `${folder}: ${why}; the path is relative to the program's folder`);
  }
}

function nameIn({ before, after }: FilePattern, value: string): string {
  return `${before}${value}${after}`;
}

/** Undefined for a name that does not fit. */
function valueIn({ before, after }: FilePattern, name: string): string | undefined {
  const fits = name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return fits ? name.slice(before.length, name.length - after.length) : undefined;
}

/** Empty for a file that cannot be read: that is told when it is opened. */
function hashOf(content: ContentSource, { readFile }: FileSurroundings): string {
  const hash = createHash("sha256");
  try {
    hash.update(content.kind === "file" ? readFile(content.path) : JSON.stringify(content));
    return hash.digest("hex");
  } catch {
    return "";
  }
}

function passwordOf(
  source: FileSource,
  value: string,
  { readFile }: FileSurroundings,
): { readonly password?: string; readonly passwordEnv?: string } {
  const { password, passwordEnv, passwordFile } = source;
  if (passwordFile === undefined) {
    return { ...(password !== undefined && { password }), ...(passwordEnv !== undefined && { passwordEnv }) };
  }
  const name = nameIn(passwordFile, value);
  if (!isNameOfFile(name)) return {};
  try {
    const text = readFile(source.kind === "folder" ? join(source.folder, name) : name).toString();
    // Whoever writes a file ends its line.
    return { password: text.replace(/\r?\n$/, "") };
  } catch {
    // Told as what it leads to: the file needs a password.
    return {};
  }
}

/** Whether a text names a file in a folder, and never leads out of it. */
export function isNameOfFile(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text !== "" && text !== "." && text !== ".." && !/[/\\\u0000-\u001f\u007f-\u009f]/.test(text);
}
