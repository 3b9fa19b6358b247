// The expiry of all certificates on the report's page: a line of time each, the first to end on top, renewal hatched.

import { markup, nothing, type Markup } from "./markup";
import type { Expiry } from "../facts";
import type { ReportedCertificate } from "../report";
import { timelineOf, type Span } from "./timeline";
import { daysWords } from "../words";

interface End {
  readonly name: string;
  readonly index: number;
  readonly expiry: Expiry;
}

/** Where the marks would touch on a phone, every second one is left out there. */
const majorMarks = ["today", "1 month", "1 year", "10 years"];

export function expirySection(certificates: readonly ReportedCertificate[], nowMs: number): Markup {
  const ends = certificates.flatMap(({ name, facts }, index): readonly End[] =>
    facts?.expiry === undefined ? [] : [{ name, index, expiry: facts.expiry }],
  );
  if (ends.length === 0) return nothing;
  const timeline = timelineOf(
    ends.map(({ expiry }) => expiry),
    nowMs,
  );
  const marks = timeline.marks.map(
    ({ at, label }) =>
      markup`<span class="${majorMarks.includes(label) ? "major" : "minor"}" style="left:${at}%">${label}</span>`,
  );
  const rows = [...ends]
    .sort((one, other) => one.expiry.notAfter.localeCompare(other.expiry.notAfter))
    .map(({ name, index, expiry }) => {
      const life = bar(expiry.expired ? "over" : "life", timeline.lifeOf(expiry));
      const renewal = expiry.expired ? nothing : bar("renew", timeline.renewalOf(expiry));
      const note = expiry.readyForRenewal && !expiry.expired ? ", time to renew" : "";
      const when = `${expiry.notAfter.slice(0, 10)}, ${daysWords(expiry)}${note}`;
      return markup`<li><span><a href="#certificate-${index}"><bdi>${name}</bdi></a><span class="when">${when}</span></span><span class="span" aria-hidden="true">${life}${renewal}</span></li>`;
    });
  return markup`<section aria-labelledby="expiry">
<h2 id="expiry">Expiry</h2>
<div class="panel">
<div class="axis" aria-hidden="true">${marks}</div>
<ol class="ends">${rows}</ol>
<ul class="legend" style="margin-top:.6rem"><li><i class="life"></i>valid</li><li><i class="renew"></i>time to renew</li><li><i class="over"></i>expired</li></ul>
</div>
</section>`;
}

function bar(kind: string, { from, to }: Span): Markup {
  return markup`<i class="${kind}" style="left:${from}%;width:${Number((to - from).toFixed(2))}%"></i>`;
}
