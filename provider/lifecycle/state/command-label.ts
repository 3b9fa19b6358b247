// The names of the two commands, and the label by which a resource knows its own requests: Esper's free `alias` field of a
// request. Nothing in it is secret. Pure. Follows docs/design.md, section 3.
//
// `pulumi-esper:` and, separated by colons, each in base64url: instance (8), alias (6), content (11), day of the
// certificate's end (3, or empty), template (6, or empty), fresh (6). At most 64 characters.
// Labels of the first form are still read: `pulumi-esper:<hash of the URN>:<start of the digest>:<fresh part>`, in hex.

import { createHash } from "node:crypto";

export const installCommand = "INSTALL_CERTIFICATE";
export const uninstallCommand = "UNINSTALL_CERTIFICATE";
/** What changes an alias on a device. */
export const certificateCommands = [installCommand, uninstallCommand];

const mark = "pulumi-esper";

/** What a label says of its command. */
export type CommandLabel =
  | {
      readonly form: "instance";
      readonly instance: string;
      readonly alias: string;
      readonly content: string;
      /** Of a certificate that was made for one device. */
      readonly made?: { readonly endDay: number; readonly template: string };
    }
  | { readonly form: "urn"; readonly urnHash: string; readonly content: string };

export function urnHashOf(urn: string): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, 12);
}

/**
 * An id of its own for each created resource. It begins with a hint at the URN, by which what a killed create has sent is
 * told apart; the rest is chance, so that two stacks of the same names have two ids.
 */
export function newInstance(urnHash: string, random: () => number): string {
  return `${urnHint(urnHash)}${freshText(5, random)}`;
}

/** What the ids of all resources ever created under a URN begin with. It may warn, it never justifies a removal. */
export function urnHint(urnHash: string): string {
  return hashText(urnHash, 3);
}

export interface LabelParts {
  readonly instance: string;
  readonly alias: string;
  /** The digest of the content in hex; empty where there is none. */
  readonly digest: string;
  /** The day on which its certificate ends, in days since 1970, where each device has its own. */
  readonly endDay?: number | undefined;
  /** What it was made by, 36 bits in ten hex digits, where it was made for the device. */
  readonly template?: string | undefined;
}

export function newLabel({ instance, alias, digest, endDay, template = "" }: LabelParts, random: () => number): string {
  const end = endDay === undefined ? "" : Buffer.from([(endDay >> 8) & 0xff, endDay & 0xff]).toString("base64url");
  const made = Buffer.from(template, "hex").toString("base64url").slice(0, 6);
  return [mark, instance, aliasHash(alias), contentPart(digest), end, made, freshText(6, random)].join(":");
}

/** Undefined for a label that is not of this provider. */
export function parseLabel(label: string): CommandLabel | undefined {
  const former = /^pulumi-esper:([0-9a-f]{12}):([0-9a-f]{0,8}):[0-9a-f]{8}$/.exec(label);
  if (former !== null) return { form: "urn", urnHash: former[1] ?? "", content: former[2] ?? "" };
  const parts = label.split(":");
  const [first, instance = "", alias = "", content = "", end = "", template = ""] = parts;
  if (first !== mark || parts.length !== 7 || instance.length !== 8 || alias.length !== 6) return undefined;
  const isMade = /^[\w-]{3}$/.test(end) && /^[\w-]{6}$/.test(template);
  return { form: "instance", instance, alias, content, ...(isMade && { made: madeBy(end, template) }) };
}

function madeBy(end: string, template: string): { readonly endDay: number; readonly template: string } {
  const bytes = (part: string): Buffer => Buffer.from(`${part}A`, "base64url");
  return { endDay: bytes(end).readUInt16BE(), template: bytes(template).toString("hex") };
}

/** The start of a digest in hex, as a label names content. */
export function digestOfPart(content: string): string {
  return Buffer.from(content, "base64url").toString("hex");
}

export function aliasHash(alias: string): string {
  return hashText(alias, 6);
}

/** How a label names content: 64 bits of its digest. */
export function contentPart(digest: string): string {
  return Buffer.from(digest.slice(0, 16), "hex").toString("base64url");
}

/** Whether a label's part for the content is of this digest. Labels of the first form have eight characters of it. */
export function isPartOf(digest: string, content: string): boolean {
  return content === contentPart(digest) || content === digest.slice(0, 8);
}

function hashText(text: string, length: number): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, length);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function freshText(length: number, random: () => number): string {
  return Array.from({ length }, () => alphabet.charAt(Math.floor(random() * 64) % 64)).join("");
}
