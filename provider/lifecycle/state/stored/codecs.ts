// The shapes in which a state is stored (docs/design.md, section 5). Pure. It reads nothing by itself: record.ts does, after
// upgrades.ts has made today's shape of an earlier one.

import * as t from "io-ts";

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
    t.partial({
      createdAt: t.string,
      targetWide: t.boolean,
      superseded: t.boolean,
      unsupported: t.number,
      accounted: t.boolean,
      states,
    }),
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
    t.partial({ enrolledAgain: t.number, removed: t.number, overwritten: t.number }),
  ]),
);

/** The digest of held content is stored where it is not that of the output `certificate`. */
export const HoldingCodec = t.readonly(
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
    t.partial({ content: t.string, made: t.type({ endDay: t.number, template: t.string }), scheduledFrom: t.string }),
  ]),
);

const LateCommandCodec = t.readonly(
  t.intersection([
    t.type({
      id: t.string,
      kind: t.union([t.literal("install"), t.literal("uninstall")]),
      devices: t.readonlyArray(t.string),
    }),
    t.partial({ content: t.string }),
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
      droppedIds: t.readonlyArray(t.string),
      otherCommands: t.readonlyArray(OtherCommandCodec),
      lateCommands: t.readonlyArray(LateCommandCodec),
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
      left: t.readonlyArray(t.string),
      leftMore: t.number,
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

export const StoredCodec = t.intersection([
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
