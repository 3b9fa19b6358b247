// Sentences about certificates that are made: which are due, who cannot be named, what the issuer gave. Pure.

import type { AskedMade } from "../content/device-contents";
import type { Due } from "../state/ledger/made";
import { count, oneLine, someOf } from "./words";

const reasonsMax = 5;

/** One for each reason for which devices cannot be named. */
export function unnamedSentences(
  missing: ReadonlyMap<string, string>,
  nameOf: (deviceId: string) => string,
): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const [id, reason] of missing) byReason.set(reason, [...(byReason.get(reason) ?? []), nameOf(id)]);
  const sorted = [...byReason].sort(([, one], [, other]) => other.length - one.length);
  return sorted.slice(0, reasonsMax).map(([reason, names]) => {
    const gets = names.length === 1 ? "gets" : "get";
    return `${count(names.length, "device")} ${gets} no certificate: ${reason} (${someOf(names.map(oneLine))}).`;
  });
}

/** What certificates are like that was not asked for. */
export function remarkSentences(remarks: ReadonlyMap<string, number>): readonly string[] {
  return [...remarks].map(([remark, number]) => `${count(number, "certificate")}: ${remark}.`);
}

/** For example `12 certificates end within 30 days; 12 devices get a new one from Vault (pki/till)`. */
export function dueSentence(
  { failed = 0, none = 0, ...due }: Due & { readonly none?: number; readonly failed?: number },
  devices: number,
  asked: AskedMade,
): string {
  const parts = dueParts(due, asked);
  if (none > 0) parts.push(`${count(none, "device")} ${none === 1 ? "has" : "have"} none`);
  if (failed > 0) parts.push(`${count(failed, "device")} failed`);
  return `${parts.length === 0 ? "" : `${parts.join(", ")}; `}${newOnesSentence(devices, asked)}`;
}

export function newOnesSentence(devices: number, { issuer }: AskedMade): string {
  return `${devices} ${devices === 1 ? "device gets" : "devices get"} a new one from ${issuer}`;
}

/** From the ledger alone. */
export function certificatesDueSentence(due: Due, asked: AskedMade): string {
  const parts = dueParts(due, asked).join(", ");
  return `${parts.charAt(0).toUpperCase()}${parts.slice(1)}.`;
}

function dueParts({ ends, template }: Due, { beforeDays, spreadDays }: AskedMade): string[] {
  const within = count(beforeDays + spreadDays, "day");
  return [
    ...(ends > 0 ? [`${count(ends, "certificate")} ${ends === 1 ? "ends" : "end"} within ${within}`] : []),
    ...(template > 0 ? [`the template or the issuer of ${count(template, "certificate")} changed`] : []),
  ];
}

export function revocationFailedSentence(serials: readonly string[], reason: string, isTriedAgain: boolean): string {
  const what = `${count(serials.length, "certificate")} could not be revoked: ${oneLine(reason)}`;
  return isTriedAgain
    ? `${what}. The next \`pulumi up\` tries again.`
    : `${what}. Revoke ${serials.length === 1 ? "it" : "them"} by serial number: ${someOf(serials)}.`;
}

export function unknownSerialsSentence(certificates: number): string {
  const [were, has] = certificates === 1 ? ["was", "has"] : ["were", "have"];
  return (
    `${count(certificates, "certificate")} that ${were} replaced or removed ${has} no known serial number ` +
    "(made by an interrupted run, or before `revoke` was set), and cannot be revoked from here."
  );
}

export function revocationsDueSentence(certificates: number): string {
  return `${count(certificates, "certificate")} that devices hold no more ${certificates === 1 ? "is" : "are"} to be revoked.`;
}

/** Devices for which an issuer has refused one. */
export function notIssuedSentence(names: readonly string[], reason: string): string {
  const got = `${count(names.length, "device")} got no certificate`;
  const which = someOf(names.map(oneLine));
  return `${got} (${reason === "" ? "the issuer refused it" : oneLine(reason)}): ${which}.`;
}
