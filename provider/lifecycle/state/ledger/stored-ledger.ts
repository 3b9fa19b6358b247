// A ledger as the state keeps it: 24 bytes a device, and the id of its command while that is open. Pure. Follows
// docs/design.md, section 12.
//
// A row of 24 bytes: key of the device (6), start of the content's digest (6), file (5), flags with the days before its end on
// which the certificate should be renewed (1), day of its end (2), Esper's time of the last install in seconds (4). Rows are
// sorted by key, and packed-rows.ts writes them; beside them stand the ids of the open commands, in the order of their rows.

import { StateError } from "../../errors";
import { keyBytes, type Ledger, type LedgerEntry } from "./ledger";
import { packRows, rowBytes, unpackRows } from "./packed-rows";

export const unreadableSentence =
  "The stored state of these certificates cannot be read; it may have been edited by hand. " +
  "`pulumi state delete` forgets it, and the next `pulumi up` sends each device its certificate again.";

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

/** @param isDueByRule the days before their ends follow from a rule for all, and need not be kept of each */
export function encodeLedger(ledger: Ledger, isDueByRule = false): StoredLedger {
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
    rows.writeUInt8(flags | (isDueByRule ? 0 : entry.leadDays & 0x1f), at + 17);
    rows.writeUInt16BE(entry.endDay, at + 18);
    rows.writeUInt32BE(secondsOf(entry.at), at + 20);
    if (entry.openRequest !== undefined) ids.push(entry.openRequest);
  }
  const packed = ids.every((id) => uuid.test(id));
  return {
    rows: packRows(rows),
    ...(ids.length > 0 && packed && { open: Buffer.from(ids.join("").replaceAll("-", ""), "hex").toString("base64") }),
    ...(ids.length > 0 && !packed && { openIds: ids }),
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * @param leadDays says, by the key of a device, the days before its end on which its certificate is due; by default what its
 * row says
 * @throws StateError
 */
export function decodeLedger(
  { rows: text, open: packed, openIds }: StoredLedger,
  leadDays?: (key: string) => number,
): Ledger {
  const rows = unpackRows(text);
  if (rows === undefined) throw new StateError(unreadableSentence);
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
