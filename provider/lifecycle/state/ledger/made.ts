// Which devices are due for a certificate that is made, by what the ledger knows. Pure. Follows docs/design.md, section 13.

import { dayOf, earlierDays } from "../../../issuers/index";
import type { AskedMade, Renewal } from "../../content/device-contents";
import { hasLeft, holdsContent, type Ledger, type LedgerEntry } from "./ledger";

/** How many days before its end a device's certificate is due. */
export function leadDaysOf(key: string, { beforeDays, spreadDays }: Renewal): number {
  return beforeDays + earlierDays(key, spreadDays);
}

/** Why what a device holds is not what it is to have; undefined where it is. */
export function dueBy(
  { file, endDay }: Pick<LedgerEntry, "file" | "endDay">,
  key: string,
  asked: AskedMade,
  nowMs: number,
): "template" | "ends" | undefined {
  if (file !== asked.template) return "template";
  return dayOf(nowMs) >= endDay - leadDaysOf(key, asked) ? "ends" : undefined;
}

export interface Due {
  readonly template: number;
  readonly ends: number;
}

/** Of the devices in the ledger; those that wait for their turn already are not counted. */
export function dueIn(ledger: Ledger, asked: AskedMade, nowMs: number): Due {
  const due = { template: 0, ends: 0 };
  for (const [key, entry] of ledger) {
    const isHere = holdsContent(entry) && !hasLeft(entry);
    const why = isHere && !entry.isBehind ? dueBy(entry, key, asked, nowMs) : undefined;
    if (why !== undefined) due[why] += 1;
  }
  return due;
}
