// Reads answers of unknown shape, and words what was seen in them. Pure.

import type { Answered } from "./tenant";

export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** The rows of a page; none where it is no page. */
export function listOf(body: unknown): readonly unknown[] {
  const results = fieldOf(body, "results");
  return Array.isArray(results) ? [...(results as unknown[])] : [];
}

export function countOf(body: unknown): number | undefined {
  const count = fieldOf(body, "count");
  return typeof count === "number" ? count : undefined;
}

export function refusalWords({ status, shape, words }: Answered): string {
  return `${status}, ${shape}${words === undefined ? "" : `, saying "${words}"`}`;
}

/** For example `3 Command Success, 1 Command Failure`. */
export function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "none";
}
