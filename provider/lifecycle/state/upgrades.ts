// Reads records of earlier schemas: each step turns the outputs of schema n into those of n + 1. Pure.
// Every state ever written must be read (docs/design.md, section 5).

import { isObject, type RawObject } from "../arguments/reader";
import { StateError } from "../errors";

/** The entry `n` turns outputs with a record of schema n into outputs of schema n + 1. */
const steps: Readonly<Record<number, (outputs: RawObject, record: RawObject) => RawObject>> = { 1: fromFirst };

/** Outputs with a record of the schema `wanted`; what cannot be understood stays as it is, for the codec to refuse. */
export function upgradeOutputs(outputs: RawObject, wanted: number): RawObject {
  let upgraded = outputs;
  for (;;) {
    const { record } = upgraded;
    if (!isObject(record) || typeof record["schema"] !== "number" || record["schema"] === wanted) return upgraded;
    if (record["schema"] > wanted) {
      throw new StateError(
        "The stored state of this certificate was written by a newer release of pulumi-esper; install that release.",
      );
    }
    const step = steps[record["schema"]];
    if (step === undefined) return upgraded;
    upgraded = step(upgraded, record);
  }
}

/** Schema 1 told what devices hold by three fields, and facts about a command by its place in the list. */
function fromFirst(outputs: RawObject, record: RawObject): RawObject {
  const { base, seen, members, rounds, covered, newestAt, urnHash, sentToAllAt, removalsFailed, source, drifted } =
    record;
  const { left, held, folded, cleared, overwrites, coveredBefore, limits } = record;
  const commands = Array.isArray(outputs["commands"]) ? outputs["commands"] : [];
  const wide = typeof base === "number" ? base : 0;
  const counts: readonly unknown[] = Array.isArray(seen) ? seen : [];
  const known = {
    ...{ schema: 2, urnHash, newestAt, sentToAllAt, removalsFailed, source, drifted },
    ...{ membersDigest: members, roundsUsed: rounds, sentTo: covered, backlog: left, heldBack: held },
    ...{ compacted: folded, removedSinceFullSend: cleared, hadOtherContent: overwrites },
    ...{ previouslySentTo: coveredBefore, waveBoundaries: boundariesOf(limits), holding: holdingOf(outputs, record) },
  };
  return {
    ...outputs,
    commands: commands.map((command: unknown, index) =>
      isObject(command)
        ? {
            ...command,
            ...(index < wide && { targetWide: true }),
            ...(isObject(counts[index]) && { states: counts[index] }),
          }
        : command,
    ),
    record: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
  };
}

function boundariesOf(limits: unknown): unknown {
  if (!isObject(limits)) return undefined;
  return { canary: limits["canary"], ends: limits["limits"] };
}

function holdingOf(outputs: RawObject, { digest: stored, refused: rejected, strays }: RawObject): RawObject {
  const certificate = isObject(outputs["certificate"]) ? outputs["certificate"] : {};
  const digest = stored ?? certificate["digest"];
  if (strays !== undefined) {
    return { kind: "unknown", orphanedCommandIds: strays, ...(rejected !== undefined && { rejected }) };
  }
  if (rejected === undefined) return { kind: "content", digest };
  return { kind: "rolledBack", rejected, ...(digest !== "" && { to: digest }) };
}
