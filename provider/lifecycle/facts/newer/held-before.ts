// On which devices somebody else had the alias before this resource's first INSTALL: a rollback to nothing stops there, since
// it would take what it cannot give back. It asks the client; policy/removal.ts decides. Follows docs/design.md, section 3.

import type { CommandSighting } from "../../../client/index";
import type { OperationContext } from "../../context";
import { certificateCommands, parseLabel } from "../../state/command-label";
import { holdersBy, isUnder } from "./already-there";
import { removalMaxAgeMs } from "./newer-commands";

/** Commands that are this resource's own. */
export interface OwnCommands {
  readonly ids: ReadonlySet<string>;
  /** Esper's time of the first INSTALL among them (ISO). */
  readonly firstInstallAt: string;
}

export interface HeldBefore {
  readonly devices: ReadonlySet<string>;
  /** False where Esper's list is longer than is read. */
  readonly isComplete: boolean;
}

export async function devicesHeldBefore(
  { client, instance }: OperationContext,
  alias: string,
  { ids, firstInstallAt }: OwnCommands,
): Promise<HeldBefore> {
  const query = { commands: certificateCommands, sinceAt: new Date(0).toISOString() };
  const { commands, isComplete } = await client.commandsSince({ ...query, maxAgeMs: removalMaxAgeMs });
  const isOwn = ({ id, label = "" }: CommandSighting): boolean => {
    const parsed = parseLabel(label);
    return ids.has(id) || (parsed?.form === "instance" && parsed.instance === instance);
  };
  const others = commands.filter((one) => one.createdAt < firstInstallAt && isUnder(alias, one) && !isOwn(one));
  return { devices: await holdersBy(client, others), isComplete };
}
