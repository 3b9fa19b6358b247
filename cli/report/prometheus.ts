// The report as Prometheus text, for alerts on expiry and coverage: docs/pipelines.md lists the metrics.
// Each line ends as the text format 0.0.4 asks for; no two lines have the same name and labels. Pure.

import { printable } from "../../provider/printable";
import type { CertificateFacts } from "./facts";
import type { IssuedFacts } from "./issued/issued-facts";
import type { Report, ReportedCertificate, StackReported } from "./report";

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function reportPrometheus(report: Report): string {
  const metrics = [...stackMetrics(report), ...certificateMetrics(report)];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `pulumi_esper_${name}{${labelText(labels)}} ${value}`);
      return [`# HELP pulumi_esper_${name} ${help}`, `# TYPE pulumi_esper_${name} gauge`, ...lines].join("\n");
    })
    .join("\n");
}

function stackMetrics(report: Report): readonly Metric[] {
  const of = (read: (stack: StackReported) => number | undefined): readonly Sample[] =>
    (report.stacks ?? [report]).flatMap((one) => {
      const value = read(one);
      return value === undefined ? [] : [{ labels: stackLabels(one.project, one.stack), value }];
    });
  return [
    {
      name: "stack_needs_attention",
      help: "1 when something in the stack needs attention.",
      samples: of(({ needsAttention }) => bit(needsAttention)),
    },
    {
      name: "reported_timestamp_seconds",
      help: "When the report was made.",
      samples: of(() => seconds(report.reportedAt)),
    },
    {
      name: "stack_changed_timestamp_seconds",
      help: "The last update or refresh of the stack; the report knows nothing newer.",
      samples: of(({ changedAt }) => (changedAt === undefined ? undefined : seconds(changedAt))),
    },
  ];
}

function certificateMetrics({ project, stack, certificates }: Report): readonly Metric[] {
  // The old copy of a replaced certificate has the labels of the new one; the stack's own metric tells of it.
  const shown = certificates.filter(({ attention }) => attention.every(({ code }) => code !== "leftOver"));
  const labelsOf = ({ name, urn, facts, of = { project, stack, name } }: ReportedCertificate): Labels => {
    return {
      ...stackLabels(of.project, of.stack),
      name: printable(of.name),
      alias: printable(facts?.alias ?? ""),
      urn: oneLine(urn),
    };
  };
  const each = (read: (facts: CertificateFacts) => number | undefined): readonly Sample[] =>
    shown.flatMap((certificate) => {
      const value = certificate.facts === undefined ? undefined : read(certificate.facts);
      return value === undefined ? [] : [{ labels: labelsOf(certificate), value }];
    });
  const byState = (["installed", "pending", "failed", "missing"] as const).flatMap((state) =>
    each(({ coverage }) => coverage[state]).map(({ labels, value }) => ({ labels: { ...labels, state }, value })),
  );
  const due = ([0, 7, 30] as const).flatMap((days) =>
    each(({ issued }) => issued && dueWithin(issued, days)).map(({ labels, value }) => ({
      ...{ labels: { ...labels, days: String(days) }, value },
    })),
  );
  const issuers = shown.flatMap((certificate) => {
    const by = certificate.facts?.issued?.by;
    return by === undefined ? [] : [{ labels: { ...labelsOf(certificate), issuer: printable(by) }, value: 1 }];
  });
  return [
    {
      name: "certificate_needs_attention",
      help: "1 when the certificate needs attention.",
      samples: shown.map((certificate) => {
        return { labels: labelsOf(certificate), value: bit(certificate.attention.length > 0) };
      }),
    },
    {
      name: "certificate_devices",
      help: "Devices of the target by state; the states add up to the members.",
      samples: byState,
    },
    {
      name: "certificate_offline_devices",
      help: "How many of the pending devices are offline.",
      samples: each(({ coverage }) => coverage.offline),
    },
    {
      name: "certificate_held_back_devices",
      help: "How many of the missing devices belong to waves that are held back on purpose.",
      samples: each(({ heldBack }) => heldBack),
    },
    {
      name: "certificate_unsupported_devices",
      help: "Devices whose Android is too old; they are no members.",
      samples: each(({ coverage }) => coverage.unsupported),
    },
    {
      name: "certificate_not_after_timestamp_seconds",
      help: "When the certificate expires.",
      samples: each(({ expiry }) => (expiry === undefined ? undefined : seconds(expiry.notAfter))),
    },
    {
      name: "certificate_renew_at_timestamp_seconds",
      help: "From when on the certificate is to be renewed.",
      samples: each(({ expiry }) => (expiry === undefined ? undefined : seconds(expiry.renewAt))),
    },
    {
      name: "certificate_issuer_info",
      help: "1; the label says who makes the certificates of the devices.",
      samples: issuers,
    },
    {
      name: "certificate_issued_devices",
      help: "Devices for which the issuer has made a certificate.",
      samples: each(({ issued }) => issued?.issued),
    },
    {
      name: "certificate_last_not_after_timestamp_seconds",
      help: "When the last certificate of an issuer expires.",
      samples: each(({ issued }) => (issued?.notAfterLast === undefined ? undefined : seconds(issued.notAfterLast))),
    },
    {
      name: "certificate_due_devices",
      help: "Devices whose certificate is to be renewed within so many days.",
      samples: due,
    },
    {
      name: "certificate_pending_revocations",
      help: "Certificates that were replaced or removed and are to be revoked.",
      samples: each(({ issued }) => issued?.toRevoke.length),
    },
  ];
}

function dueWithin({ due, dueIn7Days, dueIn30Days }: IssuedFacts, days: 0 | 7 | 30): number {
  return { 0: due, 7: dueIn7Days, 30: dueIn30Days }[days];
}

function stackLabels(project: string, stack: string): Labels {
  return { project: printable(project), stack: printable(stack) };
}

/** A URN stays what Pulumi takes for one; `printable` would change its `::`. */
function oneLine(urn: string): string {
  return urn.replace(/\p{C}/gu, "\u{fffd}");
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return value.replace(/["\\]/gu, "\\$&");
}

function bit(value: boolean): number {
  return value ? 1 : 0;
}

function seconds(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000);
}
