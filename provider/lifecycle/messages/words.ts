// How numbers of things and lists of names are said. Pure.

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The first three, and how many more. */
export function someOf(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(", ") : `${ids.slice(0, 3).join(", ")} and ${ids.length - 3} more`;
}

/** A device's own words: one line, no control characters, no more than a sentence. */
export function oneLine(words: string): string {
  const line = words.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
