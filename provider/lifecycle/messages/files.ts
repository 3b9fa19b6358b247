// Sentences about the files of devices, grouped: how many, and the first of them by name. Pure.

import type { Finding } from "../../pkcs12/index";
import { count, oneLine, someOf } from "./words";

/** A file by its name, with what is to be said of it. */
export interface FileFinding {
  readonly name: string;
  readonly finding: Finding;
}

/** One sentence for each kind of finding, of so many files that are used. */
export function findingSentences(found: readonly FileFinding[], files: number): readonly string[] {
  const byCode = new Map<string, FileFinding[]>();
  for (const one of found) byCode.set(one.finding.code, [...(byCode.get(one.finding.code) ?? []), one]);
  return [...byCode.values()].map((some) => {
    const [first] = some;
    const message = first?.finding.message ?? "";
    if (some.length === 1) return `${oneLine(first?.name ?? "")}: ${message}`;
    return `${some.length} of ${files} files (${namesOf(some.map(({ name }) => name))}), the first: ${message}`;
  });
}

export function refusedFilesSentence(refused: readonly { readonly name: string; readonly why: string }[]): string {
  const reasons = new Set(refused.map(({ why }) => why));
  const [reason] = reasons;
  // A variable that is not set, or a wrong password for all.
  if (reason !== undefined && refused.length > 1 && reasons.size === 1) {
    return `${refused.length} files cannot be used: ${namesOf(refused.map(({ name }) => name))}: ${reason}`;
  }
  const shown = refused.slice(0, 5).map(({ name, why }) => `${oneLine(name)}: ${why}`);
  const more = refused.length > 5 ? `; and ${refused.length - 5} more` : "";
  return `${count(refused.length, "file")} cannot be used: ${shown.join("; ")}${more}`;
}

export function emptyFolderSentence(folder: string, pattern: string): string {
  return (
    `${oneLine(folder)} has no file that fits ${oneLine(pattern)}, and with \`goneFile: "remove"\` every device would lose its ` +
    "certificate. To take it off all of them, destroy the resource."
  );
}

export function sameKeySentence(names: readonly string[]): string {
  return `${names.length} files hold the same key (${namesOf(names)}); make one for each device.`;
}

export function sharedFileSentence(name: string, devices: readonly string[]): string {
  return `${count(devices.length, "device")} share ${oneLine(name)}: ${namesOf(devices)}. A device that was enrolled again stands in the list twice.`;
}

export function unusedFilesSentence(names: readonly string[]): string {
  const [belong, s] = names.length === 1 ? ["belongs", ""] : ["belong", "s"];
  return `${names.length} file${s} ${belong} to no device: ${namesOf(names)}.`;
}

export function withoutFileSentence(devices: number): string {
  return `${count(devices, "device")} ${devices === 1 ? "has" : "have"} no file; the exceptions name those that lack the certificate.`;
}

export function missingFileProblem(names: readonly string[]): string {
  return `${count(names.length, "device")} ${names.length === 1 ? "has" : "have"} no file, which \`missingFile: "fail"\` does not allow: ${namesOf(names)}.`;
}

export function goneFilesSentence(devices: number, isRemoved: boolean): string {
  const [is, its] = devices === 1 ? ["file is", "Its device"] : ["files are", "Their devices"];
  const [keep, lose] = devices === 1 ? ["keeps", "loses"] : ["keep", "lose"];
  return `${devices} ${is} gone. ${its} ${isRemoved ? lose : keep} the certificate.`;
}

export function expiringSentence(names: readonly string[], files: number, days: number): string {
  return `${names.length} of ${files} files ${names.length === 1 ? "ends" : "end"} within ${count(days, "day")}: ${namesOf(names)}.`;
}

export function endedSentence(names: readonly string[], files: number): string {
  return `${names.length} of ${files} files ${names.length === 1 ? "has" : "have"} ended: ${namesOf(names)}.`;
}

export function reencodedSentence(devices: number): string {
  const [files, them] =
    devices === 1 ? ["The file of 1 device is", "it"] : [`The files of ${devices} devices are`, "them"];
  return `${files} re-encoded locally: Android would not read ${them} as given.`;
}

function namesOf(names: readonly string[]): string {
  return someOf(names.map(oneLine));
}

/** For example `3 of 412 files changed, 2 devices have no file, 1 file belongs to no device`. */
export function previewSentence({
  changed,
  used,
  without,
  unused,
}: {
  readonly changed: number;
  readonly used: number;
  readonly without: number;
  readonly unused: number;
}): string {
  return [
    ...(changed > 0 ? [`${changed} of ${used} files changed`] : []),
    ...(without > 0 ? [`${count(without, "device")} ${without === 1 ? "has" : "have"} no file`] : []),
    ...(unused > 0 ? [`${count(unused, "file")} ${unused === 1 ? "belongs" : "belong"} to no device`] : []),
  ].join(", ");
}

export function renewalDueSentence(due: number, files: number, names: readonly string[]): string {
  const which = names.length === 0 ? "" : `: ${namesOf(names)}`;
  return `${due} of ${files} certificates ${due === 1 ? "is" : "are"} due for renewal${which}.`;
}
