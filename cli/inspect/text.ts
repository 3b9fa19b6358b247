// Lays out what `pulumi-esper inspect` tells as text for a terminal: titles, aligned lines, no colours.
// Pure: an inspection in, a text out.

import type { Protection } from "../../provider/pkcs12/index";
import type { Inspection, ListedCertificate } from "./inspection";
import { printable } from "../terminal/style";

type Row = readonly [name: string, value: string];

export function inspectionText(inspection: Inspection): string {
  const { file, digest, encoding, certificate, certificates, privateKeys, otherBags } = inspection;
  const leaf = certificates.find(({ sha256Fingerprint }) => sha256Fingerprint === certificate?.sha256Fingerprint);
  const macText = encoding.mac === undefined ? "none" : `${encoding.mac.name}, ${iterationsText(encoding.mac)}`;
  return [
    section(file, [
      ...(inspection.isMadeOfPem === true
        ? [["form", "PEM; what is sent is the PKCS#12 file made of it"] as const]
        : []),
      ["encoding", encoding.label],
      ["keys", `${privateKeys.length}, ${encoding.privateKeys.map(protectionText).join("; ") || "none"}`],
      ["certificates", `${certificates.length}, ${encoding.certificates.map(protectionText).join("; ") || "none"}`],
      ["MAC", macText],
      ...(otherBags.length === 0 ? [] : [["other entries", String(otherBags.length)] as const]),
      ["digest", digest],
    ]),
    ...(leaf === undefined ? [] : [section("Certificate", certificateRows(leaf))]),
    section(
      "Private keys",
      privateKeys.map(({ keyAlgorithm, friendlyName }, index) => [
        String(index + 1),
        named(keyAlgorithm, friendlyName),
      ]),
    ),
    section(
      "Chain, from the issuer up",
      (certificate?.chain ?? []).map((subject, index) => [String(index + 1), subject]),
    ),
    section(
      "Findings",
      inspection.findings.map(({ severity, message }) => [severity, message]),
    ),
    section("Android", androidRows(inspection)),
  ].join("\n\n");
}

function certificateRows(leaf: ListedCertificate): Row[] {
  return [
    ["subject", leaf.subject],
    ["issuer", leaf.issuer],
    ["serial number", leaf.serialNumber],
    ["valid", `${leaf.notBefore.slice(0, 10)} to ${leaf.notAfter.slice(0, 10)}`],
    ["key", leaf.keyAlgorithm],
    ["signature", leaf.signatureAlgorithm],
    ["SHA-256", leaf.sha256Fingerprint],
    ...(leaf.friendlyName === undefined ? [] : [["name", leaf.friendlyName] as const]),
  ];
}

/** Versions that answer alike share a line. */
function androidRows({ android }: Inspection): Row[] {
  const rows: { first: number; last: number; verdict: string }[] = [];
  for (const { version, obstacles, note } of android.versions) {
    const reasons = obstacles.map(({ detail }) => detail).join(", ");
    const verdict = obstacles.length === 0 ? "reads it" : `${reasons}${note === undefined ? "" : ` (${note})`}`;
    const previous = rows.at(-1);
    if (previous?.verdict === verdict) previous.last = version;
    else rows.push({ first: version, last: version, verdict });
  }
  return rows.map(({ first, last, verdict }) => [rangeText(first, last), verdict]);
}

function rangeText(first: number, last: number): string {
  if (first === last) return String(first);
  return `${first} ${last - first === 1 ? "and" : "to"} ${last}`;
}

function protectionText(protection: Protection): string {
  if (protection.family === "none") return "not encrypted";
  const prf = protection.prf === undefined ? "" : ` with ${protection.prf}`;
  const derivation = protection.family === "pbes2" ? `, ${protection.derivation ?? ""}${prf}` : "";
  return `${protection.name}${derivation}, ${iterationsText(protection)}`;
}

function iterationsText({ iterations }: { readonly iterations?: number }): string {
  if (iterations === undefined) return "no iteration count";
  return iterations === 1 ? "1 iteration" : `${iterations.toLocaleString("en")} iterations`;
}

function named(text: string, name: string | undefined): string {
  return name === undefined ? text : `${text}, named "${name}"`;
}

function section(title: string, rows: readonly Row[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${printable(value)}`);
  return [printable(title), ...(lines.length === 0 ? ["  none"] : lines)].join("\n");
}
