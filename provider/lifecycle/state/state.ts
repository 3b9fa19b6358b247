// What a certificate's resource knows between two runs, in the lifecycle's words, and what follows from it. Pure.
// It must not know how any of it is stored: record.ts reads and writes it (docs/design.md, section 5).

import type { Settings } from "../arguments/arguments";
import type { RawObject } from "../arguments/reader";
import type { Backlog } from "./backlog";
import type { Holding } from "./holding";
import type { StateCounts } from "../../client/index";
import type { InstallFile } from "../content/content";
import type { OwnRecord } from "./ledger/ledger";
import type { SentRequest } from "./sent-request";

export type { SentRequest } from "./sent-request";

export type SentAs = "asGiven" | "androidLegacy" | "modern";

/** Counts of members; members = installed + pending + failed + missing. `offline` is a part of `pending`. */
export interface Coverage {
  readonly members: number;
  readonly installed: number;
  readonly pending: number;
  readonly failed: number;
  readonly missing: number;
  readonly offline: number;
  readonly unsupported: number;
}

/** A member that is not installed. */
export interface Exception {
  readonly device: string;
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly since: string;
}

/** How far a rollout has come. */
export interface RolloutProgress {
  readonly wave: number;
  readonly waves: number;
  readonly state: "complete" | "paused" | "stopped" | "rolledBack";
}

/** Where the waves of a staged rollout end; fixed when it begins. */
export interface WaveBoundaries {
  /** Whether the first wave is the canary devices. */
  readonly canary: boolean;
  /** The last place of each further wave; "" when it has no device of its own, "~" when it takes in everyone. */
  readonly ends: readonly string[];
}

/** Content that a rollback may put back; a secret. */
export interface KeptContent extends InstallFile {
  readonly digest: string;
  readonly sentAs: SentAs;
  readonly certificate: RawObject;
}

export interface Former {
  readonly urnHash: string;
  readonly instance?: string | undefined;
  readonly untilAt: string;
}

/** A command under the resource's alias that its state does not count among its own. */
export interface OtherCommand {
  readonly id: string;
  readonly kind: "install" | "uninstall";
  /** Esper's time (ISO). */
  readonly createdAt: string;
  /** Of an interrupted run of this resource, of another resource, or of a person or program without a label. */
  readonly by: "own" | "other" | "unlabelled";
  /** How its label names the content. */
  readonly content?: string | undefined;
  /** Of a certificate that was made for one device: the day of its end, and what it was made by. */
  readonly made?: { readonly endDay: number; readonly template: string } | undefined;
  /** When the window of a scheduled one begins (ISO). */
  readonly scheduledFrom?: string | undefined;
}

/** A command that later ones have overtaken on these devices, and that may still succeed: it timed out, or waits uncancelled. */
export interface LateCommand {
  readonly id: string;
  readonly kind: "install" | "uninstall";
  /** How its label names the content. */
  readonly content?: string | undefined;
  readonly devices: readonly string[];
}

/** What is remembered beside the outputs that people read. */
export interface StateRecord {
  /** A short hash of the resource's URN. */
  readonly urnHash: string;
  /** The id by which this resource knows its own commands; absent in records of the first schema. */
  readonly instance?: string | undefined;
  /** What it was known by before its URN changed: those commands are its own up to then (Esper's time, ISO). */
  readonly former?: Former | undefined;
  /** Stands for the tenant at whose address it was last seen; absent in records of earlier releases. */
  readonly tenantHash?: string | undefined;
  readonly holding: Holding;
  /** A digest of the members' ids when they were last listed: tells cheaply whether a device joined or left. */
  readonly membersDigest: string;
  /** Retry rounds used up for this content. */
  readonly roundsUsed: number;
  /** The members that were sent the present content, as a sketch. */
  readonly sentTo: string;
  /** Commands that this state does not count among its own were looked for up to this time of Esper's (ISO). */
  readonly lookedUntil: string;
  /** Requests of its own since `lookedUntil` that it needs no more. */
  readonly droppedIds?: readonly string[] | undefined;
  /** Commands under the alias that still say something of a member, and are not among `commands`. */
  readonly otherCommands?: readonly OtherCommand[] | undefined;
  readonly lateCommands?: readonly LateCommand[] | undefined;
  /** Members that hold other content of another resource: they are told, and sent nothing. */
  readonly ownedByOthers?: number | undefined;
  /** When the present content was last sent to everyone (ISO), where that is not the time of the first of `commands`. */
  readonly sentToAllAt?: string | undefined;
  readonly backlog?: Backlog | undefined;
  /** Esper's time of the newest install (ISO), where that is among `commands` no more. */
  readonly newestInstallAt?: string | undefined;
  /** Members that are left out on purpose for now: later waves, or a last wave below 100 %. */
  readonly heldBack?: number | undefined;
  /** Requests that ended in Success everywhere were dropped: devices of `sentTo` without a row have the content. */
  readonly compacted?: boolean | undefined;
  /** Devices that left the target lost the certificate since the present content was sent to everyone. */
  readonly removedSinceFullSend?: boolean | undefined;
  /** Devices had other content of this resource before. */
  readonly hadOtherContent?: boolean | undefined;
  /** Members that were sent earlier content of this resource and not the present one yet, as a sketch. */
  readonly earlierSentTo?: string | undefined;
  /** While a rollout that may be taken back goes on: the members that had the content before, as a sketch. */
  readonly previouslySentTo?: string | undefined;
  /** Where the waves of a staged rollout end. */
  readonly waveBoundaries?: WaveBoundaries | undefined;
  /** Devices that are not to have the certificate, and on which the UNINSTALL failed or expired. */
  readonly removalsFailed?: number | undefined;
  /** Devices that left a group by themselves, where `onLeave` is to take the certificate from them; and how many more. */
  readonly left?: readonly string[] | undefined;
  readonly leftMore?: number | undefined;
  /** What of the source is no secret, so that a refresh that writes drift into the inputs can write it again. */
  readonly source?: Readonly<Record<string, string>> | undefined;
  /** A refresh has written drift into the inputs since the last run. */
  readonly drifted?: boolean | undefined;
  /** Where each device has its own content. */
  readonly own?: OwnRecord | undefined;
}

export interface State {
  readonly settings: Settings;
  /** The settings as the program wrote them, for the outputs. */
  readonly written: RawObject;
  /** The output `certificate`, as `check` made it. */
  readonly certificate: RawObject;
  readonly sentAs: SentAs;
  readonly coverage: Coverage;
  readonly exceptions: readonly Exception[];
  readonly exceptionsOmitted: number;
  readonly commands: readonly SentRequest[];
  readonly progress: RolloutProgress;
  readonly readyForRenewal: boolean;
  /** ISO instant; empty for a certificate without dates. */
  readonly renewAt: string;
  /** For a rollback: the stable content first, then the candidate while its rollout goes on. */
  readonly kept?: readonly KeptContent[] | undefined;
  readonly record: StateRecord;
}

/** Esper's time of this resource's newest install (ISO); undefined where it is not known. */
export function newestInstallAt(
  state: { readonly commands: State["commands"]; readonly record: Pick<StateRecord, "newestInstallAt"> } | undefined,
): string | undefined {
  const times = (state?.commands ?? []).flatMap(({ kind, createdAt = "" }) => (kind === "install" ? [createdAt] : []));
  const newest = [state?.record.newestInstallAt ?? "", ...times].reduce((one, next) => (next > one ? next : one));
  return newest === "" ? undefined : newest;
}

/** When the present content was last sent to everyone (ISO). */
export function sentToAllAt({ record, commands }: Pick<State, "record" | "commands">): string | undefined {
  return record.sentToAllAt ?? commands[0]?.sentAt;
}

/** What was last seen of a request. */
export function statesSeen({ commands }: Pick<State, "commands">, requestId: string): StateCounts | undefined {
  return commands.find(({ id }) => id === requestId)?.states;
}
