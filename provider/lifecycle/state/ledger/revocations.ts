// Which certificates are to be revoked: what was replaced or removed, once its device has confirmed. Pure, on what the ledger
// knows. Follows docs/design.md, section 13.

import { holdsContent, type Ledger, type OwnRecord, type Revocation } from "./ledger";
import type { SentRequest } from "../sent-request";

/** What an install or a removal has put an end to; `unknown` counts those without a known serial number. */
export function endedBy(
  before: Ledger | undefined,
  after: Ledger,
  removed: ReadonlySet<string>,
): { readonly ended: readonly Revocation[]; readonly unknown: number } {
  const ended: Revocation[] = [];
  let unknown = 0;
  for (const [key, entry] of before ?? []) {
    const next = after.get(key);
    // One that left by itself keeps its certificate.
    const hasEnded = next === undefined || !holdsContent(next) ? removed.has(key) : next.digest !== entry.digest;
    if (!holdsContent(entry) || !hasEnded) continue;
    if (entry.serial === undefined) unknown += 1;
    else ended.push({ key, serial: entry.serial });
  }
  return { ended, unknown };
}

/** Those whose devices have confirmed that they hold another one, or none. */
export function confirmedIn(
  pending: readonly Revocation[],
  { ledger }: Pick<OwnRecord, "ledger">,
  commands: readonly SentRequest[],
): readonly Revocation[] {
  const isRemoving = commands.some(({ kind }) => kind === "uninstall");
  return pending.filter(({ key }) => {
    const entry = ledger.get(key);
    return holdsContent(entry) ? entry.openRequest === undefined : !isRemoving;
  });
}

const keyDigits = 12;
const serialDigits = 40;

/** 26 bytes each, in base64. */
export function encodeRevocations(pending: readonly Revocation[]): string {
  const hex = pending.map(({ key, serial }) => key + padded(serial)).join("");
  return Buffer.from(hex, "hex").toString("base64");
}

export function decodeRevocations(text: string): readonly Revocation[] {
  const hex = Buffer.from(text, "base64").toString("hex");
  const rows = hex.match(new RegExp(`.{${keyDigits + serialDigits}}`, "g")) ?? [];
  return rows.map((row) => ({ key: row.slice(0, keyDigits), serial: bare(row.slice(keyDigits)) }));
}

/** 20 bytes for each row of the ledger, in its order; zeros where none is known. */
export function encodeSerials(ledger: Ledger): string {
  const keys = [...ledger.keys()].sort();
  const hex = keys.map((key) => padded(ledger.get(key)?.serial ?? "")).join("");
  return Buffer.from(hex, "hex").toString("base64");
}

export function withSerials(ledger: Ledger, text: string): Ledger {
  const hex = Buffer.from(text, "base64").toString("hex");
  const keys = [...ledger.keys()].sort();
  const serials = new Map(keys.map((key, at) => [key, bare(hex.slice(at * serialDigits, (at + 1) * serialDigits))]));
  return new Map(
    [...ledger].map(([key, entry]) => {
      const serial = serials.get(key) ?? "";
      return [key, serial === "" ? entry : { ...entry, serial }];
    }),
  );
}

function padded(serial: string): string {
  return serial.toLowerCase().padStart(serialDigits, "0").slice(-serialDigits);
}

/** Whole bytes without the zeros before them. */
function bare(serial: string): string {
  return serial.replace(/^(?:00)+/, "").toUpperCase();
}
