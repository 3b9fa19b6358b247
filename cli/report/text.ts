// The report for a terminal: a table, then what needs attention, then the exceptions by reason.
// Where the table is wider than the screen, each certificate is a block of lines instead. Pure.

import { count } from "../../provider/lifecycle/messages/words";
import { padEnd, printable, widthOf, type Style, type Tone } from "../terminal/style";
import type { Attention } from "./attention";
import { listedDeviceWords, unnamedWords } from "./devices/listed-devices";
import type { CertificateFacts } from "./facts";
import { dueDeviceWords, dueWords, issuedWords, toRevokeWords } from "./issued/issued-words";
import type { Report, ReportedCertificate } from "./report";
import {
  ageWords,
  daysWords,
  groupWords,
  percentOf,
  progressWords,
  restWords,
  summaryWords,
  targetWords,
} from "./words";

interface Cell {
  readonly text: string;
  readonly tone?: Tone | undefined;
}
type Row = readonly Cell[];

const namesInLine = 8;
const idCharacters = 8;

const columns = [
  "certificate",
  "alias",
  "target",
  "installed",
  "not installed",
  "expiry",
  "rollout",
  "drift",
  "subject",
];

/** @param screenColumns characters in a line; undefined where the output is no screen */
export function reportText(report: Report, style: Style, screenColumns: number | undefined): string {
  const rows = report.certificates.map(rowOf);
  const used = columns.map((_, index) => rows.some((row) => row[index]?.text !== ""));
  const shown = (row: Row): Row => row.filter((_, index) => used[index] === true);
  const title = shown(columns.map((text) => ({ text, tone: "quiet" as const })));
  const table = alignedRows([title, ...rows.map(shown)], style);
  const isWide = screenColumns !== undefined && table.some(({ width }) => width > screenColumns);
  const blocks = rows.map((row) => blockOf(shown(title), shown(row), style)).join("\n\n");
  const sections = [
    style(report.needsAttention ? "warning" : "good", printable(summaryWords(report))),
    ...(rows.length === 0 ? [] : [isWide ? blocks : table.map(({ line }) => line).join("\n")]),
    ...attentionSection(report, style),
    ...exceptionSections(report, style),
    ...issuedSections(report, style),
    ...deviceSections(report, style),
    ...(report.certificates.length === 0 || ageWords(report) === "" ? [] : [style("quiet", ageWords(report))]),
  ];
  return sections.join("\n\n");
}

function rowOf({ name, attention, facts }: ReportedCertificate): Row {
  const title: Cell = { text: name, tone: attention.length > 0 ? "warning" : undefined };
  if (facts === undefined) {
    return [title, ...columns.slice(1).map((column) => ({ text: column === "installed" ? "not readable" : "" }))];
  }
  const { alias, target, coverage, expiry, drift, subject, progress } = facts;
  const share = coverage.members === 0 ? "" : ` (${percentOf(coverage.installed, coverage.members)} %)`;
  const isWhole = coverage.installed === coverage.members;
  return [
    title,
    { text: alias },
    { text: targetWords(target, idCharacters) },
    { text: `${coverage.installed} of ${coverage.members}${share}`, tone: isWhole ? "good" : undefined },
    { text: restWords(facts), tone: restTone(facts, attention) },
    expiry === undefined
      ? { text: "unknown" }
      : { text: daysWords(expiry), tone: expiry.expired ? "bad" : expiry.readyForRenewal ? "warning" : undefined },
    { text: progressWords(facts), tone: progressTones[progress.state] },
    { text: drift ?? "", tone: "warning" },
    { text: subject },
  ];
}

const progressTones = { complete: undefined, paused: undefined, stopped: "bad", rolledBack: "bad" } as const;

function restTone({ coverage }: CertificateFacts, attention: readonly Attention[]): Tone | undefined {
  if (coverage.failed > 0) return "bad";
  return attention.some(({ code }) => code === "missing") ? "warning" : undefined;
}

function alignedRows(rows: readonly Row[], style: Style): readonly { readonly line: string; readonly width: number }[] {
  const widths = (rows[0] ?? []).map((_, index) =>
    Math.max(...rows.map((row) => widthOf(printable(row[index]?.text ?? "")))),
  );
  return rows.map((row) => {
    const cells = row.map(({ text }, index) =>
      padEnd(printable(text), index === row.length - 1 ? 0 : (widths[index] ?? 0)),
    );
    const line = cells
      .map((cell, index) => colored(style, row[index]?.tone, cell))
      .join("  ")
      .trimEnd();
    return { line, width: widthOf(cells.join("  ").trimEnd()) };
  });
}

function blockOf(titles: Row, row: Row, style: Style): string {
  const [name, ...rest] = row;
  const width = Math.max(...titles.map(({ text }) => text.length));
  const lines = rest.flatMap(({ text, tone }, index) => {
    const label = padEnd(titles[index + 1]?.text ?? "", width);
    return text === "" ? [] : [`  ${style("quiet", label)}  ${colored(style, tone, printable(text))}`];
  });
  return [style("title", printable(name?.text ?? "")), ...lines].join("\n");
}

function colored(style: Style, tone: Tone | undefined, text: string): string {
  return tone === undefined ? text : style(tone, text);
}

function attentionSection({ attention, certificates }: Report, style: Style): readonly string[] {
  const lines = [
    ...attention.map(({ message }) => `  ${printable(message)}`),
    ...certificates.flatMap(({ name, attention: all }) =>
      all.map(({ message }) => `  ${printable(`${name}: ${message}`)}`),
    ),
  ];
  return lines.length === 0 ? [] : [[style("title", "Needs attention"), ...lines].join("\n")];
}

function issuedSections({ certificates }: Report, style: Style): readonly string[] {
  return certificates.flatMap(({ name, facts }) => {
    if (facts?.issued === undefined) return [];
    const { issued, issuer } = facts;
    const lines = [
      ...[issuedWords(issued, issuer), dueWords(issued), toRevokeWords(issued, namesInLine)],
      ...issued.dueDevices.map((device) => `${device.name} ${dueDeviceWords(device)}`),
    ];
    const shown = lines.filter((line) => line !== "").map((line) => `  ${printable(line)}`);
    return [[style("title", printable(`Issued: ${name}`)), ...shown].join("\n")];
  });
}

function deviceSections({ certificates }: Report, style: Style): readonly string[] {
  return certificates.flatMap(({ name, facts }) => {
    const { devices: listed } = facts ?? {};
    if (listed === undefined) return [];
    const width = Math.max(0, ...listed.devices.map((device) => widthOf(printable(device.name))));
    const lines = listed.devices.map(
      (device) => `${padEnd(printable(device.name), width)}  ${device.device}  ${listedDeviceWords(device)}`,
    );
    const shown = [...lines, unnamedWords(listed)].filter((line) => line !== "").map((line) => `  ${line}`);
    return [[style("title", printable(`Devices: ${name}`)), ...shown].join("\n")];
  });
}

function exceptionSections({ certificates }: Report, style: Style): readonly string[] {
  return certificates.flatMap(({ name, facts }) => {
    if (facts === undefined || facts.exceptions.length === 0) return [];
    const lines = facts.exceptions.map((group) => {
      const names = group.devices.slice(0, namesInLine).map((device) => device.name);
      const more = group.devices.length > namesInLine ? ` and ${group.devices.length - namesInLine} more` : "";
      const what = `${count(group.devices.length, "device")} ${group.is}`;
      const tone = group.is === "failed" ? "bad" : group.is === "missing" ? "warning" : undefined;
      return `  ${colored(style, tone, what)} (${printable(groupWords(group))}): ${printable(names.join(", "))}${more}`;
    });
    const { exceptionsOmitted: omitted } = facts;
    const last = omitted === 0 ? [] : [`  ${count(omitted, "more device")}, which the state has no room for`];
    return [[style("title", printable(`Not installed: ${name}`)), ...lines, ...last].join("\n")];
  });
}
