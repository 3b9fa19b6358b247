// The names of the two commands, and the label by which a resource finds its own requests again: Esper's free `alias` field
// of a request. Nothing in it is secret. Pure. Follows docs/design.md, section 3.

import { createHash } from "node:crypto";

export const installCommand = "INSTALL_CERTIFICATE";
export const uninstallCommand = "UNINSTALL_CERTIFICATE";

export function urnHashOf(urn: string): string {
  return createHash("sha256").update(urn).digest("hex").slice(0, 12);
}

/** By this prefix a resource knows its own requests; with a digest, those about this content. */
export function labelPrefix(urnHash: string, digest?: string): string {
  return `pulumi-esper:${urnHash}:${digest === undefined ? "" : `${digest.slice(0, 8)}:`}`;
}

/** `pulumi-esper:<hash of the URN>:<start of the digest>:<fresh part>`; nothing secret. */
export function newLabel(urnHash: string, digest: string, random: () => number): string {
  const fresh = Math.floor(random() * 0xffff_ffff)
    .toString(16)
    .padStart(8, "0");
  return `${labelPrefix(urnHash, digest)}${fresh}`;
}
