// Everything before anything is sent: reads the arguments, opens the source, refuses, warns, and tells whom it reaches
// (docs/design.md, sections 4 and 8). It asks Esper only of what is new, and sends nothing.

import type { Client } from "../../client/index";
import { isSettingError } from "../../errors";
import { readInputs } from "../arguments/arguments";
import { isObject, type Failure, type RawObject } from "../arguments/reader";
import type { Source } from "../arguments/source";
import type { Target } from "../arguments/target";
import { openSource, type Content } from "../content/content";
import type { Surroundings } from "../content/open-source";
import { SourceError } from "../errors";
import type { Claim } from "../claims";
import { alreadyThereSentence, unknownImpact, type Impact, type ImpactQuery, type TargetImpact } from "./impact";
import { membersWarning, overlapsOf } from "./overlap";
import { isNews, mayInstall, unknownTarget, validate, type Before } from "./validate";

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
  /** Puts the certificate on record; gives it with the others that the program has under its alias so far. */
  readonly claim: (alias: string, target: Target, isNews: boolean) => Claimed | undefined;
  readonly nowMs: number;
}

export interface Claimed {
  readonly own: Claim;
  readonly others: readonly Claim[];
}

/** @param olds the inputs of an earlier check; empty for a new resource */
export async function check(checking: Checking, olds: RawObject, raw: RawObject): Promise<Checked> {
  const { failures, alias, source, target, options } = readInputs(raw);
  const before = inputsBefore(olds);
  const hasNews = isNews({ alias, target }, before);
  const claimed = alias === undefined || target === undefined ? undefined : checking.claim(alias, target, hasNews);
  const refused = (why: readonly Failure[], warnings: readonly string[] = []): Checked => ({
    ...{ inputs: raw, failures: why, warnings, notes: [] },
  });
  if (failures.length > 0) return refused(failures);
  const content = source === undefined ? undefined : await open(source, checking.surroundings);
  if (content !== undefined && "failure" in content) return refused([content.failure]);
  const found =
    source === undefined || content === undefined
      ? { failures: [], warnings: [] }
      : validate({ ...options, source }, content, before, checking.nowMs);
  const overlaps = claimed && overlapsOf(claimed.own, claimed.others);
  const inputs = content === undefined ? raw : { ...raw, certificate: content.summary };
  const checked = {
    inputs,
    failures: [...found.failures, ...(overlaps?.failures ?? [])],
    warnings: [...found.warnings, ...(overlaps?.warnings ?? [])],
    notes: [],
  };
  if (checked.failures.length > 0 || target === undefined) return checked;
  const shared = await sharedMembers(checking, claimed?.own, overlaps?.inQuestion ?? []);
  const warned = { ...checked, warnings: [...checked.warnings, ...shared] };
  if (!mayInstall({ target, ...options }, content, before)) return warned;
  const impact = await impactOf(checking, { target, ...options }, content);
  if (impact === undefined) return warned;
  const unknown = unknownTarget(target, impact, before);
  if (unknown !== undefined) return { ...warned, failures: [unknown] };
  const { note, warning } = impact.fitting ?? {};
  // Nothing is claimed where a setting is missing; then nobody can be asked.
  const isNewAlias = claimed !== undefined && claimed.own.alias !== before?.alias;
  const there = isNewAlias
    ? await checking.impact.alreadyThere(checking.client(), claimed.own.alias, target)
    : undefined;
  return {
    ...warned,
    notes: [
      impact.reach,
      ...(note === undefined ? [] : [note]),
      ...(there === undefined || claimed === undefined ? [] : [alreadyThereSentence(there, claimed.own.alias)]),
    ],
    warnings: [...warned.warnings, ...(warning === undefined ? [] : [warning])],
  };
}

/** Devices that the program's other new or changed certificates mean as well. */
export async function sharedMembers(
  { impact, client }: Pick<Checking, "impact" | "client">,
  own: Claim | undefined,
  others: readonly Claim[],
): Promise<readonly string[]> {
  if (own === undefined) return [];
  const warnings: string[] = [];
  for (const other of others) {
    const devices = await impact.inCommon(client(), own.target, other.target);
    if (devices.length > 0) warnings.push(membersWarning(own, other, devices));
  }
  return warnings;
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
  const { alias, target, options } = readInputs(olds);
  const { triggers, schedule } = options;
  return { digest: isObject(certificate) ? certificate["digest"] : undefined, alias, target, triggers, schedule };
}

async function open(source: Source, surroundings: Surroundings): Promise<Content | { readonly failure: Failure }> {
  try {
    return await openSource(source, surroundings);
  } catch (error) {
    if (error instanceof SourceError) return { failure: { property: error.path, reason: error.message } };
    throw error;
  }
}
