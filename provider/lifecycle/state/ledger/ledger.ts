// Which device has which content, where each has its own, and what is asked about it. How it is written down, stored-ledger.ts
// knows. Pure. Follows docs/design.md, section 12.

import { createHash } from "node:crypto";
import type { RawObject } from "../../arguments/reader";
import type { ContentMark, Renewal } from "../../content/device-contents";

export interface LedgerEntry extends ContentMark {
  /** The device has not been sent what the file holds. */
  readonly isBehind: boolean;
  /** It is to be sent what it has once more. */
  readonly isStale: boolean;
  /** Esper's time of its last install (ISO, to the second); for a device that was sent nothing, when that was noted. */
  readonly at: string;
  /** The command that has not ended in Success, where the last one has not. */
  readonly openRequest?: string | undefined;
}

/** By the key of a device. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** What is remembered where certificates are made. */
export interface MadeRecord extends Renewal {
  /** Keys of the devices for which the issuer refused one. */
  readonly refused: readonly string[];
  /** Where what was replaced or removed is revoked. */
  readonly revoke?: RevocationRecord | undefined;
}

/** A certificate that a device had, and that is to be revoked. */
export interface Revocation {
  /** Of the device. */
  readonly key: string;
  /** Hex. */
  readonly serial: string;
}

export interface RevocationRecord {
  readonly pending: readonly Revocation[];
  /** `source` as the program wrote it: a destroy has no other word of who revokes. */
  readonly source: RawObject;
}

/** What is remembered where each device has its own content. */
export interface OwnRecord {
  readonly ledger: Ledger;
  /** Stands for the files that no device has. */
  readonly unusedDigest: string;
  /** Members that lack a certificate, and for which there is none to send. */
  readonly withoutContent?: number | undefined;
  /** Where certificates are made. */
  readonly made?: MadeRecord | undefined;
}

/** Members that are missing, and that no run can do anything about for now. */
export function leftAlone({
  ownedByOthers,
  own,
}: {
  readonly ownedByOthers?: number | undefined;
  readonly own?: OwnRecord | undefined;
}): number {
  return (ownedByOthers ?? 0) + (own?.withoutContent ?? 0);
}

/** The entry of a device that was sent nothing. */
export const emptyMark: ContentMark = { digest: "", file: "", endDay: 0, leadDays: 0 };

/** Whether the device was sent anything. */
export function holdsContent<Entry extends Pick<LedgerEntry, "digest">>(entry: Entry | undefined): entry is Entry {
  return entry !== undefined && entry.digest !== "";
}

/** Whether the device holds it outside the target: it is to be sent it anew when it comes back, and to lose it in the end. */
export function hasLeft(entry: LedgerEntry): boolean {
  return holdsContent(entry) && entry.file === "" && entry.isStale;
}

export function asLeft({ openRequest: _, ...entry }: LedgerEntry): LedgerEntry {
  return { ...entry, file: "", isBehind: false, isStale: true };
}

/** Of a device's key. */
export const keyBytes = 6;

/** 48 bits of the id: among 100,000 devices two share a key in one of 56,000 fleets. */
export function deviceKey(id: string): string {
  return createHash("sha256")
    .update(id)
    .digest("hex")
    .slice(0, 2 * keyBytes);
}

/** What is remembered of a device, by its id. */
export function entryOf(ledger: Ledger, deviceId: string): LedgerEntry | undefined {
  return ledger.get(deviceKey(deviceId));
}
