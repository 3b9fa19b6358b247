// What is kept of the texts in Esper's answers: of a million rows no text may be as long as an answer may be. Pure; a leaf.

/** Nobody's name or serial is longer. */
const textMax = 1_000;

/** A copy where it is cut, since a part of a text keeps all of it in memory. */
export function bounded(text: string): string {
  return text.length <= textMax ? text : Buffer.from(text.slice(0, textMax), "utf8").toString("utf8");
}

/** Undefined for what is not there or blank. */
export function filled(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text.trim() === "" ? undefined : bounded(text);
}
