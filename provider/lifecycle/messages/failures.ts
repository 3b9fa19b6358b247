// What people read about devices: the progress line, failures grouped by reason with a hint, warnings. Pure.

import type { DeviceStatus } from "../facts/device-status";

export interface Progress {
  readonly members: number;
  readonly done: number;
  readonly failed: number;
  readonly offline: number;
  readonly verb: "installed" | "removed";
}

/** For example `412/500 installed, 3 failed, 85 offline`. */
export function progressLine({ members, done, failed, offline, verb }: Progress): string {
  const parts = [
    `${done}/${members} ${verb}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(offline > 0 ? [`${offline} offline`] : []),
  ];
  return parts.join(", ");
}

const namesMax = 5;
const groupsMax = 20;

/** What failed; no later run tries again after the last install. */
export type Doing = "install" | "lastInstall" | "removal";

/** One sentence for each state and reason, the most frequent first: how many devices, which, and what to do. */
export function failureSentences(standings: readonly DeviceStatus[], doing: Doing): readonly string[] {
  const groups = new Map<string, DeviceStatus[]>();
  for (const standing of standings) {
    const key = JSON.stringify([standing.state, standing.reason]);
    groups.set(key, [...(groups.get(key) ?? []), standing]);
  }
  const sorted = [...groups.values()].sort((a, b) => b.length - a.length);
  const sentences = sorted.slice(0, groupsMax).map((group) => failureSentence(group, doing));
  const left = sorted.slice(groupsMax).flat().length;
  return left === 0
    ? sentences
    : [...sentences, `${left} more ${left === 1 ? "device" : "devices"} failed for other reasons.`];
}

function failureSentence(group: readonly DeviceStatus[], doing: Doing): string {
  const [first] = group;
  if (first === undefined) return "";
  const names = group.slice(0, namesMax).map(({ device }) => clean(device.name));
  const which = group.length > namesMax ? `${names.join(", ")} and ${group.length - namesMax} more` : names.join(", ");
  const what = doing === "removal" ? "did not remove the certificate" : "did not take the certificate";
  const why = first.reason === "" ? first.state : `${first.state}, ${quoted(first.reason)}`;
  return `${count(group.length, "device")} ${what} (${why}): ${which}. ${hint(first, doing)}`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first three, and how many more. */
export function someOf(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(", ") : `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more`;
}

function quoted(reason: string): string {
  // A sentence in brackets stands for words that are not shown.
  return reason.startsWith("(") ? clean(reason) : `"${clean(reason)}"`;
}

// A device's own words: one line, no control characters, no more than a sentence.
function clean(reason: string): string {
  const line = reason.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
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
      "Check the password; Android up to 13 says the same of ciphers it cannot read, which `encoding: androidLegacy` avoids",
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
  if (doing === "removal")
    return "The same command again sends the removal again; where the alias is gone it succeeds.";
  const fitting = hints.find(({ pattern }) => pattern.test(reason)) ?? hints.find(({ pattern }) => pattern.test(state));
  if (doing === "lastInstall") {
    const advice = fitting === undefined ? "" : `${fitting.advice}. `;
    return `${advice}No retry round is left: when it is mended, raise \`retryRounds\`.`;
  }
  if (fitting === undefined) return "The next `pulumi up` tries again on these devices alone.";
  return `${fitting.advice}${fitting.next ?? ""}.`;
}

export function unansweredSentence(standings: readonly DeviceStatus[], timeoutMs: number): string {
  const names = standings.slice(0, namesMax).map(({ device }) => clean(device.name));
  const more = standings.length > namesMax ? ` and ${standings.length - namesMax} more` : "";
  const minutes = Number((timeoutMs / 60_000).toPrecision(2));
  return (
    `${count(standings.length, "device")} did not answer within ${count(minutes, "minute")}: ${names.join(", ")}${more}. ` +
    "The command stays queued; the next `pulumi up` waits again without sending it again."
  );
}

export function scheduledSentence(scheduled: number): string {
  return (
    `${count(scheduled, "device")} ${scheduled === 1 ? "waits" : "wait"} for the schedule; one that is off all the time until ` +
    "it is over does not get the command. `pulumi refresh` shows who has taken it."
  );
}

export function offlineSentence(offline: number): string {
  return (
    `${count(offline, "device")} ${offline === 1 ? "is" : "are"} offline; the command waits for ${offline === 1 ? "it" : "them"} ` +
    "up to 30 days. `pulumi refresh` shows who has taken it."
  );
}

export function leavingSentence(leaving: number): string {
  return `${count(leaving, "device")} will lose the certificate when next online; Esper keeps the command until then.`;
}
