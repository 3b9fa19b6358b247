// Words with colour for a terminal, and without where none may be shown; and text of others made fit for a terminal.
// Pure; whether colours may be shown is an argument.

import { styleText } from "node:util";

/** What a word means to the reader; each has a colour of its own. */
export type Tone = "good" | "bad" | "warning" | "quiet" | "title";

export type Style = (tone: Tone, text: string) => string;

const formats = { good: "green", bad: "red", warning: "yellow", quiet: "dim", title: "bold" } as const;

export function styleFor(isColored: boolean): Style {
  if (!isColored) return (_tone, text) => text;
  // That the output is a terminal was seen already.
  return (tone, text) => styleText(formats[tone], text, { validateStream: false });
}

/** Names and reasons come from others: neither control characters nor marks that turn the text round reach the screen. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\u{fffd}");
}

const characters = new Intl.Segmenter();

/** Characters as people count them; most take one column of the screen. */
export function widthOf(text: string): number {
  return Array.from(characters.segment(text)).length;
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
