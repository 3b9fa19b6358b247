// What a program asks for, read out of the properties that the engine hands over; they are unknown until then.

import { readInputs } from "../lifecycle/arguments/arguments";
import { isObject, type RawObject } from "../lifecycle/arguments/reader";
import { openSource } from "../lifecycle/content/content";
import type { Surroundings } from "../lifecycle/content/open-source";
import type { Asked } from "../lifecycle/policy/full-send";
import type { Desired } from "../lifecycle/policy/plan";

export function asObject(value: unknown): RawObject {
  return isObject(value) ? value : {};
}

/** The resource's name in its program. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** As far as a preview knows it. */
export function askedBy(raw: RawObject): Asked {
  const { alias, target, options } = readInputs(raw);
  const { digest } = asObject(raw["certificate"]);
  const settings = alias === undefined || target === undefined ? undefined : { alias, target, ...options };
  return { alias, target, settings, digest: typeof digest === "string" ? digest : undefined };
}

export async function desiredFrom(raw: RawObject, surroundings: Surroundings): Promise<Desired> {
  const { inputs, failures } = readInputs(raw);
  if (inputs === undefined) {
    throw new Error(failures.map(({ reason }) => reason).join("; ") || "Not every argument is known yet.");
  }
  return { inputs, raw, content: await openSource(inputs.source, surroundings) };
}
