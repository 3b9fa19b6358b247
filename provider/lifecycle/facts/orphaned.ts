// Commands of this resource that are newer than its state: a run was killed before the engine could store what it had
// done, or a destroy failed halfway, of which the engine stores nothing.
// They are known by their label; the V2 endpoint has none, so nothing is found there (docs/design.md, section 3).

import type { CommandSighting } from "../../client/index";
import type { OperationContext } from "../context";
import { installCommand, labelPrefix, uninstallCommand } from "../state/command-label";
import { digestHeld, orphanedIds, rejectedDigest, type Holding, type State } from "../state/state";

/** An interrupted run is followed by another soon; reading further back would cost more than it finds. */
const lookBackMs = 3 * 24 * 3_600_000;

/** Read once for all resources of a run. */
const listMaxAgeMs = 60_000;

export async function findOrphaned(
  { client, clock }: OperationContext,
  prior: State,
): Promise<readonly CommandSighting[]> {
  const { newestAt, urnHash } = prior.record;
  const earliest = new Date(clock.now() - lookBackMs).toISOString();
  const sinceAt = newestAt > earliest ? newestAt : earliest;
  const commands = [installCommand, uninstallCommand];
  const list = await client.commandsSince({ commands, sinceAt, maxAgeMs: listMaxAgeMs });
  const own = labelPrefix(urnHash);
  const ids = new Set(prior.commands.map(({ id }) => id));
  const { alias } = prior.settings;
  // Where the alias changes, the old one is removed under the same label after the new one stands.
  const isOfAlias = ({ aliasName }: CommandSighting): boolean => (aliasName ?? alias) === alias;
  const isNewer = ({ id, createdAt }: CommandSighting): boolean => createdAt > newestAt && !ids.has(id);
  return list.commands.filter((sent) => sent.label?.startsWith(own) === true && isOfAlias(sent) && isNewer(sent));
}

/** The state that a run goes by, and the orphaned commands. */
export interface Settled {
  readonly prior: State | undefined;
  /** All of them; what still waits for its window is to be cancelled. */
  readonly foundIds: readonly string[];
  /** Those that say nothing against the state, but may have reached devices outside the target. */
  readonly orphanedIds: readonly string[];
}

/**
 * The state that an update goes by. Its own commands hide the orphaned ones from every later refresh, so those that make the
 * state wrong about its devices count now: removals, as of a destroy that failed, and installs of other content. Installs of
 * the content that the state knows of are at worst sent once more; but of a set the program may have taken their devices
 * out again, which are to lose it. Whatever still waits for its window has to be cancelled: once this run has sent its own,
 * no later one would know of it, and it would come over newer content.
 */
export async function settleOrphaned(context: OperationContext, stored: State | undefined): Promise<Settled> {
  if (stored === undefined) return { prior: undefined, foundIds: [], orphanedIds: [] };
  const found = await findOrphaned(context, stored);
  const foundIds = idsOf(found);
  const { record, settings } = stored;
  const own = labelPrefix(record.urnHash, digestHeld(stored) ?? "none");
  const isMisleading = ({ command, label }: CommandSighting): boolean =>
    command === uninstallCommand || label?.startsWith(own) !== true;
  if (found.some(isMisleading)) return { prior: withOrphaned(stored, found), foundIds, orphanedIds: [] };
  const mayBeOutside = settings.target.kind === "set" && rejectedDigest(stored) === undefined;
  return { prior: stored, foundIds, orphanedIds: mayBeOutside ? foundIds : [] };
}

/** Enough to find the devices of an interrupted run; a longer list would only cost room. */
const orphanedMax = 40;

/** Nobody can say what the devices hold: the next run sends to all. */
export function withOrphaned(state: State, found: readonly CommandSighting[]): State {
  if (found.length === 0) return state;
  const { record } = state;
  const newestAt = found.reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), record.newestAt);
  const hadOtherContent = record.hadOtherContent === true || digestHeld(state) !== undefined;
  const rejected = rejectedDigest(state);
  const orphanedCommandIds = [...orphanedIds(state), ...idsOf(found)].slice(-orphanedMax);
  const holding: Holding = { kind: "unknown", orphanedCommandIds, ...(rejected !== undefined && { rejected }) };
  return { ...state, record: { ...record, holding, newestAt, hadOtherContent } };
}

/** What a destroy takes into account, after which nobody will look any more: installs that a killed run has sent. */
export async function orphanedInstalls(context: OperationContext, state: State): Promise<readonly string[]> {
  const found = await findOrphaned(context, state);
  return idsOf(found.filter(({ command }) => command === installCommand));
}

function idsOf(found: readonly CommandSighting[]): readonly string[] {
  return found.map(({ id }) => id);
}
