// What is wrong or doubtful about the content of a PKCS#12 file, each with a code and a sentence.
// Pure: the time is an argument, and nothing is refused here. Errors and warnings follow docs/design.md, section 4.

import { printable } from "../../printable";
import { isReadOnAndroid } from "./android-versions";
import type { Certificate } from "../x509/certificate";
import { type Chain, chainOf, x509Of } from "../x509/chain";
import type { Encoding } from "../container/encoding";
import type { PublicKeyKind } from "../x509/public-key";
import type { KeyMaterial } from "../x509/key-material";
import { daysBetween, renewalOf } from "./renewal";
import type { OtherBag } from "../container/safes";
import { describePair, pairForEachKey } from "../x509/leaf-choice";
import { isWeakSignature } from "../x509/signatures";

/** What a finding is about; a code never changes its meaning. */
export type FindingCode =
  | "noCertificate"
  | "keyMismatch"
  | "unreadableCertificate"
  | "expired"
  | "notYetValid"
  | "expiresSoon"
  | "issuerExpired"
  | "noPrivateKey"
  | "severalKeys"
  | "chainGap"
  | "noRoot"
  | "extraCertificates"
  | "weakKey"
  | "weakSignature"
  | "androidKeyType"
  | "noMac"
  | "ignoredEntries"
  | "passwordLineBreak";

/** Something that is wrong or doubtful about the content of a file. */
export interface Finding {
  /** For programs. */
  readonly code: FindingCode;
  /** Errors refuse a preview; warnings do with `strict`. */
  readonly severity: "error" | "warning";
  /** For people: a sentence that says what to do. */
  readonly message: string;
}

export interface FindingOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** See renewalOf. */
  readonly renewBeforeDays?: number | undefined;
}

/** Key material alone (out of PEM) has no encoding and no other entries. */
export interface Examined extends KeyMaterial {
  readonly encoding?: Encoding;
  readonly otherBags?: readonly OtherBag[];
  /** The password was given with a line break at its end, without which it opens the file. */
  readonly hasTrimmedPassword?: boolean;
}

/** Errors first. @param chain of this file, where the caller has it already */
export function findings(p12: Examined, options: FindingOptions, chain: Chain = chainOf(p12, options)): Finding[] {
  const { leaf } = chain;
  const found =
    leaf === undefined
      ? [error("noCertificate", "The file holds no certificate; export the certificate together with its key.")]
      : [...keyFindings(p12, chain, options), ...dateFindings(leaf, chain, options), ...chainFindings(leaf, chain)];
  const all = [...found, ...strengthFindings(chain), ...fileFindings(p12)];
  return [...all.filter(({ severity }) => severity === "error"), ...all.filter(({ severity }) => severity !== "error")];
}

function keyFindings(material: KeyMaterial, { leaf, key }: Chain, { nowMs }: FindingOptions): Finding[] {
  const { privateKeys } = material;
  const found: Finding[] = [];
  if (leaf !== undefined && x509Of(leaf) === undefined) {
    found.push(error("unreadableCertificate", `The certificate ${called(leaf)} is malformed; have it issued again.`));
  }
  if (privateKeys.length === 0) {
    found.push(
      warning(
        "noPrivateKey",
        "The file holds no private key: devices get certificates they cannot use to identify themselves.",
      ),
    );
  } else if (key === undefined) {
    found.push(
      error(
        "keyMismatch",
        "The private key belongs to none of the certificates; export the certificate that was issued for it.",
      ),
    );
  }
  if (privateKeys.length > 1) {
    const used = leaf === undefined ? "" : `, here that of ${called(leaf)}`;
    const there = someOf(pairForEachKey(material, nowMs).map(describePair));
    const advice = `There are ${there}; choose with source.friendlyName or source.fingerprint.`;
    found.push(
      warning("severalKeys", `The file holds ${privateKeys.length} private keys; Android uses one${used}. ${advice}`),
    );
  }
  return found;
}

function dateFindings(leaf: Certificate, { issuers }: Chain, { nowMs, renewBeforeDays }: FindingOptions): Finding[] {
  const found: Finding[] = [];
  const { notBefore, notAfter } = leaf;
  const startAt = Date.parse(notBefore);
  const endAt = Date.parse(notAfter);
  if (nowMs > endAt) {
    found.push(error("expired", `The certificate ${called(leaf)} expired on ${day(notAfter)}; have a new one issued.`));
  } else if (renewalOf(notBefore, notAfter, renewBeforeDays, nowMs).readyForRenewal) {
    const days = daysBetween(nowMs, endAt);
    found.push(
      warning("expiresSoon", `The certificate ${called(leaf)} expires on ${day(notAfter)}, ${within(days)}; renew it.`),
    );
  }
  if (nowMs < startAt) {
    found.push(warning("notYetValid", `The certificate ${called(leaf)} is not valid before ${notBefore}.`));
  }
  const expired = issuers.find((issuer) => nowMs > Date.parse(issuer.notAfter));
  if (expired !== undefined) {
    found.push(warning("issuerExpired", `The issuer ${called(expired)} expired on ${day(expired.notAfter)}.`));
  }
  return found;
}

function chainFindings(leaf: Certificate, { issuers, complete, extras, impostor }: Chain): Finding[] {
  const found: Finding[] = [];
  const last = issuers.at(-1) ?? leaf;
  // Without the missing link nothing shows where the remaining certificates belong.
  const gap = !complete && extras.length > 0;
  if (impostor !== undefined) {
    const message = `The certificate of ${called(last)} is signed by ${quoted(last.issuer)}, but the one in the file with this name did not make the signature; add the right one.`;
    found.push(warning("chainGap", message));
  } else if (gap) {
    const message = `The chain has a gap: the certificate of ${quoted(last.issuer)}, the issuer of ${called(last)}, is missing; add it.`;
    found.push(warning("chainGap", message));
  } else if (!complete) {
    const message = `The chain ends at ${called(last)} without its root; servers that need it will have to know ${quoted(last.issuer)}.`;
    found.push(warning("noRoot", message));
  }
  if (complete && extras.length > 0) {
    const message = `The file holds ${counted(extras.length, "certificate")} outside the chain: ${someOf(extras.map(called))}.`;
    found.push(warning("extraCertificates", message));
  }
  return found;
}

function strengthFindings({ leaf, key, issuers }: Chain): Finding[] {
  const found: Finding[] = [];
  for (const certificate of leaf === undefined ? [] : [leaf, ...issuers]) {
    const { keyKind, signatureAlgorithm, subject, issuer } = certificate;
    if (isWeakKey(keyKind)) {
      found.push(
        warning(
          "weakKey",
          `The key of ${called(certificate)} is weak (${keyKind.label}); use RSA 2048 or EC P-256 at least.`,
        ),
      );
    }
    // Nobody relies on a root's signature over itself.
    if (isWeakSignature(signatureAlgorithm) && subject !== issuer) {
      found.push(
        warning(
          "weakSignature",
          `The certificate ${called(certificate)} is signed with ${signatureAlgorithm}, which is broken; have it issued again.`,
        ),
      );
    }
  }
  if (key !== undefined && !isReadOnAndroid(key.keyKind)) {
    found.push(
      warning(
        "androidKeyType",
        `No Android version reads a private key of type ${key.keyKind.label}; use RSA 2048 or EC P-256.`,
      ),
    );
  }
  return found;
}

function fileFindings({ encoding, otherBags = [], hasTrimmedPassword = false }: Examined): Finding[] {
  const found: Finding[] = [];
  if (encoding !== undefined && encoding.mac === undefined) {
    found.push(warning("noMac", "The file has no checksum (MAC), so damage to it can go unnoticed."));
  }
  if (otherBags.length > 0) {
    const types = new Set(
      otherBags.map(({ type, oid }) =>
        type === "unknown" ? oid : type === "privateKey" ? `private key ${oid}` : type,
      ),
    );
    found.push(
      warning(
        "ignoredEntries",
        `${counted(otherBags.length, "entry", "entries")} of the file will not be used (${someOf([...types])}).`,
      ),
    );
  }
  if (hasTrimmedPassword) {
    const message =
      "The given password ends with a line break, which is no part of it; it is used without: take the line break away where the password is stored.";
    found.push(warning("passwordLineBreak", message));
  }
  return found;
}

/** NIST SP 800-131A: below 112 bits of strength. */
function isWeakKey({ type, bits, curve }: PublicKeyKind): boolean {
  if (type === "EC") return curve === "P-192" || curve === "brainpoolP192r1";
  return (type === "RSA" || type === "RSA-PSS" || type === "DSA") && bits < 2048;
}

function error(code: FindingCode, message: string): Finding {
  return { code, severity: "error", message };
}

function warning(code: FindingCode, message: string): Finding {
  return { code, severity: "warning", message };
}

function called({ subject, serialNumber }: Certificate): string {
  return subject === "" ? `number ${serialNumber}` : quoted(subject);
}

function someOf(names: readonly string[]): string {
  const some = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${some} and ${names.length - 3} more` : some;
}

function quoted(name: string): string {
  return `"${printable(name)}"`;
}

function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

function within(days: number): string {
  return days < 1 ? "within a day" : `in ${counted(days, "day")}`;
}

function day(iso: string): string {
  return iso.slice(0, 10);
}
