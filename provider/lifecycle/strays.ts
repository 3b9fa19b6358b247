// Commands of this resource that are newer than its state: a run was killed before the engine could store what it had done.
// They are known by their label; the V2 endpoint has none, so nothing is found there (docs/design.md, section 3).

import type { SentCommand } from "../client/client";
import { installCommand, labelPrefix, uninstallCommand } from "./commands";
import type { Run } from "./run";
import type { State } from "./state";

/** A killed run is followed by another soon; reading further back would cost more than it finds. */
const lookBackMs = 3 * 24 * 3_600_000;

export async function findStrays(run: Run, known: State): Promise<readonly SentCommand[]> {
  const { newestAt, urnHash } = known.record;
  const earliest = new Date(run.clock.now() - lookBackMs).toISOString();
  const sinceAt = newestAt > earliest ? newestAt : earliest;
  const lists = await Promise.all(
    [installCommand, uninstallCommand].map((command) => run.client.recent(command, sinceAt, listMaxAgeMs)),
  );
  const own = labelPrefix(urnHash);
  const ids = new Set(known.commands.map(({ id }) => id));
  // Where the alias changes, the old one is removed under the same label after the new one stands.
  const isOfAlias = ({ aliasName }: SentCommand): boolean =>
    (aliasName ?? known.settings.alias) === known.settings.alias;
  const isNewer = ({ id, createdAt }: SentCommand): boolean => createdAt > newestAt && !ids.has(id);
  return lists.flat().filter((sent) => sent.label?.startsWith(own) === true && isOfAlias(sent) && isNewer(sent));
}

/** Read once for all resources of a refresh. */
const listMaxAgeMs = 60_000;
