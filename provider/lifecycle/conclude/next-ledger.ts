// Which device has which content once a run, or a look, has ended. Pure. Follows docs/design.md, section 12.

import type { Sent } from "../apply/send";
import type { ContentMark, DeviceContents, Renewal } from "../content/device-contents";
import { hasNoFile, notIssuedState, type DeviceStatus } from "../facts/device-status";
import type { Facts } from "../facts/gather";
import { heldOf, marksOf, renewalOfAll } from "../facts/own/certificates-summary";
import { wantedIn, type WantedOf } from "../facts/own/ledger-history";
import type { Plan } from "../policy/plan";
import {
  asLeft,
  deviceKey,
  emptyMark,
  entryOf,
  holdsContent,
  type Ledger,
  type LedgerEntry,
  type MadeRecord,
  type OwnRecord,
} from "../state/ledger/ledger";
import { expiredState } from "../state/backlog";
import { devicesSent } from "../state/sent-request";
import type { SentRequest, State } from "../state/state";
import { mapById } from "../state/members/ids";
import { countThat } from "../state/members/count-that";

/** What a look has found, without the files. */
export function ownNow(
  { ledger, unusedDigest, made }: OwnRecord,
  statuses: readonly DeviceStatus[],
  requests: readonly SentRequest[],
  nowMs: number,
): OwnRecord {
  const withoutContent = countThat(statuses, hasNoFile);
  const end = { before: ledger, statuses, wanted: undefined, requests, sent: [], startsOver: false, nowMs };
  return {
    ...{ ledger: nextLedger(end), unusedDigest },
    ...(withoutContent > 0 && { withoutContent }),
    ...(made && { made: { ...madeNow(made, statuses), ...(made.revoke && { revoke: made.revoke }) } }),
  };
}

/** What is remembered of certificates that are made. */
export function madeNow({ beforeDays, spreadDays }: Renewal, statuses: readonly DeviceStatus[]): MadeRecord {
  const refused = statuses.filter(({ state }) => state === notIssuedState);
  return { beforeDays, spreadDays, refused: refused.map(({ device }) => deviceKey(device.id)) };
}

/** Where a run has ended. */
export interface OwnEnd extends Pick<LedgerEnd, "statuses" | "sent" | "nowMs"> {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly installs: LedgerEnd["requests"];
}

/** What is remembered at the end of a run, with the output `certificates`, and when the first of them is due. */
export function ownAtEnd(
  contents: DeviceContents,
  { plan: { prior, startsOver, recorded }, facts: { fleet }, installs: requests, statuses, sent, nowMs }: OwnEnd,
): {
  readonly own: OwnRecord;
  readonly outputs: Pick<State, "certificate" | "renewAt" | "readyForRenewal">;
} {
  const before = prior?.record.own?.ledger;
  const ledger = nextLedger({ before, statuses, wanted: wantedIn(contents), requests, sent, startsOver, nowMs });
  const withoutContent = countThat(statuses, hasNoFile);
  const held = heldOf(ledger, fleet.members.values());
  const { making, summary, unusedDigest } = contents;
  // Where certificates are made, their marks say from when on each is due.
  const marks = making ? held.map(({ mark }) => mark) : marksOf(contents);
  const renewBeforeDays = making ? undefined : recorded.settings.renewBeforeDays;
  return {
    own: {
      ...{ ledger, unusedDigest },
      ...(withoutContent > 0 && { withoutContent }),
      ...(making && { made: madeNow(making, statuses) }),
    },
    outputs: { certificate: summary(held, nowMs), ...renewalOfAll(marks, renewBeforeDays, nowMs) },
  };
}

export interface LedgerEnd {
  readonly before: Ledger | undefined;
  readonly statuses: readonly DeviceStatus[];
  /** What each device is to have; without it (a refresh) the files are not known. */
  readonly wanted: WantedOf | undefined;
  /** All requests to single devices that count, with those of this run. */
  readonly requests: readonly SentRequest[];
  readonly sent: readonly Sent[];
  /** Everyone is to be sent what there is once more; who was not yet stays due. */
  readonly startsOver: boolean;
  readonly nowMs: number;
}

export function nextLedger(end: LedgerEnd): Ledger {
  const { before, statuses, sent, requests, nowMs } = end;
  const sentTo = new Map<string, Sent>();
  for (const one of sent) if (one.request.kind === "install") for (const id of one.devices.keys()) sentTo.set(id, one);
  const installs = mapById(requests);
  const removed = devicesSent(sent, "uninstall");
  const ledger = new Map<string, LedgerEntry>();
  for (const status of statuses) {
    const { device } = status;
    const known = before && entryOf(before, device.id);
    const entry = removed.has(device.id)
      ? nothingAt(known?.at, nowMs)
      : entryFor(end, status, known, sentTo.get(device.id), installs);
    if (entry === undefined) continue;
    const { openRequest, ...rest } = entry;
    const { requestId = "" } = status;
    const isOpen = status.phase === "pending" || status.phase === "failed" || status.state === expiredState;
    const isOwn = isOpen && installs.has(requestId);
    // What was not read again stays as it was.
    const kept = status.phase === "installed" || isOwn ? undefined : openRequest;
    const openId = isOwn ? requestId : kept;
    ledger.set(deviceKey(device.id), { ...rest, ...(openId !== undefined && { openRequest: openId }) });
  }
  const removedKeys = new Set([...removed.keys()].map(deviceKey));
  for (const [key, entry] of before ?? []) {
    if (!ledger.has(key) && !removedKeys.has(key) && holdsContent(entry)) ledger.set(key, asLeft(entry));
  }
  return ledger;
}

function entryFor(
  { wanted, startsOver, nowMs }: LedgerEnd,
  status: DeviceStatus,
  known: LedgerEntry | undefined,
  sent: Sent | undefined,
  installs: ReadonlyMap<string, SentRequest>,
): LedgerEntry | undefined {
  const mark = wanted?.(status.device.id);
  const current = mark === "isDue" ? undefined : mark;
  if (sent?.mark !== undefined) return entryOfSent(sent.mark, sent.createdAt);
  const request = installs.get(status.requestId ?? "");
  const isResumed = request !== undefined && known?.openRequest !== request.id && current !== undefined;
  if (isResumed) return entryOfSent(current, request.createdAt ?? request.sentAt);
  // One that joined is due as long as nobody has looked whether it has a file.
  if (known === undefined && current === undefined)
    return wanted === undefined ? undefined : nothingAt(undefined, nowMs);
  const base = known ?? nothingAt(undefined, nowMs);
  if (wanted === undefined) return base;
  // What it holds was made by what it says, also while another one is due.
  if (current === undefined)
    return mark === "isDue" ? { ...base, isBehind: true } : { ...base, file: "", isBehind: false };
  const isSame = base.digest === current.digest;
  const isLeftOver = startsOver && isSame && !hasNoFile(status);
  return {
    ...base,
    ...(isSame ? current : { file: current.file }),
    isBehind: !isSame,
    isStale: base.isStale || isLeftOver,
  };
}

function entryOfSent(mark: ContentMark, at: string): LedgerEntry {
  return { ...mark, isBehind: false, isStale: false, at };
}

function nothingAt(at: string | undefined, nowMs: number): LedgerEntry {
  return { ...emptyMark, isBehind: false, isStale: false, at: at ?? new Date(nowMs).toISOString() };
}
