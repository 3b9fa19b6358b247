// How numbers of things and lists of names are said. Pure.

import { printable } from "../../printable";

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first three, and how many more. */
export function someOf(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(", ") : `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more`;
}

/** A device's own words. */
export function oneLine(words: string): string {
  return printable(words);
}
