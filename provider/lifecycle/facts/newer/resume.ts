// What a run goes by after one that was interrupted: commands of this resource that are newer than its state are added to
// what the state knows, so that only devices that are due are sent anything (scenario A in state/holding.ts). Pure.
// Such commands are found by newer-commands.ts; what waits for a window is cancelled by policy/plan.ts; what of a wave's soak
// is left tells apply/rollout.ts. Follows docs/design.md, section 3.

import { isPartOf } from "../../state/command-label";
import { sketchOf } from "../../state/members/membership-sketch";
import { digestHeld, rejectedDigest } from "../../state/holding";
import { type SentRequest, type State } from "../../state/state";
import type { Newer, NewerCommand } from "./newer-commands";

export interface Resumed {
  readonly prior: State;
  /** Commands under the alias that are no installs of the content which the state holds now, oldest first. */
  readonly others: readonly NewerCommand[];
  /** The devices of the requests that were added. */
  readonly resumed: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What the program asks for where it may be what an interrupted run was about to install. */
export interface AskedAgain {
  readonly digest: string;
  /** Whether it is sent as the interrupted run would have: with another encoding or schedule everyone is due. */
  readonly isSentAlike: boolean;
}

export function resume(stored: State, newer: Newer, asked?: AskedAgain): Resumed {
  const prior = asked !== undefined && hasBegun(stored, newer, asked) ? begun(stored, asked.digest) : stored;
  const digest = digestHeld(prior);
  const own = newer.commands.filter((command) => digest !== undefined && isOwnInstall(command, digest));
  return withAdded(prior, newer, own);
}

/** What the state knows, with these commands of its own. */
export function withAdded(prior: State, newer: Newer, own: readonly NewerCommand[]): Resumed {
  const known = new Set(prior.commands.map(({ id }) => id));
  const added = own.filter(({ id }) => !known.has(id));
  return {
    prior: added.length === 0 ? prior : { ...prior, commands: merged(prior.commands, added.map(requestOf)) },
    others: newer.commands.filter((command) => !own.includes(command)),
    resumed: new Map(added.map((command) => [command.id, devicesOf(command)])),
  };
}

/** An interrupted run has sent the content that the program asks for, and the state knows of other content only. */
function hasBegun(stored: State, { commands }: Newer, { digest, isSentAlike }: AskedAgain): boolean {
  if (!isSentAlike || digest === digestHeld(stored) || rejectedDigest(stored) === digest) return false;
  if (stored.record.holding.kind === "unknown") return false;
  return commands.some((command) => isOwnInstall(command, digest));
}

/** The state in the middle of a rollout of this content, of which no request is known as yet. */
function begun(stored: State, digest: string): State {
  const { waveBoundaries, heldBack, sentToAllAt, compacted, removedSinceFullSend, backlog, ...record } = stored.record;
  return {
    ...stored,
    commands: stored.commands.flatMap((request) => {
      if (request.kind === "uninstall") return [request];
      // Its rows are all that tells its devices, should the target's group be gone one day.
      return request.targetWide === true ? [{ ...request, superseded: true }] : [];
    }),
    progress: { wave: 1, waves: 1, state: "stopped" },
    record: {
      ...record,
      ...{ holding: { kind: "content", digest }, roundsUsed: 0, sentTo: sketchOf(new Set()), hadOtherContent: true },
      ...{ previouslySentTo: record.sentTo, earlierSentTo: record.sentTo },
    },
  };
}

function isOwnInstall(command: NewerCommand, digest: string): boolean {
  return command.by === "own" && installsContent(command, digest);
}

export function installsContent({ kind, content = "" }: NewerCommand, digest: string): boolean {
  return kind === "install" && isPartOf(digest, content);
}

/** The devices that a command was sent to, as far as Esper tells. */
export function devicesOf({ rows, listed }: NewerCommand): ReadonlySet<string> {
  return new Set([...rows.keys(), ...listed]);
}

function requestOf(command: NewerCommand): SentRequest {
  const { id, createdAt } = command;
  return { id, kind: "install", commandType: "DEVICE", devices: devicesOf(command).size, sentAt: createdAt, createdAt };
}

/** Oldest first: what an interrupted run has sent may be older than what a later one has sent. */
function merged(commands: readonly SentRequest[], added: readonly SentRequest[]): readonly SentRequest[] {
  const installs = [...commands.filter(({ kind }) => kind === "install"), ...added];
  const sentAt = ({ createdAt = "" }: SentRequest): string => createdAt;
  return [
    ...installs.sort((one, other) => (sentAt(one) < sentAt(other) ? -1 : sentAt(one) > sentAt(other) ? 1 : 0)),
    ...commands.filter(({ kind }) => kind === "uninstall"),
  ];
}
