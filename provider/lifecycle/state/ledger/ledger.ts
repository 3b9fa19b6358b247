// Which device has which content, where each has its own: 24 bytes a device, and the id of its command while that is open.
// Pure. Follows docs/design.md, section 12.
//
// A row of 24 bytes: key of the device (6), start of the content's digest (6), file (5), flags with the days before its end on
// which the certificate should be renewed (1), day of its end (2), Esper's time of the last install in seconds (4). Rows are
// sorted by key; beside them stand the ids of the open commands, in the order of their rows.

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

const keyBytes = 6;
const rowBytes = 24;
const behind = 0x20;
const stale = 0x40;
const open = 0x80;

export interface StoredLedger {
  readonly rows: string;
  /** Ids in 16 bytes each. */
  readonly open?: string | undefined;
  /** Ids of another form, instead. */
  readonly openIds?: readonly string[] | undefined;
}

export function encodeLedger(ledger: Ledger): StoredLedger {
  const sorted = [...ledger].sort(([one], [other]) => (one < other ? -1 : 1));
  const rows = Buffer.alloc(rowBytes * sorted.length);
  const ids: string[] = [];
  for (const [index, [key, entry]] of sorted.entries()) {
    const at = index * rowBytes;
    const flags =
      (entry.isBehind ? behind : 0) | (entry.isStale ? stale : 0) | (entry.openRequest === undefined ? 0 : open);
    rows.write(key, at, "hex");
    rows.write(entry.digest, at + 6, "hex");
    rows.write(entry.file, at + 12, "hex");
    rows.writeUInt8(flags | (entry.leadDays & 0x1f), at + 17);
    rows.writeUInt16BE(entry.endDay, at + 18);
    rows.writeUInt32BE(secondsOf(entry.at), at + 20);
    if (entry.openRequest !== undefined) ids.push(entry.openRequest);
  }
  const packed = ids.every((id) => uuid.test(id));
  return {
    rows: rows.toString("base64"),
    ...(ids.length > 0 && packed && { open: Buffer.from(ids.join("").replaceAll("-", ""), "hex").toString("base64") }),
    ...(ids.length > 0 && !packed && { openIds: ids }),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * @param leadDays says, by the key of a device, the days before its end on which its certificate is due; by default what its
 * row says
 */
export function decodeLedger(
  { rows: text, open: packed, openIds }: StoredLedger,
  leadDays?: (key: string) => number,
): Ledger {
  const rows = Buffer.from(text, "base64");
  // Every unchanged `up` reads all rows: one text is cut up faster than each is written.
  const hex = rows.toString("hex");
  const ids = openIds ?? unpacked(packed ?? "");
  const isoOf = isoBySeconds();
  const ledger = new Map<string, LedgerEntry>();
  let opened = 0;
  for (let at = 0; at + rowBytes <= rows.length; at += rowBytes) {
    const flags = rows.readUInt8(at + 17);
    const key = hex.slice(2 * at, 2 * (at + keyBytes));
    const entry: LedgerEntry = {
      digest: emptyIfZeros(hex.slice(2 * (at + 6), 2 * (at + 12))),
      file: emptyIfZeros(hex.slice(2 * (at + 12), 2 * (at + 17))),
      leadDays: leadDays?.(key) ?? flags & 0x1f,
      endDay: rows.readUInt16BE(at + 18),
      isBehind: (flags & behind) !== 0,
      isStale: (flags & stale) !== 0,
      at: isoOf(rows.readUInt32BE(at + 20)),
    };
    const openRequest = (flags & open) === 0 ? undefined : ids[opened++];
    ledger.set(key, openRequest === undefined ? entry : { ...entry, openRequest });
  }
  return ledger;
}

/** Commands that went out in one second are many, and one copy of its text is enough. */
function isoBySeconds(): (seconds: number) => string {
  const known = new Map<number, string>();
  return (seconds) => {
    const iso = known.get(seconds) ?? new Date(seconds * 1000).toISOString();
    known.set(seconds, iso);
    return iso;
  };
}

/** Zeros stand for nothing. */
function emptyIfZeros(hex: string): string {
  return zeros.startsWith(hex) ? "" : hex;
}

const zeros = "0".repeat(rowBytes);

function unpacked(text: string): readonly string[] {
  const hex = Buffer.from(text, "base64").toString("hex");
  return (hex.match(/.{32}/g) ?? []).map((id) =>
    [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join("-"),
  );
}

function secondsOf(at: string): number {
  const seconds = Math.floor(Date.parse(at) / 1000);
  return Number.isNaN(seconds) ? 0 : Math.min(0xffffffff, Math.max(0, seconds));
}
