// Everything before anything is sent: reads the arguments, opens the source, refuses, warns, and tells whom it reaches
// (docs/design.md, sections 4 and 8). It asks Esper only of what is new, and sends nothing.

import type { Client } from "../../client/index";
import { isSettingError } from "../../errors";
import { readInputs } from "../arguments/arguments";
import { isObject, type Failure, type RawObject } from "../arguments/reader";
import type { Source } from "../arguments/source";
import { openSource, type Content } from "../content/content";
import type { Surroundings } from "../content/open-source";
import { SourceError } from "../errors";
import { unknownImpact, type Impact, type ImpactQuery, type TargetImpact } from "./impact";
import { mayInstall, unknownTarget, validate, type Before } from "./validate";

export interface Checked {
  /** As the program wrote them, with the summary of the certificate. */
  readonly inputs: RawObject;
  readonly failures: readonly Failure[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

export interface Checking {
  readonly surroundings: Surroundings;
  readonly impact: Impact;
  /** Throws where a setting is missing. */
  readonly client: () => Client;
  readonly nowMs: number;
}

/** @param olds the inputs of an earlier check; empty for a new resource */
export async function check(checking: Checking, olds: RawObject, raw: RawObject): Promise<Checked> {
  const { failures, source, target, options } = readInputs(raw);
  const refused = (why: readonly Failure[], warnings: readonly string[] = []): Checked => ({
    ...{ inputs: raw, failures: why, warnings, notes: [] },
  });
  if (failures.length > 0) return refused(failures);
  const content = source === undefined ? undefined : await open(source, checking.surroundings);
  if (content !== undefined && "failure" in content) return refused([content.failure]);
  const before = inputsBefore(olds);
  const found =
    source === undefined || content === undefined
      ? { failures: [], warnings: [] }
      : validate({ ...options, source }, content, before, checking.nowMs);
  const inputs = content === undefined ? raw : { ...raw, certificate: content.summary };
  const checked = { inputs, failures: found.failures, warnings: found.warnings, notes: [] };
  const isNew = found.failures.length === 0 && mayInstall({ target, ...options }, content, before);
  if (target === undefined || !isNew) return checked;
  const impact = await impactOf(checking, { target, ...options }, content);
  if (impact === undefined) return checked;
  const unknown = unknownTarget(target, impact, before);
  if (unknown !== undefined) return { ...checked, failures: [unknown] };
  const { note, warning } = impact.fitting ?? {};
  return {
    ...checked,
    notes: [impact.reach, ...(note === undefined ? [] : [note])],
    warnings: [...found.warnings, ...(warning === undefined ? [] : [warning])],
  };
}

export async function impactOf(
  { impact, client }: Pick<Checking, "impact" | "client">,
  query: ImpactQuery,
  content: Content | undefined,
): Promise<TargetImpact | undefined> {
  try {
    return await impact.tell(client(), query, content);
  } catch (error) {
    // A setting is missing: a preview goes without, and an update says it in its own words.
    if (!isSettingError(error)) throw error;
    return unknownImpact(error.message);
  }
}

/** Undefined for a new resource. */
function inputsBefore(olds: RawObject): Before | undefined {
  const { certificate } = olds;
  if (certificate === undefined) return undefined;
  const { target, options } = readInputs(olds);
  const { triggers, schedule } = options;
  return { digest: isObject(certificate) ? certificate["digest"] : undefined, target, triggers, schedule };
}

async function open(source: Source, surroundings: Surroundings): Promise<Content | { readonly failure: Failure }> {
  try {
    return await openSource(source, surroundings);
  } catch (error) {
    if (error instanceof SourceError) return { failure: { property: error.path, reason: error.message } };
    throw error;
  }
}
