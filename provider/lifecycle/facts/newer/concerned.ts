// Which commands of others may concern a resource, where that can be told without asking: with hundreds of resources on single
// devices under one alias, each would else read the answers to all others' commands. Pure.

import type { CommandSighting } from "../../../client/index";
import { devicesOf, groupsOf, type Target } from "../../arguments/target";
import { orphanedIds } from "../../state/holding";
import { difference } from "../../state/members/membership-sketch";
import type { State } from "../../state/state";

/**
 * The devices that the resource has to do with; undefined where only Esper knows them.
 * @param target what the program names now
 */
export function devicesConcerned(
  prior: State,
  target: Target = prior.settings.target,
): ReadonlySet<string> | undefined {
  const { settings, record, commands } = prior;
  const targets = [settings.target, target];
  const hasOthers = commands.some(({ kind }) => kind === "uninstall") || orphanedIds(prior).length > 0;
  if (hasOthers || record.own !== undefined || targets.some((one) => groupsOf(one).length > 0)) return undefined;
  const named = new Set([...targets.flatMap(devicesOf), ...(record.left ?? [])]);
  const { sentTo, earlierSentTo, previouslySentTo } = record;
  const sketches = [sentTo, earlierSentTo, previouslySentTo].filter((sketch) => sketch !== undefined);
  return sketches.every((sketch) => difference(sketch, named)?.leftCount === 0) ? named : undefined;
}

/** Of a command to groups its devices are not known. */
export function mayConcern(
  { commandType, devices = [] }: CommandSighting,
  concerned: ReadonlySet<string> | undefined,
): boolean {
  const isToNamed = commandType === "DEVICE" && devices.length > 0;
  return concerned === undefined || !isToNamed || devices.some((id) => concerned.has(id));
}
