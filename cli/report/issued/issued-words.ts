// The words on certificates that an issuer makes which the report's table, its page and its Markdown share. Pure.

import { count } from "../../../provider/lifecycle/messages/words";
import type { DueDevice, IssuedFacts } from "./issued-facts";

/** For example `12 certificates from Vault (pki/till), signed by CN=Acme Root; they end from 2027-02-18 to 2027-03-02.` */
export function issuedWords({ by, issued, notAfterFirst, notAfterLast }: IssuedFacts, issuer: string): string {
  const from = by === undefined ? "" : ` from ${by}`;
  const signed = issuer === "" ? "" : `, signed by ${issuer}`;
  const [end, ends] = issued === 1 ? ["it ends", "it ends"] : ["they end", "the first ends"];
  const days =
    notAfterFirst === undefined || notAfterLast === undefined
      ? ""
      : notAfterFirst === notAfterLast
        ? `; ${end} on ${notAfterFirst}`
        : `; ${ends} on ${notAfterFirst}, the last on ${notAfterLast}`;
  return `${count(issued, "certificate")}${from}${signed}${days}.`;
}

/** For example `Due for renewal: 3 now, 8 within 7 days, 28 within 30 days.`; empty without certificates. */
export function dueWords({ due, dueIn7Days, dueIn30Days, dueDays }: IssuedFacts): string {
  const [first] = dueDays;
  if (first === undefined) return "";
  if (dueIn30Days === 0) return `None is due for renewal within 30 days; ${first.devices} will be on ${first.day}.`;
  return `Due for renewal: ${due} now, ${dueIn7Days} within 7 days, ${dueIn30Days} within 30 days.`;
}

/** Empty where there is nothing to revoke. */
export function toRevokeWords({ toRevoke }: IssuedFacts, most: number): string {
  if (toRevoke.length === 0) return "";
  const more = toRevoke.length > most ? ` and ${toRevoke.length - most} more` : "";
  const which = `${toRevoke.slice(0, most).join(", ")}${more}`;
  return `To be revoked once their devices have confirmed: ${which}.`;
}

/** For example `ends on 2026-12-01, serial number 1A2B`. */
export function dueDeviceWords({ notAfter, serialNumber }: DueDevice): string {
  return `ends on ${notAfter}${serialNumber === undefined ? "" : `, serial number ${serialNumber}`}`;
}

export interface IssuedAttention {
  readonly code: "expired" | "renewal";
  readonly message: string;
}

export function issuedAttention({ by, due, ended, issued: all }: IssuedFacts): IssuedAttention | undefined {
  const number = ended > 0 ? ended : due;
  if (number === 0) return undefined;
  const [has, is] = number === 1 ? ["has", "is"] : ["have", "are"];
  const from = by === undefined ? "" : ` from ${by}`;
  // Others wait for their wave.
  const next = due === 0 ? "" : `; the next \`pulumi up\` gets new ones${from}`;
  const what = `${number} of ${count(all, "certificate")}`;
  return ended > 0
    ? { code: "expired", message: `${what} ${has} expired${next}.` }
    : { code: "renewal", message: `${what} ${is} due for renewal${next}.` };
}
