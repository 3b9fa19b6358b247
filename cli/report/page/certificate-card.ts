// One certificate on the report's page: its coverage as a bar, what needs attention, its facts, its exceptions by reason.

import { count } from "../../../provider/lifecycle/messages/words";
import { expiryWords, type Attention } from "../attention";
import type { ExceptionGroup } from "../exceptions";
import { listedDeviceWords, unnamedWords, type ListedDevices } from "../devices/listed-devices";
import { markup, nothing, sentence, type Markup } from "./markup";
import type { CertificateFacts } from "../facts";
import type { IssuedFacts } from "../issued/issued-facts";
import { dueDeviceWords, dueWords, issuedWords, toRevokeWords } from "../issued/issued-words";
import type { ReportedCertificate } from "../report";
import { daysWords, groupWords, instantWords, percentOf, progressWords, targetWords } from "../words";

/** Groups of at most so many devices are open from the start. */
const openUpTo = 10;
const shortId = 8;
const wholeId = 36;
const serialsShown = 20;

export function certificateCard({ name, urn, attention, facts }: ReportedCertificate, index: number): Markup {
  const share =
    facts === undefined || facts.coverage.members === 0
      ? nothing
      : markup`<span class="share">${percentOf(facts.coverage.installed, facts.coverage.members)} %</span>`;
  return markup`<article class="card" id="certificate-${index}" aria-labelledby="name-${index}">
<div class="top"><h3 id="name-${index}"><bdi>${name}</bdi></h3>${share}</div>
${facts === undefined ? nothing : coverageBar(facts)}
${attentionList(attention)}
${facts === undefined ? markup`<dl class="facts"><dt>URN</dt><dd><code>${urn}</code></dd></dl>` : factList(facts, urn)}
${facts === undefined ? nothing : exceptionList(facts)}
${facts?.issued === undefined ? nothing : dueList(facts.issued)}
${facts?.devices === undefined ? nothing : deviceList(facts.devices)}
</article>
`;
}

function coverageBar({ coverage, heldBack }: CertificateFacts): Markup {
  const { members, unsupported } = coverage;
  if (members === 0) return markup`<p class="soft">The target has no device that can hold a certificate.</p>`;
  const parts = (["installed", "pending", "failed", "missing"] as const).map((is) => ({ is, devices: coverage[is] }));
  const present = parts.filter(({ devices }) => devices > 0);
  const bars = present.map(({ is, devices }) => markup`<i class="${is}" style="flex:${devices} 1 0"></i>`);
  const notes = { installed: "", pending: offlineNote(coverage.offline), failed: "", missing: heldNote(heldBack) };
  const legend = present.map(({ is, devices }) => markup`<li><i class="${is}"></i>${devices} ${is}${notes[is]}</li>`);
  const left = unsupported === 0 ? nothing : markup`<li class="soft">${unsupported} unsupported, not counted</li>`;
  const label = `${parts.map(({ is, devices }) => `${devices} ${is}`).join(", ")}, of ${count(members, "device")}`;
  return markup`<div class="bar" role="img" aria-label="${label}">${bars}</div><ul class="legend">${legend}${left}</ul>`;
}

function offlineNote(offline: number): string {
  return offline === 0 ? "" : ` (${offline} offline)`;
}

function heldNote(heldBack: number): string {
  return heldBack === 0 ? "" : ` (${heldBack} held back)`;
}

function attentionList(attention: readonly Attention[]): Markup {
  const items = attention.map(({ code, message }) => {
    const isMild = code === "renewal" || code === "drift" || code === "missing" || code === "leftOver";
    return markup`<li class="${isMild ? "warn" : "bad"}">${sentence(message)}</li>`;
  });
  return items.length === 0 ? nothing : markup`<ul class="say">${items}</ul>`;
}

/** One line of what people know it by, and the rest folded away. */
function factList(facts: CertificateFacts, urn: string): Markup {
  const { alias, target, subject, issuer, keyAlgorithm, sha256Fingerprint, expiry, issued } = facts;
  const ends = expiry === undefined ? nothing : markup` · ${expiry.expired ? "" : "expires "}${daysWords(expiry)}`;
  const rows: readonly (readonly [label: string, value: string])[] = [
    ["Alias", alias],
    ["Target", targetWords(target, wholeId)],
    ["Subject", subject],
    ["Issuer", issuer],
    ["Expiry", expiry === undefined ? "" : expiryWords(expiry)],
    ...(issued === undefined ? [] : issuedRows(issued, issuer)),
    ["Rollout", progressWords(facts)],
    ["Key", keyAlgorithm],
    ["SHA-256", sha256Fingerprint],
    ["URN", urn],
  ];
  return markup`<details><summary class="soft"><bdi>${alias}</bdi> on ${targetWords(target, shortId)} · <bdi>${subject}</bdi>${ends} · rollout ${progressWords(facts)}</summary><dl class="facts">${rows.map(factRow)}</dl></details>`;
}

function issuedRows(issued: IssuedFacts, issuer: string): readonly (readonly [label: string, value: string])[] {
  return [
    ["Issued", issuedWords(issued, issuer)],
    ["Renewal", dueWords(issued)],
    ["Revocation", toRevokeWords(issued, serialsShown)],
  ];
}

function dueList({ dueDevices }: IssuedFacts): Markup {
  if (dueDevices.length === 0) return nothing;
  const items = dueDevices.map(
    (due) =>
      markup`<li><bdi>${due.name}</bdi> <span class="soft">${dueDeviceWords(due)}</span><code>${due.device}</code></li>`,
  );
  return markup`<details><summary>Due for renewal: ${count(dueDevices.length, "device")}</summary><ul class="devices">${items}</ul></details>`;
}

function deviceList(listed: ListedDevices): Markup {
  const { devices, unnamed } = listed;
  const items = devices.map(
    (one) =>
      markup`<li><bdi>${one.name}</bdi> <span class="soft">${listedDeviceWords(one)}</span><code>${one.device}</code></li>`,
  );
  const rest = unnamed === 0 ? nothing : markup`<p class="soft">${unnamedWords(listed)}</p>`;
  return markup`<details><summary>Each device's certificate: ${count(devices.length, "device")}</summary><ul class="devices">${items}</ul>${rest}</details>`;
}

function factRow([label, value]: readonly [label: string, value: string]): Markup {
  return value === "" ? nothing : markup`<dt>${label}</dt><dd><bdi>${value}</bdi></dd>`;
}

function exceptionList({ exceptions, exceptionsOmitted }: CertificateFacts): Markup {
  if (exceptions.length === 0) return nothing;
  const omitted =
    exceptionsOmitted === 0
      ? nothing
      : markup`<p class="soft">${count(exceptionsOmitted, "more device")}, which the state has no room for.</p>`;
  return markup`<div class="exceptions"><h4>Not installed</h4>${exceptions.map(exceptionGroup)}${omitted}</div>`;
}

function exceptionGroup(group: ExceptionGroup): Markup {
  const { is, devices } = group;
  const items = devices.map(
    ({ device, name, since }) =>
      markup`<li><bdi>${name}</bdi> <span class="soft">since ${instantWords(since)}</span><code>${device}</code></li>`,
  );
  const open = is === "failed" && devices.length <= openUpTo ? { html: " open" } : nothing;
  return markup`<details${open}><summary><i class="kind ${is}"></i>${count(devices.length, "device")} ${is}: <bdi>${groupWords(group)}</bdi></summary><ul class="devices">${items}</ul></details>`;
}
