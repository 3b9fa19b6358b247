// What Esper's refusal of a command request is about, read in its body: devices or groups that it does not know, the
// label, the `device_type`. Its words are not documented (docs/background/esper-api.md, 3c), so they are looked for, and
// what is not found says nothing. Pure.

import type { CommandToSend } from "../client";
import type { KnownRefusal } from "../http/api-errors";

export function refusalOfCommand(status: number, body: string, command: CommandToSend): KnownRefusal | undefined {
  if (status !== 400) return undefined;
  // Escapes and underscores apart, JSON and sentences name a field alike.
  const words = body.slice(0, 200_000).replaceAll("_", " ");
  if (/\bdevice ?type\b/i.test(words)) return { meaning: "deviceTypeRefused" };
  if (/\b(?:invalid|unknown|no such|not found)\b[^.]{0,40}\b(?:devices?|groups?)\b/i.test(words) || isAboutIds(words)) {
    return { meaning: "unknownTarget", unknownIds: idsIn(body, command) };
  }
  if (/(?<!cert )\balias\b(?! name)/i.test(words)) return { meaning: "labelRefused" };
  return undefined;
}

function isAboutIds(words: string): boolean {
  return /\b(?:devices?|groups?)\b[^.]{0,40}\b(?:does not exist|do not exist|not found|invalid|unknown)\b/i.test(words);
}

/** Only ids that were sent: a text may name others. */
function idsIn(body: string, { devices, groups }: CommandToSend): readonly string[] {
  const text = body.toLowerCase();
  return [...devices, ...groups].filter((id) => text.includes(id.toLowerCase()));
}
