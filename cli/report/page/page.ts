// The report as a page: whole in one file, no script, nothing loaded from anywhere; every value of others is escaped.
// It folds and unfolds by the browser's own means, so it works by keyboard and on a phone. Pure.

import { count } from "../../../provider/lifecycle/messages/words";
import { certificateCard } from "./certificate-card";
import { expirySection } from "./expiry-section";
import { pageStyle } from "./style";
import { markup, nothing, sentence, type Markup } from "./markup";
import type { Report } from "../report";
import { ageWords, instantWords, percentOf, summaryWords } from "../words";

/** Tells the browser to load and run nothing but this style sheet, whatever the text may hold. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function reportPage(report: Report): string {
  const { project, stack, certificates, needsAttention, reportedAt } = report;
  const title = stack === "" ? "Esper certificates" : `Esper certificates of ${project}/${stack}`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: pageStyle }}</style>
</head>
<body>
<a class="skip" href="#certificates">Skip to the certificates</a>
<header>
<h1>${title}</h1>
<p class="soft">${sentence(ageWords(report))}</p>
<p class="verdict ${needsAttention ? "bad" : "ok"}" role="status">${summaryWords(report)}</p>
</header>
<main>
${tiles(report)}
${stackAttention(report)}
${expirySection(certificates, Date.parse(reportedAt))}
<section aria-labelledby="certificates">
<h2 id="certificates" tabindex="-1">Certificates</h2>
${certificates.map(certificateCard)}
${certificates.length === 0 ? markup`<p class="panel">${summaryWords(report)}</p>` : nothing}
</section>
</main>
<footer>Made by pulumi-esper on ${instantWords(reportedAt)}. It tells what the last run or refresh saw; Esper cannot say what is in a device's keystore.</footer>
</body>
</html>
`;
  return page.html;
}

function tiles({ certificates }: Report): Markup {
  const facts = certificates.flatMap(({ facts: known }) => known ?? []);
  const sum = (what: "members" | "installed" | "failed" | "offline" | "missing"): number =>
    facts.reduce((total, { coverage }) => total + coverage[what], 0);
  const heldBack = facts.reduce((total, known) => total + known.heldBack, 0);
  const soonest = facts.flatMap(({ expiry }) => expiry ?? []).sort((one, other) => one.days - other.days)[0];
  const next = soonest === undefined ? "unknown" : soonest.expired ? "expired" : count(soonest.days, "day");
  const rows: readonly (readonly [label: string, value: string])[] = [
    ["Certificates", String(certificates.length)],
    ["Installs in place", `${percentOf(sum("installed"), sum("members"))} %`],
    ["Failed", String(sum("failed"))],
    ["Missing", String(sum("missing") - heldBack)],
    ...(heldBack === 0 ? [] : [["Held back", String(heldBack)] as const]),
    ["Offline", String(sum("offline"))],
    ["Next to expire", next],
  ];
  const items = rows.map(([label, value]) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`);
  return certificates.length === 0 ? nothing : markup`<dl class="tiles">${items}</dl>`;
}

function stackAttention({ attention }: Report): Markup {
  const items = attention.map(({ message }) => markup`<li class="bad">${sentence(message)}</li>`);
  return items.length === 0 ? nothing : markup`<ul class="say">${items}</ul>`;
}
