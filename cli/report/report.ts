// The report on a stack, or on several as one: the facts of each certificate, and what needs attention.
// Pure: a stack export and the time in, plain data out; `--json` prints it as it is. Follows docs/design.md, sections 1 and 2.

import { attentionOf, type Attention } from "./attention";
import { someOf } from "../../provider/lifecycle/messages/words";
import type { DeviceNames } from "./devices/listed-devices";
import { factsOf, readStored, type CertificateFacts } from "./facts";
import { nameOf, type StackExport, type StoredCertificate } from "./stack-export";

export interface ReportedCertificate {
  /** In a report on several stacks with the stack's name before it. */
  readonly name: string;
  /** In a report on several stacks: whose it is, and its own name. */
  readonly of?: { readonly project: string; readonly stack: string; readonly name: string };
  readonly urn: string;
  /** Empty when all is well. */
  readonly attention: readonly Attention[];
  /** Absent when the state cannot be read; `attention` says why. */
  readonly facts?: CertificateFacts;
}

/** A stack of a report on several. */
export interface StackReported {
  readonly project: string;
  readonly stack: string;
  readonly changedAt?: string;
  readonly needsAttention: boolean;
}

export interface Report {
  readonly stack: string;
  readonly project: string;
  /** ISO instants. Of the last change of the stack: what the report tells was seen then or earlier. */
  readonly changedAt?: string;
  readonly reportedAt: string;
  readonly needsAttention: boolean;
  /** What concerns the stack and no single certificate. */
  readonly attention: readonly Attention[];
  /** Those that need attention first, then by name. */
  readonly certificates: readonly ReportedCertificate[];
  /** In a report on several stacks. */
  readonly stacks?: readonly StackReported[];
}

/** @param names with them it tells which device has which certificate */
export function reportOf(given: StackExport, nowMs: number, names?: DeviceNames): Report {
  const certificates = given.certificates.map((certificate) => judged(certificate, nowMs, names));
  const byName = certificates.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
  const concerned = byName.filter(({ attention }) => attention.length > 0);
  const cutOff = given.cutOff.map(({ urn, doing }): Attention => {
    const message = `A run was interrupted while ${doing} ${nameOf(urn)}; the next \`pulumi up\` ends in the same place.`;
    return { code: "cutOff", message };
  });
  return {
    stack: given.stack,
    project: given.project,
    ...(given.changedAt !== undefined && { changedAt: given.changedAt }),
    reportedAt: new Date(nowMs).toISOString(),
    needsAttention: concerned.length > 0 || cutOff.length > 0,
    attention: cutOff,
    certificates: [...concerned, ...byName.filter(({ attention }) => attention.length === 0)],
  };
}

function judged(stored: StoredCertificate, nowMs: number, names: DeviceNames | undefined): ReportedCertificate {
  const { urn } = stored;
  const name = nameOf(urn);
  const read = readStored(stored);
  if ("message" in read) return { name, urn, attention: [{ code: "unreadable", message: read.message }] };
  // An old copy has nothing left to tell but that it is there.
  const facts = factsOf(read, stored, nowMs, names);
  return { name, urn, attention: attentionOf(facts, read, stored.isLeftOver), facts };
}

/** Of one stack it is that stack's own. */
export function reportOfStacks(reports: readonly Report[]): Report {
  const [first, ...others] = reports;
  if (first === undefined) throw new Error("A report is on one stack at least.");
  if (others.length === 0) return first;
  const concerned = reports.flatMap((report) => named(report).filter(({ attention }) => attention.length > 0));
  const well = reports.flatMap((report) => named(report).filter(({ attention }) => attention.length === 0));
  // All is known as of the stack that was looked at first.
  const [changedAt] = reports.flatMap((report) => report.changedAt ?? []).sort();
  const projects = [...new Set(reports.map(({ project }) => project))];
  return {
    project: someOf(projects),
    stack: someOf(reports.map(({ stack }) => stack)),
    ...(changedAt !== undefined && { changedAt }),
    reportedAt: first.reportedAt,
    needsAttention: reports.some(({ needsAttention }) => needsAttention),
    attention: reports.flatMap(({ stack, attention }) =>
      attention.map((one) => ({ ...one, message: `${stack}: ${one.message}` })),
    ),
    certificates: [...concerned, ...well],
    stacks: reports.map(stackOf),
  };
}

function named({ project, stack, certificates }: Report): Report["certificates"] {
  return certificates.map((certificate) => ({
    ...certificate,
    name: `${stack}/${certificate.name}`,
    of: { project, stack, name: certificate.name },
  }));
}

function stackOf({ project, stack, changedAt, needsAttention }: Report): StackReported {
  return { project, stack, ...(changedAt !== undefined && { changedAt }), needsAttention };
}
