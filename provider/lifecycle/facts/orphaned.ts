// Commands of this resource that are newer than its state: a run was killed before the engine could store what it had
// done, or a destroy failed halfway, of which the engine stores nothing.
// They are known by their label; the V2 endpoint has none, so nothing is found there (docs/design.md, section 3).

import type { CommandSighting } from "../../client";
import { cancelWaiting } from "../apply/apply";
import { installCommand, labelPrefix, uninstallCommand } from "../apply/esper-commands";
import type { OperationContext } from "../context";
import { noContent, type State } from "../state/state";

/** A killed run is followed by another soon; reading further back would cost more than it finds. */
const lookBackMs = 3 * 24 * 3_600_000;

export async function findOrphaned(run: OperationContext, known: State): Promise<readonly CommandSighting[]> {
  const { newestAt, urnHash } = known.record;
  const earliest = new Date(run.clock.now() - lookBackMs).toISOString();
  const sinceAt = newestAt > earliest ? newestAt : earliest;
  const commands = [installCommand, uninstallCommand];
  const found = await run.client.commandsSince({ commands, sinceAt, maxAgeMs: listMaxAgeMs });
  const own = labelPrefix(urnHash);
  const ids = new Set(known.commands.map(({ id }) => id));
  // Where the alias changes, the old one is removed under the same label after the new one stands.
  const isOfAlias = ({ aliasName }: CommandSighting): boolean =>
    (aliasName ?? known.settings.alias) === known.settings.alias;
  const isNewer = ({ id, createdAt }: CommandSighting): boolean => createdAt > newestAt && !ids.has(id);
  return found.commands.filter((sent) => sent.label?.startsWith(own) === true && isOfAlias(sent) && isNewer(sent));
}

/** Read once for all resources of a run. */
const listMaxAgeMs = 60_000;

/**
 * The state that an update goes by. Its own commands hide the strays from every later refresh, so those that make the state
 * wrong about its devices count now: removals, as of a destroy that failed, and installs of other content. Installs of the
 * content that the state knows of are at worst sent once more; but of a set the program may have taken their devices out
 * again, which are to lose it. Whatever still waits for its window is cancelled: once this run has sent its own, no later
 * one would know of it, and it would come over newer content.
 */
export async function withMisleadingStrays(run: OperationContext, known: State): Promise<State> {
  const strays = await findOrphaned(run, known);
  await cancelWaiting(run, idsOf(strays));
  const { record, settings } = known;
  const own = labelPrefix(record.urnHash, record.digest);
  const isMisleading = ({ command, label }: CommandSighting): boolean =>
    command === uninstallCommand || label?.startsWith(own) !== true;
  if (strays.some(isMisleading)) return withStrays(known, strays);
  const mayBeOutside = settings.target.kind === "set" && record.refused === undefined;
  return mayBeOutside ? withIds(known, strays) : known;
}

/** The state that a destroy goes by, after which nobody will look any more: with installs that a killed run has sent. */
export async function withStrayInstalls(run: OperationContext, known: State): Promise<State> {
  const strays = await findOrphaned(run, known);
  return withIds(
    known,
    strays.filter(({ command }) => command === installCommand),
  );
}

/** What the state says of devices stays as it is. */
function withIds(known: State, strays: readonly CommandSighting[]): State {
  if (strays.length === 0) return known;
  return { ...known, record: { ...known.record, strays: allIds(known, strays) } };
}

function allIds({ record }: State, strays: readonly CommandSighting[]): readonly string[] {
  return [...(record.strays ?? []), ...idsOf(strays)].slice(-straysMax);
}

function idsOf(strays: readonly CommandSighting[]): readonly string[] {
  return strays.map(({ id }) => id);
}

/** Enough to find the devices of a killed run; a longer list would only cost room. */
const straysMax = 40;

/** With strays nobody can say what the devices hold: the next run sends to all. */
export function withStrays(state: State, strays: readonly CommandSighting[]): State {
  if (strays.length === 0) return state;
  const { record } = state;
  const newestAt = strays.reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), record.newestAt);
  const overwrites = record.overwrites === true || record.digest !== noContent;
  return { ...state, record: { ...record, digest: noContent, strays: allIds(state, strays), newestAt, overwrites } };
}
