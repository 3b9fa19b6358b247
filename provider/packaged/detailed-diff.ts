// What of a resource's inputs has changed, path by path, as the engine shows it. Pure.

import { isDeepStrictEqual } from "node:util";
import { isObject, type RawObject } from "../lifecycle/arguments/reader";

export interface PathDiff {
  readonly kind: "add" | "delete" | "update";
  /** It asks for another resource. */
  readonly isReplacement: boolean;
  /** Whether both values stand among the inputs, where the engine looks for them; else among the outputs. */
  readonly isInput: boolean;
}

export interface Sides {
  /** Inputs without any mark of a secret. */
  readonly before: RawObject;
  readonly after: RawObject;
}

/** Kept by the dynamic resource and by SDKs beside what a program writes. */
const notWritten = ["__provider", "__defaults"];

/** By path, such as `source.password` or `target.devices[0]`. `drift` stands among the outputs as well. */
export function detailedDiff({ before, after }: Sides, replaces: readonly string[]): ReadonlyMap<string, PathDiff> {
  const found = new Map<string, PathDiff>();
  for (const name of namesOf(before, after).filter((each) => !notWritten.includes(each))) {
    const [isReplacement, isInput] = [replaces.includes(name), name !== "drift"];
    for (const [path, kind] of changes(nameIn("", name), before[name], after[name])) {
      found.set(path, { kind, isReplacement, isInput });
    }
  }
  return found;
}

function changes(path: string, before: unknown, after: unknown): readonly (readonly [string, PathDiff["kind"]])[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isNothing(before)) return isNothing(after) ? [] : [[path, "add"]];
  if (isNothing(after)) return [[path, "delete"]];
  if (isObject(before) && isObject(after)) {
    return namesOf(before, after).flatMap((name) => changes(nameIn(path, name), before[name], after[name]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => changes(`${path}[${at}]`, before[at], after[at])).flat();
  }
  return [[path, "update"]];
}

function namesOf(before: RawObject, after: RawObject): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

function nameIn(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}
