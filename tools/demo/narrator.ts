// The demo's own voice between Pulumi's lines: headings, sentences, commands about to run, and what was found to be so.
// Colours only where people look. It decides nothing but how a claim ends: a false one ends the demo.

import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const styled = (style: Style, text: string): string => (process.stdout.isTTY ? styleText(style, text) : text);

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export function heading(text: string): void {
  print(styled("bold", `\n━━ ${text} ${"━".repeat(Math.max(0, 90 - text.length))}`));
}

export function tell(text: string): void {
  print(text);
}

export function showCode(text: string): void {
  print(`\n${text.trimEnd().replace(/^/gm, "    ")}\n`);
}

export function showCommand(command: string): void {
  print(styled("cyan", `\n$ ${command}`));
}

/** Something in the story is not as told. */
export class StoryError extends Error {
  override readonly name = "StoryError";
}

/** Says what was found to be so. @throws StoryError when it is not so */
export function claim(isSo: boolean, sentence: string, found: string): void {
  if (!isSo) throw new StoryError(`Not as told: "${sentence}". Found: ${found}.`);
  print(styled("green", `✔ ${sentence}`));
}
