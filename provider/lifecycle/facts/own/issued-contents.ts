// The content for each member where an issuer makes it: who is due, who cannot be named, and what is made when it is sent. It
// asks the issuer nothing before that. Follows docs/design.md, section 13.

import type { Device } from "../../../client/index";
import { nameDevices, type Desk, type IssuedSource } from "../../../issuers/index";
import { printable } from "../../../printable";
import type { Settings } from "../../arguments/arguments";
import type { RawObject } from "../../arguments/reader";
import type { AskedMade, ContentMark, DeviceContents, Held, RecordedContent } from "../../content/device-contents";
import { revokingBy } from "../../content/made/issued-by";
import { Maker } from "../../content/made/maker";
import { remarkSentences, unnamedSentences } from "../../messages/issued";
import { deviceKey, holdsContent, type MadeRecord } from "../../state/ledger/ledger";
import { dueBy, leadDaysOf } from "../../state/ledger/made";
import type { State } from "../../state/state";
import { notIssuedState } from "../device-status";
import { daysSummary } from "./certificates-summary";

export interface IssuedAsked {
  readonly source: IssuedSource;
  readonly made: AskedMade;
  readonly settings: Pick<Settings, "encoding">;
  /** Opened by whoever may ask the issuer; a preview has none. */
  readonly desk: Desk;
  readonly nowMs: number;
  /** `source` as the program wrote it. */
  readonly written: RawObject;
  readonly prior: State | undefined;
}

export function contentsFromIssuer(
  { source, made, settings, desk, nowMs, written, prior }: IssuedAsked,
  members: ReadonlyMap<string, Device>,
  recorded: ReadonlyMap<string, RecordedContent>,
): DeviceContents {
  const { named, missing } = nameDevices(source.template, [...members.values()]);
  const maker = new Maker(desk, {
    ...{ template: made.template, encoding: settings.encoding, keepsSerials: source.revoke },
    leadDays: ({ id }) => leadDaysOf(deviceKey(id), made),
  });
  for (const [id, reason] of refusedBefore(prior, members)) if (named.has(id)) maker.refused.set(id, reason);
  return {
    ...{ wanted: wantedFrom(named.keys(), missing, recorded, made, nowMs), nothingToSend: missing, toRemove: [] },
    fileFor: async (device) => {
      const names = named.get(device.id);
      if (names === undefined) throw new Error(`There are no names for the device ${printable(device.name)}.`);
      return maker.fileFor(device, names);
    },
    summary: (held, atMs) => summaryOf(held, maker, prior, atMs),
    ...{ unusedDigest: "", problems: [], notes: [] },
    warnings: unnamedSentences(missing, (id) => members.get(id)?.name ?? id),
    making: {
      ...{ beforeDays: made.beforeDays, spreadDays: made.spreadDays, notMade: maker.refused },
      stopped: () => (desk.stopped === undefined ? undefined : `${desk.stopped}.`),
      remarks: () => remarkSentences(desk.remarks),
      atOnce: source.concurrency,
      ...(source.revoke && { revoking: revokingBy(desk, written) }),
    },
  };
}

/** What each device is to have; one that cannot be named keeps what it has. */
function wantedFrom(
  named: Iterable<string>,
  missing: ReadonlyMap<string, string>,
  recorded: ReadonlyMap<string, RecordedContent>,
  made: AskedMade,
  nowMs: number,
): ReadonlyMap<string, ContentMark | "isDue"> {
  const wanted = new Map<string, ContentMark | "isDue">();
  for (const id of named) {
    const entry = recorded.get(id);
    const key = deviceKey(id);
    const isDue = !holdsContent(entry) || dueBy(entry, key, made, nowMs) !== undefined;
    wanted.set(id, isDue ? "isDue" : { ...entry, leadDays: leadDaysOf(key, made) });
  }
  for (const id of missing.keys()) {
    const entry = recorded.get(id);
    if (holdsContent(entry)) wanted.set(id, { ...entry, file: "" });
  }
  return wanted;
}

/** For which devices the issuer has refused a certificate, with the reason where the state still has it. */
function refusedBefore(prior: State | undefined, members: ReadonlyMap<string, Device>): ReadonlyMap<string, string> {
  const keys = new Set<MadeRecord["refused"][number]>(prior?.record.own?.made?.refused);
  const listed = (prior?.exceptions ?? []).filter(({ state }) => state === notIssuedState);
  const reasons = new Map(listed.map(({ device, reason }) => [device, reason]));
  const refused = [...members.keys()].filter((id) => keys.size > 0 && keys.has(deviceKey(id)));
  return new Map(refused.map((id) => [id, reasons.get(id) ?? ""]));
}

function summaryOf(
  held: readonly Held[],
  { issuers, made }: Maker,
  prior: State | undefined,
  nowMs: number,
): RawObject {
  const before = prior?.certificate["issuers"];
  const isAllNew = made >= held.length;
  const known = Array.isArray(before) && !isAllNew ? before.filter((issuer) => typeof issuer === "string") : [];
  return {
    issued: held.length,
    ...daysSummary(held, undefined, nowMs),
    issuers: [...new Set([...known, ...issuers])].sort().slice(0, 20),
  };
}
