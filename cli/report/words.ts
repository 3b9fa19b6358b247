// The words of a report that its table, its page and its Markdown share: target, coverage, rollout, expiry, exceptions. Pure.

import { count } from "../../provider/lifecycle/messages/words";
import type { ExceptionGroup } from "./exceptions";
import type { CertificateFacts, Expiry } from "./facts";
import type { Report } from "./report";

/** For example `group 01922b24-…` or `2 groups, 14 devices`. */
export function targetWords({ groups, devices }: CertificateFacts["target"], idCharacters: number): string {
  const named = (noun: string, ids: readonly string[]): readonly string[] => {
    const [only] = ids;
    if (only === undefined) return [];
    if (ids.length > 1) return [count(ids.length, noun)];
    return [`${noun} ${only.length > idCharacters ? `${only.slice(0, idCharacters)}…` : only}`];
  };
  const parts = [...named("group", groups), ...named("device", devices)];
  return parts.length === 0 ? "(secret)" : parts.join(", ");
}

/** Rounded down: only what is whole is 100 %. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((100 * part) / whole);
}

/** What of the members is not installed, for example `4 failed, 7 pending (7 offline)`. */
export function restWords({ coverage, heldBack }: CertificateFacts): string {
  const { failed, missing, pending, offline, unsupported } = coverage;
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(missing > 0 ? [`${missing} missing${heldBack > 0 ? ` (${heldBack} held back)` : ""}`] : []),
    ...(pending > 0 ? [`${pending} pending${offline > 0 ? ` (${offline} offline)` : ""}`] : []),
    ...(unsupported > 0 ? [`${unsupported} unsupported`] : []),
  ];
  return parts.join(", ");
}

const stateWords = { complete: "complete", paused: "paused", stopped: "stopped", rolledBack: "rolled back" } as const;

/** For example `stopped, wave 1 of 3`. */
export function progressWords({ progress: { wave, waves, state } }: CertificateFacts): string {
  return waves === 1 ? stateWords[state] : `${stateWords[state]}, wave ${wave} of ${waves}`;
}

/** For example `in 20 days`, `within a day` or `expired 3 days ago`. */
export function daysWords({ days, expired }: Expiry): string {
  if (!expired) return days === 0 ? "within a day" : `in ${count(days, "day")}`;
  return days === -1 ? "expired less than a day ago" : `expired ${count(-days - 1, "day")} ago`;
}

/** For example `Failure: Invalid password`. */
export function groupWords({ state, reason }: ExceptionGroup): string {
  return reason === "" ? state : `${state}: ${reason}`;
}

/** One sentence on the whole stack. */
export function summaryWords({ certificates, project, stack, needsAttention }: Report): string {
  const concerned = certificates.filter(({ attention }) => attention.length > 0).length;
  const where = stack === "" ? "the stack" : `${project}/${stack}`;
  const verdict = !needsAttention
    ? "all is well"
    : concerned === 0
      ? "the stack needs attention"
      : `${concerned} ${concerned === 1 ? "needs" : "need"} attention`;
  return certificates.length === 0
    ? `There is no Esper certificate in ${where}.`
    : `${count(certificates.length, "certificate")} in ${where}: ${verdict}.`;
}

/** How old the report's knowledge is; empty where the export does not say. */
export function ageWords({ changedAt, reportedAt }: Report): string {
  if (changedAt === undefined) return "";
  const minutes = Math.max(0, Math.floor((Date.parse(reportedAt) - Date.parse(changedAt)) / 60_000));
  const age =
    minutes < 120
      ? count(minutes, "minute")
      : minutes < 48 * 60
        ? count(Math.floor(minutes / 60), "hour")
        : count(Math.floor(minutes / 1440), "day");
  return `As of ${instantWords(changedAt)}, ${age} ago; \`pulumi refresh\` looks again.`;
}

/** For example `2026-11-23 19:49 UTC`. */
export function instantWords(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
