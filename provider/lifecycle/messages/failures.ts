// Devices that failed, as people read of them: grouped by state and reason, the most frequent first, each with a hint. Pure.

import { isOrdinary } from "../../redaction/ordinary-words";
import type { DeviceStatus } from "../facts/device-status";
import { notIssuedSentence } from "./issued";
import { count, oneLine } from "./words";
import { countThat } from "../state/members/count-that";

const namesMax = 5;
const groupsMax = 20;

/** What failed; no later run tries again after the last install. */
export type Doing = "install" | "lastInstall" | "removal";

/** One sentence for each state and reason: how many devices, which, and what to do. */
export function failureSentences(statuses: readonly DeviceStatus[], doing: Doing): readonly string[] {
  const groups = new Map<string, DeviceStatus[]>();
  for (const status of statuses) {
    const key = JSON.stringify([status.state, status.reason]);
    groups.set(key, [...(groups.get(key) ?? []), status]);
  }
  const sorted = [...groups.values()].sort((a, b) => b.length - a.length);
  const sentences = sorted.slice(0, groupsMax).map((group) => failureSentence(group, doing));
  const left = sorted.slice(groupsMax).flat().length;
  return left === 0
    ? sentences
    : [...sentences, `${left} more ${left === 1 ? "device" : "devices"} failed for other reasons.`];
}

/** Of devices that are to lose the certificate: those that did not, and what becomes of the others. */
export function removalSentences({
  failed,
  statuses,
}: {
  readonly failed: readonly DeviceStatus[];
  readonly statuses: readonly DeviceStatus[];
}): readonly string[] {
  const removed = countThat(statuses, ({ phase }) => phase === "installed");
  const sentences = failureSentences(failed, "removal");
  return failed.length === 0 || removed === 0 ? sentences : [...sentences, goBackSentence(removed)];
}

function goBackSentence(removed: number): string {
  return (
    `${count(removed, "device")} ${removed === 1 ? "has" : "have"} removed it. Before a program that goes back to the old target, ` +
    "run `pulumi refresh`: it finds the certificate missing there, and the next `pulumi up` sends it again."
  );
}

function failureSentence(group: readonly DeviceStatus[], doing: Doing): string {
  const [first] = group;
  if (first === undefined) return "";
  const names = group.slice(0, namesMax).map(({ device }) => oneLine(device.name));
  const which = group.length > namesMax ? `${names.join(", ")} and ${group.length - namesMax} more` : names.join(", ");
  // Nothing was sent: the reason is ours, or the issuer's.
  if (first.state === notIssued)
    return `${notIssuedSentence(
      group.map(({ device }) => device.name),
      first.reason,
    )} ${hint(first, doing)}`;
  const what = doing === "removal" ? "did not remove the certificate" : "did not take the certificate";
  // Devices that leave may have had an earlier file, with a password that this run was never told.
  const reason = doing === "removal" && !isOrdinary(first.reason) ? unjudged : first.reason;
  const why = reason === "" ? first.state : `${first.state}, ${quoted(reason)}`;
  return `${count(group.length, "device")} ${what} (${why}): ${which}. ${hint(first, doing)}`;
}

const notIssued: DeviceStatus["state"] = "Not issued";

const unjudged = "(the device's words are not shown: they may repeat a password that this run does not know)";

function quoted(reason: string): string {
  // A sentence in brackets stands for words that are not shown.
  return reason.startsWith("(") ? oneLine(reason) : `"${oneLine(reason)}"`;
}

interface Hint {
  readonly pattern: RegExp;
  readonly advice: string;
  /** What comes of itself, where a later run tries again. */
  readonly next?: string;
}

const hints: readonly Hint[] = [
  {
    pattern: /password/i,
    advice:
      "Check the password; Android 13 and earlier report the same for ciphers that they cannot read, which `encoding: androidLegacy` avoids",
  },
  {
    pattern: /cancel/i,
    advice: "Somebody cancelled the command",
    next: "; the next `pulumi up` sends it again",
  },
  {
    pattern: /time ?out/i,
    advice: "The device may still take it; `pulumi refresh` looks again",
    next: ", and the next `pulumi up` retries",
  },
  {
    pattern: /storage|space/i,
    advice: "Free space on the device",
    next: "; the next `pulumi up` retries",
  },
];

function hint({ state, reason }: DeviceStatus, doing: Doing): string {
  if (doing === "removal") {
    return "Run the same command again to retry; a device without the alias answers with success.";
  }
  // The advice is about the words of devices; an issuer has others.
  const words = state === notIssued ? [] : [reason, state];
  const fitting = words.map((text) => hints.find(({ pattern }) => pattern.test(text))).find((one) => one !== undefined);
  if (doing === "lastInstall") {
    const advice = fitting === undefined ? "" : `${fitting.advice}. `;
    return `${advice}No retries left. Fix the cause, then raise \`retryRounds\`.`;
  }
  if (fitting === undefined) return "The next `pulumi up` retries only these devices.";
  return `${fitting.advice}${fitting.next ?? ""}.`;
}
