// What the ledger tells of the members: who has what it is to have, which commands are open, and who lacks something.
// Pure. Follows docs/design.md, section 12.

import type { ContentMark, DeviceContents, Making } from "../../content/device-contents";
import { joinedIds } from "../../state/members/ids";
import { contentPart } from "../../state/command-label";
import {
  deviceKey,
  entryOf,
  hasLeft,
  holdsContent,
  type Ledger,
  type LedgerEntry,
  type OwnRecord,
} from "../../state/ledger/ledger";
import type { State } from "../../state/state";
import type { SentRequests } from "../command-history";
import {
  dueState,
  fileChangedState,
  noFileState,
  noNamesState,
  notIssuedState,
  wasSent,
  type DeviceStatus,
} from "../device-status";
import type { Fleet } from "../members/fleet";
import type { Newer, NewerCommand } from "../newer/newer-commands";
import { devicesOf, withAdded, type Resumed } from "../newer/resume";
import type { DoneInstall } from "./done-installs";

/** What a device is to have; "isDue" where nothing that it holds is that. */
export type WantedOf = (deviceId: string) => ContentMark | "isDue" | undefined;

/** What every device is to have as long as nobody has looked at the files: what it was sent. */
export function heldBy(ledger: Ledger): WantedOf {
  return (id) => {
    const entry = entryOf(ledger, id);
    if (!holdsContent(entry)) return undefined;
    return entry.isBehind ? "isDue" : entry;
  };
}

export function wantedIn({ wanted }: DeviceContents): WantedOf {
  return (id) => wanted.get(id);
}

/** As digests, by which late answers are judged. */
export function digestsOf(wanted: WantedOf): (deviceId: string) => string | undefined {
  return (id) => {
    const mark = wanted(id);
    return mark === undefined || mark === "isDue" ? undefined : mark.digest;
  };
}

/** The installs of what each member is to have: those that ended well, and the open ones. */
export function ledgerInstalls(
  { prior, others, resumed }: Resumed,
  ledger: Ledger,
  wanted: WantedOf,
  fleet: Fleet,
): SentRequests {
  const done: DoneInstall[] = [];
  const sentTo = new Map(resumed);
  const reached = new Set(joinedIds([...resumed.values()]).keys());
  for (const id of fleet.members.keys()) {
    const entry = entryOf(ledger, id);
    const mark = wanted(id);
    if (!holdsContent(entry) || entry.isStale || mark === undefined || mark === "isDue") continue;
    if (mark.digest !== entry.digest) continue;
    reached.add(id);
    if (entry.openRequest === undefined) done.push({ device: id, at: entry.at, isKept: mark.file === "" });
    else sentTo.set(entry.openRequest, new Set([id]));
  }
  const requests = prior.commands.filter(({ id, kind }) => kind === "install" && sentTo.has(id));
  const isWanted = (other: NewerCommand): boolean => installsWanted(other, wanted);
  return { ...{ requests, sentTo, reached, others, done, isWanted }, resumed: resumed.size > 0 };
}

/** Whether a command installs on each of its devices what that is to have. */
function installsWanted(command: NewerCommand, wanted: WantedOf): boolean {
  const { kind, content = "" } = command;
  const devices = [...devicesOf(command)];
  if (kind !== "install" || content === "" || devices.length === 0) return false;
  return devices.every((id) => {
    const mark = wanted(id);
    return mark !== undefined && mark !== "isDue" && content.startsWith(contentPart(mark.digest));
  });
}

/** Commands of an interrupted run that install what a device is to have are added to what the state knows. */
export function resumeSingly(stored: State, newer: Newer, wanted: WantedOf): Resumed {
  const own = newer.commands.filter((command) => command.by === "own" && installsWanted(command, wanted));
  return withAdded(stored, newer, own);
}

/** As {@link withContentStates}, as far as it can be said without the files. */
export function withLedgerStates(
  statuses: readonly DeviceStatus[],
  { ledger, made }: OwnRecord,
  nowMs: number,
): readonly DeviceStatus[] {
  const ids = statuses.map(({ device }) => device.id);
  const isWithout = (entry: LedgerEntry | undefined): boolean =>
    entry?.file === "" && !entry.isBehind && !hasLeft(entry);
  const refused = new Set(made?.refused);
  return withContentStates(
    statuses,
    ledger,
    {
      nothingToSend: new Map(ids.filter((id) => isWithout(entryOf(ledger, id))).map((id) => [id, ""])),
      ...(made && {
        making: { notMade: new Map(ids.filter((id) => refused.has(deviceKey(id))).map((id) => [id, ""])) },
      }),
    },
    nowMs,
  );
}

/** Why members were not sent what they are to have. */
export interface WhyNot {
  readonly nothingToSend: ReadonlyMap<string, string>;
  readonly making?: Pick<Making, "notMade"> | undefined;
}

/** Says of members that were not sent what they are to have why that is so. */
export function withContentStates(
  statuses: readonly DeviceStatus[],
  ledger: Ledger | undefined,
  { nothingToSend, making }: WhyNot,
  nowMs: number,
): readonly DeviceStatus[] {
  return statuses.map((status) => {
    const { device, phase } = status;
    if (phase === "installed" || phase === "pending") return status;
    const entry = ledger && entryOf(ledger, device.id);
    const since = entry?.at ?? new Date(nowMs).toISOString();
    const nothing = nothingToSend.get(device.id);
    if (nothing !== undefined) {
      return { device, phase: "missing", state: making ? noNamesState : noFileState, reason: nothing, since };
    }
    const refusal = making?.notMade.get(device.id);
    if (refusal !== undefined) return { device, phase: "failed", state: notIssuedState, reason: refusal, since };
    if (wasSent(status) || !holdsContent(entry) || entry.isStale) return status;
    return { device, phase: "missing", state: making ? dueState : fileChangedState, reason: "", since };
  });
}
