// Esper's dates as instants. Pure; a leaf.

/** Esper's dates have six digits of a second or none; of a text that is no date a few harmless characters stay. */
import { printable } from "../printable";

export function isoInstant(text: string): string {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? printable(text, 40) : new Date(atMs).toISOString();
}
