// The output `certificates`, and what is said of the days on which certificates end: from what each device has or is to have.
// Pure. Follows docs/design.md, section 12.

import type { Device } from "../../../client/index";
import { printable } from "../../../printable";
import { isObject, type RawObject } from "../../arguments/reader";
import type { ContentMark, DeviceContents, Held } from "../../content/device-contents";
import type { State } from "../../state/state";
import { entryOf, hasLeft, holdsContent, type Ledger } from "../../state/ledger/ledger";
import { endedSentence, expiringSentence, renewalDueSentence } from "../../messages/files";

const dayMs = 24 * 3_600_000;
const expiringMax = 20;

/** The day from which on a certificate should be renewed. */
function renewDay({ endDay, leadDays }: ContentMark, renewBeforeDays: number | undefined): number {
  return endDay - (renewBeforeDays ?? leadDays);
}

/** `YYYY-MM-DD`. @param day since 1970, as `dayOf` counts them */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Those past their renewal, soonest first. */
function expiringOf(held: readonly Held[], renewBeforeDays: number | undefined, nowMs: number): readonly Held[] {
  return held
    .filter(({ mark }) => mark.endDay > 0 && renewDay(mark, renewBeforeDays) * dayMs <= nowMs)
    .sort((one, other) => one.mark.endDay - other.mark.endDay);
}

/** What of the output rests on days: it changes as time goes by. */
export function daysSummary(held: readonly Held[], renewBeforeDays: number | undefined, nowMs: number): RawObject {
  const days = held.map(({ mark }) => mark.endDay).filter((day) => day > 0);
  const first = days.reduce((one, other) => Math.min(one, other), Infinity);
  const last = days.reduce((one, other) => Math.max(one, other), 0);
  return {
    ...(days.length > 0 && { notAfterFirst: dayText(first), notAfterLast: dayText(last) }),
    expiring: expiringOf(held, renewBeforeDays, nowMs)
      .slice(0, expiringMax)
      .map(({ device, mark }) => ({ device: device.id, name: printable(device.name), notAfter: dayText(mark.endDay) })),
  };
}

/** What devices are to have, as far as that is known. */
export function marksOf({ wanted }: DeviceContents): readonly ContentMark[] {
  return [...wanted.values()].filter((mark) => mark !== "isDue");
}

/** What devices hold, by the ledger. */
export function heldOf(ledger: Ledger, members: Iterable<Device>): readonly Held[] {
  return [...members].flatMap((device) => {
    const mark = entryOf(ledger, device.id);
    return holdsContent(mark) ? [{ device, mark }] : [];
  });
}

/** What an unchanged run says: the ledger counts, and the names are those that the last run or refresh has seen. */
export function lastingDaysWarnings({ record, settings, certificate }: State, nowMs: number): readonly string[] {
  // Where certificates are made, those that are due are no lasting state: a run makes new ones.
  if (record.own?.made !== undefined) return [];
  const { expiring } = certificate;
  const names = (Array.isArray(expiring) ? expiring : []).flatMap((one: unknown) =>
    isObject(one) && typeof one["name"] === "string" ? [one["name"]] : [],
  );
  const held = [...(record.own?.ledger.values() ?? [])].filter((entry) => holdsContent(entry) && !hasLeft(entry));
  const past = held.filter((mark) => mark.endDay > 0 && renewDay(mark, settings.renewBeforeDays) * dayMs <= nowMs);
  return past.length === 0 ? [] : [renewalDueSentence(past.length, held.length, names)];
}

/** Renewal by the first that is due. */
export function renewalOfAll(
  held: readonly ContentMark[],
  renewBeforeDays: number | undefined,
  nowMs: number,
): { readonly renewAt: string; readonly readyForRenewal: boolean } {
  const days = held.filter(({ endDay }) => endDay > 0).map((mark) => renewDay(mark, renewBeforeDays));
  if (days.length === 0) return { renewAt: "", readyForRenewal: false };
  const first = days.reduce((one, other) => Math.min(one, other), Infinity);
  return { renewAt: new Date(first * dayMs).toISOString(), readyForRenewal: first * dayMs <= nowMs };
}

export function daysSentences(
  held: readonly Held[],
  renewBeforeDays: number | undefined,
  nowMs: number,
): readonly string[] {
  const expiring = expiringOf(held, renewBeforeDays, nowMs);
  const ended = expiring.filter(({ mark }) => mark.endDay * dayMs <= nowMs);
  const soon = expiring.filter((one) => !ended.includes(one));
  const days = Math.max(0, ...soon.map(({ mark }) => renewBeforeDays ?? mark.leadDays));
  const names = (some: readonly Held[]): readonly string[] => some.map(({ device }) => device.name);
  return [
    ...(ended.length > 0 ? [endedSentence(names(ended), held.length)] : []),
    ...(soon.length > 0 ? [expiringSentence(names(soon), held.length, days)] : []),
  ];
}
