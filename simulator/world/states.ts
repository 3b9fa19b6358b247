// The states of a command on a device, as Esper spells them, and the order in which a device passes through them.
// The share of the time spent in each is this simulator's guess. Source: docs/background/esper-api.md, 4b.

/** As Esper spells them. */
export type CommandState =
  | "Command Queued"
  | "Command Scheduled"
  | "Command Initiated"
  | "Command Acknowledged"
  | "Command In Progress"
  | "Command Success"
  | "Command Failure"
  | "Command Cancelled"
  | "Command TimeOut";

export const commandStates: readonly CommandState[] = [
  "Command Queued",
  "Command Scheduled",
  "Command Initiated",
  "Command Acknowledged",
  "Command In Progress",
  "Command Success",
  "Command Failure",
  "Command Cancelled",
  "Command TimeOut",
];

export function isCommandState(text: string): text is CommandState {
  return commandStates.some((state) => state === text);
}

/** From a state to the next, and which share of the whole time the device stays in the first; `next` absent: it answers. */
export const steps: Readonly<Partial<Record<CommandState, { readonly share: number; readonly next?: CommandState }>>> =
  {
    "Command Queued": { share: 0.1, next: "Command Initiated" },
    "Command Initiated": { share: 0.2, next: "Command Acknowledged" },
    "Command Acknowledged": { share: 0.2, next: "Command In Progress" },
    "Command In Progress": { share: 0.5 },
  };
