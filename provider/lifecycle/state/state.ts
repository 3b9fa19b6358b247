// What is kept in the stack: the outputs of a certificate, their codec, their version, and the reading of older ones.
// Pure. A resource's record stays small at any fleet size (docs/design.md, section 5): counts, digests, the requests
// still needed, exceptions by a byte budget; never a list of members, never `source`.

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import type { StateCounts } from "../../client";
import { StateError } from "../errors";
import { isObject, type RawObject } from "../arguments/reader";
import { readSettings, settingNames, type Settings } from "../arguments/arguments";
import { WaveBoundariesCodec } from "../policy/waves";

/** The version of the stored record. A release that changes its shape adds an entry to `upgrades`. */
export const schemaNumber = 1;

const counts = t.record(t.string, t.number);

const SentRequestCodec = t.readonly(
  t.type({
    id: t.string,
    kind: t.union([t.literal("install"), t.literal("uninstall")]),
    commandType: t.union([t.literal("DEVICE"), t.literal("GROUP"), t.literal("DYNAMIC")]),
    /** How many devices it was sent to. */
    devices: t.number,
    /** ISO instant. */
    sentAt: t.string,
  }),
);
/** A command request that the coverage rests on; also the shape of the output `commands`. */
export type SentRequest = t.TypeOf<typeof SentRequestCodec>;

const CoverageCodec = t.readonly(
  t.type({
    members: t.number,
    installed: t.number,
    pending: t.number,
    failed: t.number,
    missing: t.number,
    offline: t.number,
    unsupported: t.number,
  }),
);
/** Counts of members; members = installed + pending + failed + missing. `offline` is a part of `pending`. */
export type Coverage = t.TypeOf<typeof CoverageCodec>;

const ExceptionCodec = t.readonly(
  t.type({ device: t.string, name: t.string, state: t.string, reason: t.string, since: t.string }),
);
export type Exception = t.TypeOf<typeof ExceptionCodec>;

const LeftCodec = t.readonly(
  t.type({ failed: t.number, missing: t.number, expired: t.number, removalsFailed: t.number }),
);
export type Backlog = t.TypeOf<typeof LeftCodec>;

const RecordCodec = t.readonly(
  t.intersection([
    t.type({
      schema: t.number,
      /** A short hash of the resource's URN: the first part of the label of every request. */
      urnHash: t.string,
      /** The digest of the content that devices are to have, or `noContent`. Stored where it is not the output's. */
      digest: t.string,
      /** A digest of the members' ids when they were last listed: tells cheaply that nobody joined or left. */
      members: t.string,
      /** Retry rounds used up for this content. */
      rounds: t.number,
      /** How many of the first `commands` went to everyone in the target as it is written, in the order of its addresses. */
      base: t.number,
      /** The members that were sent the present content, as a sketch. */
      covered: t.string,
      /** Esper's time of the newest request of this resource (ISO); empty when there was none. */
      newestAt: t.string,
      /** What was last seen of each of `commands`, in their order: devices by state. */
      seen: t.readonlyArray(counts),
    }),
    t.partial({
      /** When the present content was last sent to everyone (ISO), where that is not the time of the first of `commands`. */
      sentToAllAt: t.string,
      /** What the last run left undone, in devices: a refresh calls drift what goes beyond it. Absent when nothing was. */
      left: LeftCodec,
      /** Members that are left out on purpose for now: later waves, or a last wave below 100 %. */
      held: t.number,
      /** Commands of this resource newer than the last run: one that was killed. */
      strays: t.readonlyArray(t.string),
      /** Requests that ended in Success everywhere were dropped: covered members without a row have the content. */
      folded: t.boolean,
      /** Devices that left the target lost the certificate since the present content was sent to everyone. */
      cleared: t.boolean,
      /** Devices had other content of this resource before. */
      overwrites: t.boolean,
      /** While a rollout that may be taken back goes on: the members that had the content before, as a sketch. */
      coveredBefore: t.string,
      /** Where the waves of a staged rollout end. */
      limits: WaveBoundariesCodec,
      /** The digest of content that was rolled back; it is not sent again until something changes. */
      refused: t.string,
      /** Devices that are not to have the certificate, and on which the UNINSTALL failed or expired. */
      removalsFailed: t.number,
      /** What of the source is no secret, so that a refresh that writes drift into the inputs can write it again. */
      source: t.record(t.string, t.string),
      /** A refresh has written drift into the inputs since the last run. */
      drifted: t.boolean,
    }),
  ]),
);
export type StoredRecord = t.TypeOf<typeof RecordCodec>;

const ProgressCodec = t.readonly(
  t.type({
    wave: t.number,
    waves: t.number,
    state: t.union([t.literal("complete"), t.literal("paused"), t.literal("stopped"), t.literal("rolledBack")]),
  }),
);
/** How far a rollout has come. */
export type RolloutProgress = t.TypeOf<typeof ProgressCodec>;

const SentAsCodec = t.union([t.literal("asGiven"), t.literal("androidLegacy"), t.literal("modern")]);

const KeptCodec = t.readonly(
  t.type({ digest: t.string, base64: t.string, password: t.string, sentAs: SentAsCodec, certificate: t.UnknownRecord }),
);
/** Content that a rollback may need; a secret. */
export type Kept = t.TypeOf<typeof KeptCodec>;

const StoredCodec = t.intersection([
  t.type({
    sentAs: SentAsCodec,
    coverage: CoverageCodec,
    exceptions: t.readonlyArray(ExceptionCodec),
    exceptionsOmitted: t.number,
    commands: t.readonlyArray(SentRequestCodec),
    progress: ProgressCodec,
    readyForRenewal: t.boolean,
    renewAt: t.string,
    record: RecordCodec,
  }),
  t.partial({ kept: t.readonlyArray(KeptCodec) }),
]);
type Stored = t.TypeOf<typeof StoredCodec>;

export interface State extends Stored {
  readonly settings: Settings;
  /** The settings as the program wrote them, for the outputs. */
  readonly written: RawObject;
  /** The output `certificate`, as `check` made it. */
  readonly certificate: RawObject;
}

/** Reads records of older schemas, one step at a time: the entry `n` turns a record of schema n into one of n + 1. */
const upgrades: Readonly<Record<number, (record: RawObject) => RawObject>> = {};

export function readState(outputs: RawObject): State {
  const certificate = isObject(outputs["certificate"]) ? outputs["certificate"] : {};
  const record = upgrade(outputs["record"]);
  const whole = isObject(record) ? { digest: certificate["digest"], ...record } : record;
  const decoded = StoredCodec.decode({ ...outputs, record: whole });
  const settings = readSettings(outputs);
  if (!isRight(decoded) || settings === undefined) {
    throw new StateError(
      "The stored state of this certificate cannot be read; it may have been edited by hand. " +
        "`pulumi state delete` forgets it, and the next `pulumi up` sends the certificate again.",
    );
  }
  const { sentAs, coverage, exceptions, exceptionsOmitted, commands, progress } = decoded.right;
  const { readyForRenewal, renewAt, record: stored, kept } = decoded.right;
  return {
    ...{ sentAs, coverage, exceptions, exceptionsOmitted, commands, progress, readyForRenewal, renewAt },
    record: stored,
    ...(kept !== undefined && { kept }),
    settings,
    written: pickWritten(outputs),
    certificate,
  };
}

function upgrade(stored: unknown): unknown {
  let record = stored;
  while (isObject(record) && typeof record["schema"] === "number" && record["schema"] < schemaNumber) {
    const next = upgrades[record["schema"]];
    if (next === undefined) return record;
    record = next(record);
  }
  if (isObject(record) && typeof record["schema"] === "number" && record["schema"] > schemaNumber) {
    throw new StateError(
      "The stored state of this certificate was written by a newer release of pulumi-esper; install that release.",
    );
  }
  return record;
}

/** The settings a program wrote, without `source`. */
export function pickWritten(raw: RawObject): RawObject {
  const entries = settingNames.filter((name) => raw[name] !== undefined && raw[name] !== null);
  return Object.fromEntries(entries.map((name) => [name, raw[name]]));
}

/** What Pulumi stores. JSON drops every `undefined`, which would make the engine hang or fail. */
export function toOutputs(state: State): RawObject {
  const { written, certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands } = state;
  const { progress, readyForRenewal, renewAt, kept } = state;
  const { digest, ...rest } = state.record;
  const record = digest === certificate["digest"] ? rest : state.record;
  const outputs: unknown = JSON.parse(
    JSON.stringify({
      ...written,
      ...{ certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands, progress },
      ...{ readyForRenewal, renewAt, record, kept },
    }),
  );
  return isObject(outputs) ? outputs : {};
}

/** Stands for the digest where no device is to have a certificate, or nobody can say which one they have. */
export const noContent = "";

/** Whether a rollout was taken back where there was no content before: no device is to have a certificate. */
export function isTakenOff({ record }: Pick<State, "record">): boolean {
  return record.refused !== undefined && record.digest === noContent && record.strays === undefined;
}

export const noBacklog: Backlog = { failed: 0, missing: 0, expired: 0, removalsFailed: 0 };

/** When the present content was last sent to everyone (ISO). */
export function sentToAllAt({ record, commands }: Pick<State, "record" | "commands">): string | undefined {
  return record.sentToAllAt ?? commands[0]?.sentAt;
}

/** What is undone at the moment. Expired installs are counted among the missing, and apart as far as they are listed. */
export function backlogOf(
  coverage: Coverage,
  exceptions: readonly Exception[],
  removalsFailed: number,
  held: number,
): Backlog {
  const expired = exceptions.filter((exception) => exception.state === "Expired").length;
  return { failed: coverage.failed, missing: Math.max(0, coverage.missing - expired - held), expired, removalsFailed };
}

export function seenOf(state: State, requestId: string): StateCounts | undefined {
  const index = state.commands.findIndex((request) => request.id === requestId);
  return state.record.seen[index];
}
