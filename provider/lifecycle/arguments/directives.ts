// Refuses what Pulumi's CLI would take for a directive of its own in a value that it shows: it breaks off there, in the middle
// of an update, and nobody can see which value it was. Pure. Secrets are not shown, so they may hold anything.

import { hasDirective } from "../../printable";
import { isObject, type Fields, type RawObject } from "./reader";

const reason = "must not contain Pulumi's colour tag, a < followed by {%: the CLI stops where it would show this value";

export function refuseDirectives(fields: Fields, raw: RawObject, shown: readonly string[]): void {
  const { source } = raw;
  const inSource = isObject(source) ? [source["file"], source["friendlyName"]] : [];
  const values = [...shown.map((name) => [name, raw[name]] as const), ["source", inSource] as const];
  for (const [name, value] of values) if (hasOne(value)) fields.fail(name, reason);
}

function hasOne(value: unknown): boolean {
  if (typeof value === "string") return hasDirective(value);
  if (Array.isArray(value)) return value.some(hasOne);
  return isObject(value) && Object.entries(value).some(([name, inner]) => hasDirective(name) || hasOne(inner));
}
