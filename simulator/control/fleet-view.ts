// The world as the page shows it, in one compact value that can be asked for every second: a letter for each device, queues,
// the newest commands and what became of them. Nothing secret is in it: of a command's arguments it takes the alias only.
// It looks and changes nothing; it knows no HTTP.

import type { CommandRequest, CommandStatus, Device } from "../world/model";
import type { CommandState } from "../world/states";
import type { LoggedCommand } from "../world/command-log";
import { certificateAliasOf } from "../world/command-log";
import type { World } from "../world/world";

/**
 * What a device has of a certificate: H holds it, W a command for it waits or is under way, F the last command for it
 * failed, N neither. A small letter: the device is offline.
 */
type Letter = "H" | "W" | "F" | "N" | "h" | "w" | "f" | "n";

export interface FleetView {
  /** Simulated time, in milliseconds since 1970. */
  readonly now: number;
  /** Another one when a device or a group came, went or moved, and in another run of the simulator. */
  readonly version: string;
  /** Absent when the one who asks has it in this version. */
  readonly fleet?: ShownFleet;
  /** The alias that the letters are about, null for any certificate. */
  readonly alias: string | null;
  /** Of all certificates that commands were about, the newest first. */
  readonly aliases: readonly string[];
  /** A letter for each shown device, in the order of `fleet`. */
  readonly letters: string;
  /** How many commands wait in the queues of each shown group's devices, in the order of `fleet`. */
  readonly queues: readonly number[];
  /** Of all devices, shown or not: how many have each letter, and how many commands wait, in the longest queue and in all. */
  readonly totals: {
    readonly letters: Readonly<Partial<Record<Letter, number>>>;
    readonly waiting: number;
    readonly longest: number;
  };
  readonly commands: readonly ShownCommand[];
  /** How many were ever accepted. */
  readonly commandCount: number;
}

export interface ShownFleet {
  readonly groups: readonly {
    readonly id: string;
    readonly path: string;
    /** Id and name (the alias that people gave it, where it has one) of the devices directly in it. */
    readonly devices: readonly (readonly [id: string, name: string])[];
  }[];
  /** Devices beyond those that a page can show. */
  readonly omitted: number;
}

export interface ShownCommand extends Pick<
  LoggedCommand,
  "at" | "requestId" | "sender" | "command" | "certificateAlias" | "commandType" | "schedule" | "label" | "endpoint"
> {
  readonly devices: number;
  /** By state: how many devices are in it, whether Esper shows it already or not. */
  readonly states: Readonly<Record<string, number>>;
  /** How many answers Esper keeps back until the request is read. */
  readonly heldBack: number;
}

const mostDevices = 5000;
const mostCommands = 30;

export function fleetView(world: World, wanted: { alias: string | null; knownVersion: string | null }): FleetView {
  const now = world.catchUp();
  const { tenant } = world;
  const version = `${world.root.createdAt}.${tenant.placesVersion}`;
  const groups = tenant.groups.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const letterOf = letters(wanted.alias);
  const totals = { letters: {}, waiting: 0, longest: 0 };
  let shown = "";
  const shownGroups: ShownFleet["groups"][number][] = [];
  const queues: number[] = [];
  for (const { id, path, devices } of groups) {
    const shownDevices: [string, string][] = [];
    let queue = 0;
    for (const device of devices) {
      const letter = letterOf(device);
      count(totals.letters, letter);
      queue += device.queue.length;
      totals.longest = Math.max(totals.longest, device.queue.length);
      if (shown.length >= mostDevices) continue;
      shown += letter;
      shownDevices.push([device.id, device.alias ?? device.name]);
    }
    totals.waiting += queue;
    queues.push(queue);
    shownGroups.push({ id, path, devices: shownDevices });
  }
  const omitted = tenant.devices.length - shown.length;
  return {
    now,
    version,
    ...(wanted.knownVersion !== version && { fleet: { groups: shownGroups, omitted } }),
    alias: wanted.alias,
    aliases: aliasesOf(world.commandLog),
    letters: shown,
    queues,
    totals,
    commands: world.commandLog
      .slice(-mostCommands)
      .reverse()
      .map((command) => shownCommand(world, command)),
    commandCount: world.commandLog.length,
  };
}

function count(counts: Partial<Record<string, number>>, what: string, change = 1): void {
  counts[what] = (counts[what] ?? 0) + change;
}

function aliasesOf(log: readonly LoggedCommand[]): readonly string[] {
  const newestFirst = log.toReversed().flatMap(({ certificateAlias }) => certificateAlias ?? []);
  return [...new Set(newestFirst)];
}

function shownCommand(world: World, command: LoggedCommand): ShownCommand {
  const { at, requestId, sender, certificateAlias, commandType, schedule, label, endpoint, resolved } = command;
  const { counts, heldAnswers } = world.requests.find(requestId) ?? {
    counts: new Map<CommandState, number>(),
    heldAnswers: [],
  };
  const states: Partial<Record<CommandState, number>> = {};
  for (const [state, devices] of counts) count(states, state, devices);
  for (const { status, state } of heldAnswers) {
    count(states, status.state, -1);
    count(states, state);
  }
  return {
    ...{ at, requestId, sender, command: command.command, certificateAlias, commandType, schedule, label, endpoint },
    devices: resolved,
    states: Object.fromEntries(Object.entries(states).filter(([, devices]) => devices > 0)),
    heldBack: heldAnswers.length,
  };
}

/** What the devices say, whether Esper shows it already or keeps it back until the request is read. */
function letters(alias: string | null): (device: Device) => Letter {
  const known = new Map<CommandRequest, ReadonlyMap<CommandStatus, CommandState>>();
  const heldState = (status: CommandStatus): CommandState | undefined => {
    const { heldAnswers } = status.request;
    if (heldAnswers.length === 0) return undefined;
    const held = known.get(status.request) ?? new Map(heldAnswers.map((answer) => [answer.status, answer.state]));
    known.set(status.request, held);
    return held.get(status);
  };
  const isAbout = ({ request }: CommandStatus): boolean => {
    const about = certificateAliasOf(request);
    return alias === null ? about !== null : about === alias;
  };
  return (device) => {
    const last = device.history.findLast(isAbout);
    const holds = alias === null ? device.keystore.size > 0 : device.keystore.has(alias);
    const letter = letterFor(last === undefined ? undefined : (heldState(last) ?? last.state), holds);
    return device.online ? letter : offline[letter];
  };
}

const offline = { H: "h", W: "w", F: "f", N: "n" } as const;

function letterFor(state: CommandState | undefined, holds: boolean): keyof typeof offline {
  if (state === "Command Failure" || state === "Command TimeOut") return "F";
  const isOver = state === undefined || state === "Command Success" || state === "Command Cancelled";
  if (!isOver) return "W";
  return holds ? "H" : "N";
}
