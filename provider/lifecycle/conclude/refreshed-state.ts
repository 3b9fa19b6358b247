// The state that a refresh leaves behind: what was stored, with where everyone stands now. Pure; a run leaves that of
// next-state.ts. What a record may hold is docs/design.md, section 5.

import type { CommandResults } from "../facts/command-results";
import type { Departed } from "../facts/departed";
import type { DeviceStatus } from "../facts/device-status";
import type { Fleet } from "../facts/members/fleet";
import type { Left } from "../facts/members/left-group";
import type { Newer, NewerCommand } from "../facts/newer/newer-commands";
import { devicesOf } from "../facts/newer/resume";
import { seenNow } from "../state/sent-request";
import type { OtherCommand, SentRequest, State, StateRecord } from "../state/state";
import { membersNow } from "./members-now";
import { ownNow } from "./next-ledger";

/** What a refresh has seen of a resource that has news. */
export interface Looked {
  readonly stored: State;
  readonly fleet: Fleet;
  readonly statuses: readonly DeviceStatus[];
  /** Its own, with those of an interrupted run. */
  readonly installs: readonly SentRequest[];
  readonly answers: Pick<CommandResults, "countsOf" | "forgotten">;
  readonly newer: Newer;
  /** Commands of others that may say something of a device. */
  readonly others: readonly NewerCommand[];
  readonly departed: Pick<Departed, "devices">;
  readonly lateCommands: NonNullable<StateRecord["lateCommands"]>;
  /** Removals that did not reach their device. */
  readonly toRemoveAgain: number;
  readonly heldBack: number;
  readonly left: Left;
  readonly nowMs: number;
}

export function refreshedState(looked: Looked): State {
  const { stored, fleet, statuses, answers, newer, departed, lateCommands, heldBack, left, nowMs } = looked;
  const { record } = stored;
  const { outputs, record: members } = membersNow(statuses, fleet);
  const { coverage } = outputs;
  const otherCommands = tellingOthers(looked);
  const isUnread = ({ id, superseded }: SentRequest): boolean => superseded === true || answers.forgotten.has(id);
  return {
    ...stored,
    ...outputs,
    ...(coverage.installed === coverage.members && { progress: { ...stored.progress, state: "complete" } }),
    commands: stored.commands.map((request) =>
      isUnread(request) ? request : { ...request, ...seenNow(request, answers.countsOf(request.id), coverage) },
    ),
    record: {
      ...record,
      ...{ ownedByOthers: undefined, ...members },
      ...{ heldBack, removalsFailed: looked.toRemoveAgain + departed.devices.length },
      // Without news the state stays as it is, so that a refresh has nothing to show.
      lookedUntil: newer.commands.some(({ id }) => !isStored(stored, id)) ? newer.lookedUntil : record.lookedUntil,
      otherCommands: otherCommands.length > 0 ? otherCommands : undefined,
      lateCommands: lateCommands.length > 0 ? lateCommands : undefined,
      left: left.ids.length > 0 ? left.ids : undefined,
      leftMore: left.more > 0 ? left.more : undefined,
      ...(record.own && { own: ownNow(record.own, statuses, looked.installs, nowMs) }),
    },
  };
}

/** Commands of others that say something of a member, and own installs of devices outside the target. */
function tellingOthers({ stored, statuses, newer, others, departed }: Looked): readonly OtherCommand[] {
  const members = new Set(statuses.map(({ device }) => device.id));
  const outside = new Set(departed.devices.map(({ id }) => id));
  // An install of another's also says that a removal which failed there is this resource's no more.
  const hasRemovals = stored.commands.some(({ kind }) => kind === "uninstall");
  const reaches = (command: NewerCommand, ids: ReadonlySet<string>): boolean =>
    [...devicesOf(command)].some((id) => ids.has(id));
  return [
    ...others.filter((command) => (hasRemovals && command.kind === "install") || reaches(command, members)),
    ...newer.commands.filter(
      (command) => command.by === "own" && command.kind === "install" && reaches(command, outside),
    ),
  ].map(({ rows, listed, ...other }) => other);
}

/** Whether the state knows the command. */
export function isStored({ commands, record }: State, id: string): boolean {
  return [...commands, ...(record.otherCommands ?? [])].some((command) => command.id === id);
}
