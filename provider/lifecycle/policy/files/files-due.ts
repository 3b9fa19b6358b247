// Whether the files of devices are others than those that the state knows, by names and hashes alone: nobody is asked which
// device a file belongs to. Pure. Follows docs/design.md, section 12.

import { count } from "../../messages/words";
import type { State } from "../../state/state";
import type { Asked, AskedFiles, Finding } from "../full-send";
import { filesChanged } from "../reasons";

export interface FilesChange {
  /** Files that no device has: nobody is asked whether one is meant to. */
  readonly newOnes: number;
  /** Files of devices that are no longer there, or have other bytes. */
  readonly goneOnes: number;
}

export function filesDiffer(prior: State, { files }: Asked): Finding | undefined {
  const change = files && changeOf(prior, files);
  if (change === undefined) return undefined;
  const { newOnes, goneOnes } = change;
  const parts = [
    ...(newOnes > 0 ? [`${count(newOnes, "file")} ${newOnes === 1 ? "is" : "are"} new, changed or of no device`] : []),
    ...(goneOnes > 0 ? [`${count(goneOnes, "file")} of devices ${goneOnes === 1 ? "is" : "are"} gone or changed`] : []),
  ];
  return { reason: filesChanged, sentence: `${parts.join("; ") || "Files that no device uses changed"}.` };
}

/** Files that went with their devices: nobody is sent anything, and the output `certificates` counts them still. */
export function filesLeft({ certificate }: State, { files }: Asked): Finding | undefined {
  const told = certificate["files"];
  const left = files === undefined || typeof told !== "number" ? 0 : told - files.count;
  if (left <= 0) return undefined;
  const theirs = left === 1 ? "its device" : "their devices";
  return { reason: filesChanged, sentence: `${count(left, "file")} went with ${theirs}.` };
}

/** Undefined where there is nothing new. */
export function changeOf({ record: { own } }: State, { hashes, digestOf }: AskedFiles): FilesChange | undefined {
  if (own === undefined) return undefined;
  const known = new Set([...own.ledger.values()].filter((entry) => entry.file !== "").map(({ file }) => file));
  const unknown = [...hashes].filter((hash) => !known.has(hash));
  const goneOnes = [...own.ledger.values()].filter(({ file }) => file !== "" && !hashes.has(file)).length;
  if (goneOnes === 0 && digestOf(unknown) === own.unusedDigest) return undefined;
  return { newOnes: unknown.length, goneOnes };
}
