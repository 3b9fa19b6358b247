// The report as Markdown, for the summary of a pipeline's job or a comment: a table, what needs attention, the exceptions.
// Text of others is written as entities within <code>: no link, mention, picture or row of the table can come of it. Pure.

import { count } from "../../provider/lifecycle/messages/words";
import { printable } from "../../provider/printable";
import type { CertificateFacts } from "./facts";
import { dueDeviceWords, dueWords, issuedWords, toRevokeWords } from "./issued/issued-words";
import type { Report, ReportedCertificate } from "./report";
import { ageWords, daysWords, groupWords, percentOf, progressWords, restWords, summaryWords } from "./words";

/** GitHub takes a summary of at most 1 MiB. */
const maxBytes = 1_000_000;
const maxGroups = 10;
const maxNames = 8;

const columns = ["certificate", "alias", "installed", "not installed", "expiry", "rollout", "drift"];

export function reportMarkdown(report: Report): string {
  const { certificates } = report;
  const table = [columns, columns.map(() => "---"), ...certificates.map(rowOf)].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  const age = ageWords(report);
  return fitted([
    `## Esper certificates\n\n${sentence(summaryWords(report))}`,
    ...(certificates.length === 0 ? [] : [table.join("\n")]),
    ...attentionSection(report),
    ...(certificates.length === 0 || age === "" ? [] : [sentence(age)]),
    ...certificates.flatMap(exceptionSection),
    ...certificates.flatMap(issuedSection),
  ]);
}

/** As many sections as fit, and a line where some do not. */
function fitted(sections: readonly string[]): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const section of sections) {
    bytes += Buffer.byteLength(section) + 2;
    if (bytes > maxBytes)
      return [...kept, "The report is longer than a summary may be: the rest is left out."].join("\n\n");
    kept.push(section);
  }
  return kept.join("\n\n");
}

function rowOf({ name, attention, facts }: ReportedCertificate): readonly string[] {
  const title = attention.length > 0 ? `⚠️ ${quoted(name)}` : quoted(name);
  if (facts === undefined) return [title, "", "not readable", "", "", "", ""];
  const { alias, coverage, expiry, drift } = facts;
  const share = coverage.members === 0 ? "" : ` (${percentOf(coverage.installed, coverage.members)} %)`;
  return [
    title,
    quoted(alias),
    `${coverage.installed} of ${coverage.members}${share}`,
    restWords(facts),
    expiry === undefined ? "unknown" : daysWords(expiry),
    progressWords(facts),
    plain(drift ?? ""),
  ];
}

function attentionSection({ attention, certificates }: Report): readonly string[] {
  const lines = [
    ...attention.map(({ message }) => `- ${sentence(message)}`),
    ...certificates.flatMap(({ name, attention: all }) =>
      all.map(({ message }) => `- ${quoted(name)}: ${sentence(message)}`),
    ),
  ];
  return lines.length === 0 ? [] : [`### Needs attention\n\n${lines.join("\n")}`];
}

function exceptionSection({ name, facts }: ReportedCertificate): readonly string[] {
  if (facts === undefined || facts.exceptions.length === 0) return [];
  const omitted = facts.exceptionsOmitted + devicesBeyond(facts);
  const lines = facts.exceptions.slice(0, maxGroups).map((group) => {
    const names = group.devices.slice(0, maxNames).map((device) => quoted(device.name));
    const more = group.devices.length > maxNames ? ` and ${group.devices.length - maxNames} more` : "";
    return `- ${count(group.devices.length, "device")} ${group.is} (${quoted(groupWords(group))}): ${names.join(", ")}${more}`;
  });
  const last = omitted === 0 ? [] : [`- ${count(omitted, "more device")}`];
  return [`### Not installed: ${quoted(name)}\n\n${[...lines, ...last].join("\n")}`];
}

function issuedSection({ name, facts }: ReportedCertificate): readonly string[] {
  if (facts?.issued === undefined) return [];
  const { issued, issuer } = facts;
  const words = [issuedWords(issued, issuer), dueWords(issued), toRevokeWords(issued, maxNames)];
  const lines = [
    ...words.filter((line) => line !== "").map((line) => `- ${plain(line)}`),
    ...issued.dueDevices.map((device) => `- ${quoted(device.name)} ${plain(dueDeviceWords(device))}`),
  ];
  return [`### Issued: ${quoted(name)}\n\n${lines.join("\n")}`];
}

function devicesBeyond({ exceptions }: CertificateFacts): number {
  return exceptions.slice(maxGroups).reduce((sum, { devices }) => sum + devices.length, 0);
}

/** A sentence of ours, in which a command to type stands between backticks. */
function sentence(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? plain(part) : quoted(part)))
    .join("");
}

function quoted(text: string): string {
  return text === "" ? "" : `<code>${entities(printable(text))}</code>`;
}

/** Keeps the blanks at both ends, which stand beside a command. */
function plain(text: string): string {
  const [, before = "", after = ""] = /^( ?).*?( ?)$/su.exec(text) ?? [];
  return text === " " ? " " : `${before}${entities(printable(text, 1_000))}${after}`;
}

/** Letters, digits and harmless marks stay; a full stop does too, unless `www.` would become a link by it. */
function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M} ,.;()=-]|(?<=www)\./giu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
