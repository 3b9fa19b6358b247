// Devices that are to be sent the certificate once more, each by a text of its own: reads the `resend` argument. Pure.
// What a new text makes due is decided in policy/resend.ts.

import { unknownValue, type Fields } from "./reader";
import { isUuid } from "./target";

/** By the device's id: any text; a new or another one makes the device due. */
export type Resend = Readonly<Record<string, string>>;

export function readResend(fields: Fields): Resend {
  // What is not known yet will differ, as far as a preview can tell.
  if (fields.isUnknown("resend")) return { [unknownValue]: unknownValue };
  const resend = fields.object("resend");
  const ids = resend?.names() ?? [];
  if (!ids.every(isUuid)) fields.fail("resend", "every entry must be a device's id (a UUID)");
  const entries = ids.map((id) => [id.toLowerCase(), textOf(resend, id)] as const);
  return Object.fromEntries(entries.flatMap(([id, text]) => (text === undefined ? [] : [[id, text]])));
}

function textOf(resend: Fields | undefined, id: string): string | undefined {
  return resend?.isUnknown(id) === true ? unknownValue : resend?.string(id);
}
