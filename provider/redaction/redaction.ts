// What must not be shown: passwords, keys, tokens and files, each known from the moment it is opened, and every text that
// repeats one, or a piece of one, in any writing. One for the whole process; client and lifecycle ask it before they say or
// store words that others had a hand in. It must not know where a text goes. What it looks for: SECURITY.md.

import { createHash } from "node:crypto";
import { harmless, printable } from "../printable";
import { FilePieces, fileTextOf } from "./file-pieces";
import { Phrases } from "./phrases";
import { readingsOf } from "./all-readings";
import type { Range } from "./readings";

/** Stands where a secret stood. */
export const secretMark = "[secret]";

const quoteMaxCharacters = 300;

export class Redaction {
  /** Grows with every secret that was not known before. A verdict on a text holds as long as this number stays. */
  version = 0;
  private readonly known = new Set<string>();
  private readonly phrases = new Phrases();
  private readonly filePieces = new FilePieces();

  /** From here on no text repeats this: a password, a key, a token, or a file as bytes, as base64 or as PEM. */
  learn(secret: string | Uint8Array): void {
    const key = createHash("sha256").update(secret).digest("base64");
    if (secret.length === 0 || this.known.has(key)) return;
    this.known.add(key);
    this.version += 1;
    const file = typeof secret === "string" ? fileTextOf(secret) : Buffer.from(secret);
    if (file !== undefined) this.filePieces.add(file);
    else if (typeof secret === "string") this.phrases.add(secret);
  }

  /** Gets ready for looks without holding up other work. */
  prepare(): Promise<void> {
    return this.filePieces.prepare();
  }

  /** The text with `[secret]` where it repeats a secret; else the text as it is. */
  withoutSecrets(text: string): string {
    if (this.known.size === 0) return text;
    const ranges: Range[] = [];
    for (const reading of readingsOf(text)) {
      ranges.push(...this.phrases.rangesIn(reading), ...this.filePieces.rangesIn(reading));
    }
    return ranges.length === 0 ? text : withMarks(text, ranges);
  }

  /** A whole message, as it leaves this package. */
  said(text: string): string {
    return harmless(this.withoutSecrets(text));
  }

  /** Words of Esper's or of a device's, fit to be quoted; undefined when nothing is left of them, or they repeat a secret. */
  quote(text: string): string | undefined {
    const start = text.slice(0, 4 * quoteMaxCharacters);
    const short = printable(start, quoteMaxCharacters);
    return short === "" || this.withoutSecrets(start) !== start ? undefined : short;
  }
}

/** The one of this process. */
export const redaction = new Redaction();

/** What a piece may be written with, so that none of its ends is left standing. */
const partOfWord = /[\p{L}\p{N}+/=_%\\&#;-]/u;

function withMarks(text: string, ranges: readonly Range[]): string {
  const sorted = ranges.map((range) => wholeWord(text, range)).sort((a, b) => a.from - b.from);
  let rest = "";
  let at = 0;
  for (const { from, to } of sorted) {
    if (from > at || at === 0) rest += `${text.slice(at, from)}${secretMark}`;
    at = Math.max(at, to);
  }
  return rest + text.slice(at);
}

function wholeWord(text: string, { from, to }: Range): Range {
  let start = from;
  let end = to;
  while (start > 0 && partOfWord.test(text.charAt(start - 1))) start -= 1;
  while (end < text.length && partOfWord.test(text.charAt(end))) end += 1;
  return { from: start, to: end };
}
