// The names of each device's certificate, made of the template and of what the device is called; or why it has none. Pure.
// Follows docs/issuers.md. Every value is text: whoever encodes it must not parse it.

import { fill, piecesOf, type DeviceNames, type Filled } from "./placeholders";
import { commonNameOid, readSubject, type SubjectPart } from "./subject";
import type { Template } from "../settings";

export interface CertificateNames {
  /** In the order of the text, which is the reverse of the certificate's. */
  readonly subject: readonly { readonly oid: string; readonly value: string }[];
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
}

export interface NamedDevices {
  /** By the device's id. */
  readonly named: ReadonlyMap<string, CertificateNames>;
  /** Why a device has no names, by its id. */
  readonly missing: ReadonlyMap<string, string>;
}

/** RFC 5280, appendix A: ub-common-name. */
const commonNameMaxCharacters = 64;

/** All members at once, since two whose names are all the same get none. */
export function nameDevices(template: Template, devices: readonly DeviceNames[]): NamedDevices {
  const named = new Map<string, CertificateNames>();
  const missing = new Map<string, string>();
  const namesakes = new Map<string, string[]>();
  const read = readSubject(template.subject);
  if ("problem" in read) throw new Error(`The subject was not checked: ${read.problem}.`);
  for (const device of devices) {
    const names = namesOf(read.parts, template, device);
    if ("missing" in names) {
      missing.set(device.id, names.missing);
      continue;
    }
    named.set(device.id, names);
    const key = JSON.stringify(names);
    namesakes.set(key, [...(namesakes.get(key) ?? []), device.id]);
  }
  for (const ids of namesakes.values()) {
    if (ids.length < 2) continue;
    for (const id of ids) {
      named.delete(id);
      const others = ids.length === 2 ? "another device has" : `${ids.length - 1} other devices have`;
      missing.set(id, `${others} the same names; put {serial} or {id} into the subject`);
    }
  }
  return { named, missing };
}

function namesOf(
  parts: readonly SubjectPart[],
  template: Template,
  device: DeviceNames,
): CertificateNames | { readonly missing: string } {
  const subject: { readonly oid: string; readonly value: string }[] = [];
  for (const { oid, pieces } of parts) {
    const filled = fill(pieces, device);
    if ("missing" in filled) return filled;
    const { length } = Array.from(filled.text);
    if (oid === commonNameOid && length > commonNameMaxCharacters) {
      return { missing: `its common name would have ${length} characters, and ${commonNameMaxCharacters} is the most` };
    }
    subject.push({ oid, value: filled.text });
  }
  const lists: Record<AlternativeKind, readonly string[]> = { dns: [], uri: [], email: [] };
  for (const kind of alternativeKinds) {
    const filled = template[kind].map((text) => alternativeOf(kind, text, device));
    const bad = filled.find((each) => "missing" in each);
    if (bad !== undefined) return bad;
    lists[kind] = filled.flatMap((each) => ("text" in each ? [each.text] : []));
  }
  return { subject, ...lists };
}

export const alternativeKinds = ["dns", "uri", "email"] as const;
export type AlternativeKind = (typeof alternativeKinds)[number];

/** What each kind may look like at all: the three are ASCII (RFC 5280, section 4.2.1.6). */
const forms: Readonly<Record<AlternativeKind, { readonly form: RegExp; readonly called: string }>> = {
  dns: {
    form: /^(?=.{1,253}$)[A-Za-z0-9_](?:[\w-]{0,62})(?:\.[A-Za-z0-9_][\w-]{0,62})*$/u,
    called: "DNS name",
  },
  uri: { form: /^[A-Za-z][A-Za-z0-9+.-]*:[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/u, called: "URI" },
  email: { form: /^[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*$/u, called: "e-mail address" },
};

/** What is wrong with an alternative name as it is written, placeholders aside. */
export function alternativeProblem(kind: AlternativeKind, text: string): string | undefined {
  const sample = { id: "x", serial: "x", name: "x", imei: "x" };
  const pieces = piecesOf(text);
  if ("problem" in pieces) return pieces.problem;
  return "missing" in alternativeOf(kind, text, sample) ? `must be a ${forms[kind].called}` : undefined;
}

function alternativeOf(kind: AlternativeKind, text: string, device: DeviceNames): Filled {
  const pieces = piecesOf(text);
  if ("problem" in pieces) throw new Error(`The alternative name was not checked: ${pieces.problem}.`);
  const filled = fill(pieces, device, kind === "uri" ? encodeURIComponent : undefined);
  if ("missing" in filled || forms[kind].form.test(filled.text)) return filled;
  return { missing: `its ${forms[kind].called} would have characters or a length that none may have` };
}
