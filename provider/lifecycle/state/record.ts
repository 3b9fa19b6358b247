// How a state is stored: its codec and its version; the one place that knows stored names. Pure. A record stays small at any
// fleet size (docs/design.md, section 5).

import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { readSettings, writtenNames } from "../arguments/arguments";
import { isObject, type RawObject } from "../arguments/reader";
import { StateError } from "../errors";
import type { Holding } from "./holding";
import type { State } from "./state";
import { upgradeOutputs } from "./upgrades";

/** The version of the stored record; another shape needs a step in `upgrades.ts`. */
export const schemaNumber = 2;

const states = t.readonly(t.record(t.string, t.number));

const SentRequestCodec = t.readonly(
  t.intersection([
    t.type({
      id: t.string,
      kind: t.union([t.literal("install"), t.literal("uninstall")]),
      commandType: t.union([t.literal("DEVICE"), t.literal("GROUP"), t.literal("DYNAMIC")]),
      devices: t.number,
      sentAt: t.string,
    }),
    t.partial({ createdAt: t.string, targetWide: t.boolean, superseded: t.boolean, states }),
  ]),
);

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

const ExceptionCodec = t.readonly(
  t.type({ device: t.string, name: t.string, state: t.string, reason: t.string, since: t.string }),
);

const BacklogCodec = t.readonly(
  t.intersection([
    t.type({ failed: t.number, missing: t.number, expired: t.number, removalsFailed: t.number }),
    t.partial({ enrolledAgain: t.number }),
  ]),
);

/** The digest of held content is stored where it is not that of the output `certificate`. */
const HoldingCodec = t.readonly(
  t.union([
    t.intersection([t.type({ kind: t.literal("content") }), t.partial({ digest: t.string })]),
    t.intersection([t.type({ kind: t.literal("rolledBack"), rejected: t.string }), t.partial({ to: t.string })]),
    t.intersection([
      t.type({ kind: t.literal("unknown"), orphanedCommandIds: t.readonlyArray(t.string) }),
      t.partial({ rejected: t.string }),
    ]),
  ]),
);

const WaveBoundariesCodec = t.readonly(t.type({ canary: t.boolean, ends: t.readonlyArray(t.string) }));

const FormerCodec = t.readonly(
  t.intersection([t.type({ urnHash: t.string, untilAt: t.string }), t.partial({ instance: t.string })]),
);

const OtherCommandCodec = t.readonly(
  t.intersection([
    t.type({
      id: t.string,
      kind: t.union([t.literal("install"), t.literal("uninstall")]),
      createdAt: t.string,
      by: t.union([t.literal("own"), t.literal("other"), t.literal("unlabelled")]),
    }),
    t.partial({ content: t.string, scheduledFrom: t.string }),
  ]),
);

const RecordCodec = t.readonly(
  t.intersection([
    t.type({
      schema: t.number,
      urnHash: t.string,
      holding: HoldingCodec,
      membersDigest: t.string,
      roundsUsed: t.number,
      sentTo: t.string,
      lookedUntil: t.string,
    }),
    t.partial({
      instance: t.string,
      tenantHash: t.string,
      former: FormerCodec,
      settledIds: t.readonlyArray(t.string),
      otherCommands: t.readonlyArray(OtherCommandCodec),
      ownedByOthers: t.number,
      earlierSentTo: t.string,
      sentToAllAt: t.string,
      backlog: BacklogCodec,
      newestInstallAt: t.string,
      heldBack: t.number,
      compacted: t.boolean,
      removedSinceFullSend: t.boolean,
      hadOtherContent: t.boolean,
      previouslySentTo: t.string,
      waveBoundaries: WaveBoundariesCodec,
      removalsFailed: t.number,
      source: t.readonly(t.record(t.string, t.string)),
      drifted: t.boolean,
    }),
  ]),
);

const ProgressCodec = t.readonly(
  t.type({
    wave: t.number,
    waves: t.number,
    state: t.union([t.literal("complete"), t.literal("paused"), t.literal("stopped"), t.literal("rolledBack")]),
  }),
);

const SentAsCodec = t.union([t.literal("asGiven"), t.literal("androidLegacy"), t.literal("modern")]);

const KeptContentCodec = t.readonly(
  t.type({ digest: t.string, base64: t.string, password: t.string, sentAs: SentAsCodec, certificate: t.UnknownRecord }),
);

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
  t.partial({ kept: t.readonlyArray(KeptContentCodec) }),
]);

export function readState(outputs: RawObject): State {
  const certificate = isObject(outputs["certificate"]) ? outputs["certificate"] : {};
  const upgraded = upgradeOutputs(outputs, schemaNumber);
  const decoded = StoredCodec.decode(upgraded);
  const settings = readSettings(outputs);
  if (!isRight(decoded) || settings === undefined) {
    throw new StateError(
      "The stored state of this certificate cannot be read; it may have been edited by hand. " +
        "`pulumi state delete` forgets it, and the next `pulumi up` sends the certificate again.",
    );
  }
  const { sentAs, coverage, exceptions, exceptionsOmitted, commands, progress } = decoded.right;
  const { readyForRenewal, renewAt, record: stored, kept } = decoded.right;
  const { schema, holding, ...record } = stored;
  return {
    ...{ sentAs, coverage, exceptions, exceptionsOmitted, commands, progress, readyForRenewal, renewAt },
    record: { ...record, holding: wholeHolding(holding, certificate) },
    ...(kept !== undefined && { kept }),
    settings,
    written: pickWritten(outputs),
    certificate,
  };
}

/** The settings a program wrote, without `source`. */
export function pickWritten(raw: RawObject): RawObject {
  return Object.fromEntries(writtenNames.flatMap((name) => ((raw[name] ?? null) === null ? [] : [[name, raw[name]]])));
}

/** What Pulumi stores. JSON drops every `undefined`, which would make the engine hang or fail. */
export function toOutputs(state: State): RawObject {
  const { written, certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands } = state;
  const { progress, readyForRenewal, renewAt, kept } = state;
  const { holding, ...rest } = state.record;
  const record = { schema: schemaNumber, ...rest, holding: shortHolding(holding, certificate) };
  const outputs: unknown = JSON.parse(
    JSON.stringify({
      ...written,
      ...{ certificate, sentAs, coverage, exceptions, exceptionsOmitted, commands, progress },
      ...{ readyForRenewal, renewAt, record, kept },
    }),
  );
  return isObject(outputs) ? outputs : {};
}

function wholeHolding(stored: t.TypeOf<typeof HoldingCodec>, { digest }: RawObject): Holding {
  if (stored.kind !== "content") return stored;
  return { kind: "content", digest: stored.digest ?? (typeof digest === "string" ? digest : "") };
}

function shortHolding(holding: Holding, { digest }: RawObject): RawObject {
  return holding.kind === "content" && holding.digest === digest ? { kind: "content" } : { ...holding };
}
