// Finds the chain of issuers from the leaf upwards.
// An issuer must bear the right name and have made the signature: names alone are easily imitated.
// Follows docs/background/pkcs12-and-android.md, section 9; what an issuer is, node:crypto's checkIssued and verify say.

import { X509Certificate } from "node:crypto";
import type { Certificate } from "./certificate";
import { groupBy } from "../group-by";
import { comparableName } from "./names";
import type { PrivateKey } from "./private-key";
import type { KeyMaterial } from "./key-material";
import { type LeafChoice, choosePair, pairsOf } from "./leaf-choice";

/** Enough for any real file; a hostile one with thousands of equal names must not keep the processor busy. */
const maxSignatureChecks = 60;
/** Some kB in practice. OpenSSL takes a certificate's lists of names apart, in many times their size. */
const maxCheckedBytes = 64 * 1024;
/** A signature by a larger key takes too long to check; no authority issues with one. */
const maxCheckedKeyBits = 8192;

export interface ChainOptions extends LeafChoice {
  /** Milliseconds since 1970: of several certificates of a key the newest that is valid then is the leaf. */
  readonly nowMs?: number | undefined;
}

export interface Chain {
  readonly leaf: Certificate | undefined;
  /** The leaf's private key. */
  readonly key: PrivateKey | undefined;
  /** From the leaf's issuer upwards. */
  readonly issuers: readonly Certificate[];
  /** The last one signed itself: nothing is missing. */
  readonly complete: boolean;
  /** Not in the chain. */
  readonly extras: readonly Certificate[];
  /** Bears the name of the issuer that is missing, but did not make the signature. */
  readonly impostor: Certificate | undefined;
}

/** @throws Pkcs12Error `noSuchEntry` when no certificate fits what was chosen */
export function chainOf(material: KeyMaterial, { nowMs, ...choice }: ChainOptions = {}): Chain {
  const { certificates } = material;
  const { leaf, key } = leafOf(material, choice, nowMs);
  if (leaf === undefined) {
    return { leaf, key, issuers: [], complete: false, extras: certificates, impostor: undefined };
  }
  const { issuers, complete, impostor } = climb(leaf, certificates);
  const extras = certificates.filter((certificate) => certificate !== leaf && !issuers.includes(certificate));
  return { leaf, key, issuers, complete, extras, impostor };
}

/**
 * What a file with several candidates for the leaf comes down to: the leaf and its key, without the other keys and their
 * certificates. The same material where there is no choice.
 */
export function withoutOtherPairs(material: KeyMaterial, { leaf, key }: Chain): KeyMaterial {
  const pairs = pairsOf(material);
  if (leaf === undefined || key === undefined || pairs.length < 2) return material;
  const others = new Set(pairs.map(({ certificate }) => certificate));
  others.delete(leaf);
  return {
    certificates: material.certificates.filter((certificate) => !others.has(certificate)),
    privateKeys: [key],
  };
}

/** The chosen key's certificate; without keys the certificate that issued no other. */
function leafOf(material: KeyMaterial, choice: LeafChoice, nowMs: number | undefined): Pick<Chain, "leaf" | "key"> {
  const pair = choosePair(material, choice, nowMs);
  if (pair !== undefined) return { leaf: pair.certificate, key: pair.key };
  const { certificates } = material;
  const issuerNames = new Set(
    certificates.filter((entry) => entry.issuer !== entry.subject).map(({ issuer }) => comparableName(issuer)),
  );
  const issuesNothing = certificates.find(({ subject }) => !issuerNames.has(comparableName(subject)));
  return { leaf: issuesNothing ?? certificates[0], key: undefined };
}

/** The shortest way to a certificate that signed itself, or else the longest way there is. */
function climb(
  leaf: Certificate,
  certificates: readonly Certificate[],
): Pick<Chain, "issuers" | "complete" | "impostor"> {
  const byName = groupBy(certificates, ({ subject }) => comparableName(subject));
  // Sorted once: thousands may bear one name.
  const selfIssuedFirst = new Map([...byName].map(([name, all]) => [name, sortedBySelf(all)]));
  const issued = new Map<Certificate, Certificate | undefined>([[leaf, undefined]]);
  const wayTo = (end: Certificate): Certificate[] => {
    const way: Certificate[] = [];
    for (let at: Certificate | undefined = end; at !== undefined; at = issued.get(at)) way.push(at);
    return way.reverse().slice(1);
  };
  let checks = 0;
  let top = leaf;
  let impostor: Certificate | undefined;
  // A Map goes on with what is added while it is walked: breadth first.
  for (const current of issued.keys()) {
    top = current;
    const candidates = selfIssuedFirst.get(comparableName(current.issuer)) ?? [];
    const issuers = candidates.filter((candidate) => checks++ < maxSignatureChecks && hasIssued(candidate, current));
    if (issuers.includes(current)) return { issuers: wayTo(current), complete: true, impostor: undefined };
    impostor = issuers.length === 0 ? candidates.find((candidate) => candidate !== current) : undefined;
    for (const issuer of issuers) if (!issued.has(issuer)) issued.set(issuer, current);
  }
  return { issuers: wayTo(top), complete: false, impostor };
}

function sortedBySelf(certificates: readonly Certificate[]): readonly Certificate[] {
  const others = certificates.filter((certificate) => !isSelfIssued(certificate));
  return [...certificates.filter(isSelfIssued), ...others];
}

function isSelfIssued({ subject, issuer }: Certificate): boolean {
  return comparableName(subject) === comparableName(issuer);
}

// A chain is climbed anew for each certificate that it issued, and its upper part stays the same.
const verdicts = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

function hasIssued(issuer: Certificate, certificate: Certificate): boolean {
  const known = verdicts.get(certificate) ?? new WeakMap<Certificate, boolean>();
  verdicts.set(certificate, known);
  const verdict = known.get(issuer) ?? didIssue(issuer, certificate);
  known.set(issuer, verdict);
  return verdict;
}

function didIssue(issuer: Certificate, certificate: Certificate): boolean {
  if ([issuer, certificate].some(({ der }) => der.length > maxCheckedBytes)) return false;
  if (issuer.keyKind.bits > maxCheckedKeyBits) return false;
  const [parent, child] = [issuer, certificate].map(x509Of);
  if (parent === undefined || child === undefined) return false;
  // A self-signed end certificate may not sign others, which checkIssued asks for.
  return (issuer === certificate || child.checkIssued(parent)) && signatureFits(child, parent);
}

// Climbing and the findings look at the same certificates, and OpenSSL takes longer to read one than to check a signature.
const parsed = new WeakMap<Certificate, X509Certificate | undefined>();

/** Undefined for what OpenSSL cannot read; findings say so of the leaf. */
export function x509Of(certificate: Certificate): X509Certificate | undefined {
  if (!parsed.has(certificate)) parsed.set(certificate, parsedBy(certificate.der));
  return parsed.get(certificate);
}

function parsedBy(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function signatureFits(child: X509Certificate, parent: X509Certificate): boolean {
  try {
    return child.verify(parent.publicKey);
  } catch {
    // A key that OpenSSL cannot use has verified nothing.
    return false;
  }
}
