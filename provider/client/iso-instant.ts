// Esper's dates as instants. Pure; a leaf.

/** Esper's dates have six digits of a second or none; a text that is no date stays as it is. */
export function isoInstant(text: string): string {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? text : new Date(atMs).toISOString();
}
