// Which devices get a new certificate, and from which day on: pure, on plain data and to the day, since days are what a state
// remembers. It must not know how a certificate is made or sent. Follows docs/issuers.md, "When a device is due".

import { createHash } from "node:crypto";

const dayMs = 24 * 3_600_000;
const longestDefaultDays = 30;

/** What is remembered of a device. */
export interface KnownCertificate {
  readonly deviceId: string;
  /** The day of its end, counted from 1970; undefined where the device has none of this resource. */
  readonly endDay: number | undefined;
  /** What it was made by: a `templateDigest`. */
  readonly template: string | undefined;
  readonly hasFailed: boolean;
  /** A refresh saw that it is gone from the device. */
  readonly isMissing: boolean;
  /** `triggers` or `reinstallAfterDays` say so. */
  readonly isForced: boolean;
}

export interface DuePolicy {
  readonly nowMs: number;
  readonly template: string;
  /** As it holds, by default or not. */
  readonly renewBeforeDays: number;
  readonly renewSpreadDays: number;
}

/** The first that holds, in this order. */
export type DueReason = "none" | "failed" | "missing" | "template" | "ends" | "forced";

/** Why a device is due; undefined when it is not. */
export function dueReason(known: KnownCertificate, policy: DuePolicy): DueReason | undefined {
  if (known.endDay === undefined) return "none";
  if (known.hasFailed) return "failed";
  if (known.isMissing) return "missing";
  if (known.template !== policy.template) return "template";
  if (dayOf(policy.nowMs) >= dueDay(known.deviceId, known.endDay, policy)) return "ends";
  return known.isForced ? "forced" : undefined;
}

/** The day from which on its end makes a device due. */
export function dueDay(
  deviceId: string,
  endDay: number,
  { renewBeforeDays, renewSpreadDays }: Pick<DuePolicy, "renewBeforeDays" | "renewSpreadDays">,
): number {
  return endDay - renewBeforeDays - earlierDays(createHash("sha256").update(deviceId).digest("hex"), renewSpreadDays);
}

/**
 * From 0 to `renewSpreadDays`, always the same for a device, and as many devices on each day.
 *
 * @param hash of the device's id: at least eight digits of its SHA-256 in hex
 */
export function earlierDays(hash: string, renewSpreadDays: number): number {
  const share = Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32;
  return Math.floor(share * (renewSpreadDays + 1));
}

/** Days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}

export function daysLeft(endMs: number, nowMs: number): number {
  return dayOf(endMs) - dayOf(nowMs);
}

/** `renewBeforeDays` as given, or a third of the life in whole days, at most 30. */
export function renewBeforeDaysOf(days: number, given: number | undefined): number {
  return given ?? Math.min(longestDefaultDays, Math.floor(days / 3));
}

/** Why a certificate of so many days would be due as soon as it is made; undefined when it would not. */
export function lifeProblem(days: number, renewBeforeDays: number, renewSpreadDays: number): string | undefined {
  if (days > renewBeforeDays + renewSpreadDays) return undefined;
  const others = renewSpreadDays === 0 ? "renewBeforeDays" : "renewBeforeDays and renewSpreadDays together";
  return `must be more than ${others} (${renewBeforeDays + renewSpreadDays}), or each certificate would be renewed at once`;
}
