// Finds PEM in what people bring: files and variables in which line breaks became two characters, with quotes, a byte order mark
// or UTF-16 around them. Text in, blocks out; what is in a block is told by its content, not by its label.
// PEM: RFC 7468, with the headers of RFC 1421 that OpenSSL still writes. Takes time in proportion to the length, and lets other
// work go on meanwhile.

import { setImmediate as nextTurn } from "node:timers/promises";
import { checkAtMost, maxCertificates } from "../limits";

export interface PemBlock {
  readonly label: string;
  readonly bytes: Buffer;
  /** Such as "Proc-Type", by their names. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The text that the bytes are; undefined when they are none. */
export function textOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString("utf16le");
  }
  const start = bytes.subarray(0, 4096).toString("latin1");
  // eslint-disable-next-line no-control-regex -- these characters are what tells bytes from text
  if (/[\x00-\x08\x0e-\x1f]/u.test(start)) return undefined;
  return bytes.toString("latin1").replace(/^\u00ef\u00bb\u00bf/u, "");
}

/** The blocks in a text, in their order; a BEGIN without its END is none. */
export async function pemBlocksIn(text: string): Promise<PemBlock[]> {
  const lines = text.includes("\\") ? await replacedInTurns(text, /(?<!\\)\\+[rn]/gu, "\n") : text;
  const blocks: PemBlock[] = [];
  for (const block of eachBlockIn(lines)) {
    blocks.push(block);
    if (blocks.length % blocksPerTurn === 0) await nextTurn();
  }
  return blocks;
}

/** The blocks at the beginning of a text, at once. */
export function firstPemBlocksIn(text: string): readonly PemBlock[] {
  return [...eachBlockIn(text.slice(0, charactersPerTurn).replaceAll(/(?<!\\)\\+[rn]/gu, "\n"))];
}

function* eachBlockIn(lines: string): Generator<PemBlock> {
  let marks = 0;
  let blocks = 0;
  let open: { readonly label: string; readonly from: number } | undefined;
  for (const { 0: mark, 1: kind, 2: label = "", index } of lines.matchAll(
    /-----(BEGIN|END) ([A-Z0-9 #]{1,64})-----/gu,
  )) {
    checkAtMost("the number of BEGIN and END lines", (marks += 1), 4 * maxCertificates);
    if (kind === "BEGIN") open = { label, from: index + mark.length };
    else if (open?.label === label) {
      checkAtMost("the number of PEM blocks", (blocks += 1), maxCertificates);
      yield blockOf(label, lines.slice(open.from, index));
      open = undefined;
    }
  }
}

/** The bytes of base64 that stands there alone; undefined when the text is something else. */
export async function bareBase64In(text: string): Promise<Buffer | undefined> {
  // What DER and PEM begin with, in base64.
  if (!/^[\s"']*(MI|LS0tLS1CRUdJTi)/u.test(text)) return undefined;
  const characters = await replacedInTurns(text, /(?<!\\)\\+[rn]|[\s"']+/gu, "");
  await nextTurn();
  return /^[A-Za-z0-9+/]+={0,2}$/u.test(characters) ? Buffer.from(characters, "base64") : undefined;
}

function blockOf(label: string, body: string): PemBlock {
  const headers = new Map<string, string>();
  let from = 0;
  // They stand at the beginning.
  const start = body.slice(0, 4096);
  for (const match of start.includes(":")
    ? start.matchAll(/^[^\S\n]*([A-Za-z][A-Za-z0-9-]{0,40}):[^\S\n]*([^\r\n]*)\r?\n/gmu)
    : []) {
    headers.set(match[1] ?? "", match[2]?.trim() ?? "");
    from = match.index + match[0].length;
  }
  return { label, bytes: Buffer.from(body.slice(from), "base64"), headers };
}

const charactersPerTurn = 1024 * 1024;
const blocksPerTurn = 100;

/** Replaces in parts, none of which ends between a backslash and its letter. */
async function replacedInTurns(text: string, pattern: RegExp, replacement: string): Promise<string> {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const most = at + charactersPerTurn;
    let end = most;
    while (end > at && text[end - 1] === "\\") end -= 1;
    // A row of a million backslashes is no text of anybody's.
    if (end === at) end = most;
    parts.push(text.slice(at, end).replaceAll(pattern, replacement));
    at = end;
    await nextTurn();
  }
  return parts.join("");
}
