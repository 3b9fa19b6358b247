// Which certificate is the leaf, and with which key: a file may hold several keys, and several certificates of one key, such as
// the one before a renewal. Pure; the instant is an argument.
// The rule: of the certificates with the key's public key the one that the key's localKeyID names; if that leaves several, the
// newest that is valid then. Follows docs/design.md, section 2 (`source`).

import { printable } from "../../printable";
import { Pkcs12Error } from "../errors";
import { groupBy } from "../group-by";
import type { Certificate } from "./certificate";
import type { KeyMaterial } from "./key-material";
import type { PrivateKey } from "./private-key";
import { comparableKey } from "./public-key";

/** How a program picks one of several. */
export interface LeafChoice {
  /** The name on the key or its certificate. */
  readonly friendlyName?: string | undefined;
  /** The certificate's SHA-256 in hex, in any case, with or without colons. */
  readonly fingerprint?: string | undefined;
}

/** A key with one certificate of its own. */
export interface Pair {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

/** Every key with each of its certificates, in the file's order. */
export function pairsOf({ certificates, privateKeys }: KeyMaterial): Pair[] {
  const byKey = groupBy(certificates, ({ publicKey }) => comparableKey(publicKey));
  return privateKeys.flatMap((key) => {
    return (byKey.get(comparableKey(key.publicKey)) ?? []).map((certificate) => ({ key, certificate }));
  });
}

/** One pair for each key that has a certificate. Without an instant the newest counts, valid or not. */
export function pairForEachKey(material: KeyMaterial, nowMs?: number): Pair[] {
  return bestForEachKey(pairsOf(material), nowMs);
}

/**
 * The leaf and its key; undefined when no key has a certificate.
 * @throws Pkcs12Error `noSuchEntry` when nothing fits the choice
 */
export function choosePair(material: KeyMaterial, choice: LeafChoice, nowMs?: number): Pair | undefined {
  const pairs = pairsOf(material);
  const fitting = pairs.filter((pair) => fits(pair, choice));
  if (fitting.length === 0 && isChosen(choice)) {
    const by = choice.fingerprint === undefined ? "friendlyName" : "fingerprint";
    throw new Pkcs12Error({
      kind: "noSuchEntry",
      by,
      known: bestForEachKey(pairs, nowMs).slice(0, 5).map(describePair),
    });
  }
  const candidates = bestForEachKey(fitting, nowMs);
  return candidates.find(({ certificate }) => isValid(certificate, nowMs)) ?? candidates[0];
}

/** A certificate and its names, for sentences: `"CN=corp" (named "client", until 2027-03-01)`. */
export function describePair({ key, certificate }: Pair): string {
  const { subject, serialNumber, notAfter } = certificate;
  const name = key.friendlyName ?? certificate.friendlyName;
  const until = `until ${notAfter.slice(0, 10)}`;
  return `${subject === "" ? `number ${serialNumber}` : `"${printable(subject)}"`} (${name === undefined ? "" : `named "${printable(name)}", `}${until})`;
}

function isChosen({ friendlyName, fingerprint }: LeafChoice): boolean {
  return friendlyName !== undefined || fingerprint !== undefined;
}

function fits({ key, certificate }: Pair, { friendlyName, fingerprint }: LeafChoice): boolean {
  const isNamed = friendlyName === undefined || [key.friendlyName, certificate.friendlyName].includes(friendlyName);
  return isNamed && (fingerprint === undefined || hexOf(fingerprint) === certificate.sha256Fingerprint);
}

function hexOf(fingerprint: string): string {
  return fingerprint.replaceAll(/[:\s]/gu, "").toLowerCase();
}

function bestForEachKey(pairs: readonly Pair[], nowMs: number | undefined): Pair[] {
  return [...groupBy(pairs, ({ key }) => key).values()].flatMap((ofKey) => {
    const named = ofKey.filter(({ key, certificate }) => isNamedBy(certificate, key));
    const candidates = named.length === 0 ? ofKey : named;
    const valid = candidates.filter(({ certificate }) => isValid(certificate, nowMs));
    const [best] = [...(valid.length === 0 ? candidates : valid)].sort(newestFirst);
    return best === undefined ? [] : [best];
  });
}

function isNamedBy({ localKeyId }: Certificate, key: PrivateKey): boolean {
  return localKeyId !== undefined && key.localKeyId?.equals(localKeyId) === true;
}

function isValid({ notBefore, notAfter }: Certificate, nowMs: number | undefined): boolean {
  return nowMs === undefined || (Date.parse(notBefore) <= nowMs && nowMs <= Date.parse(notAfter));
}

function newestFirst({ certificate: one }: Pair, { certificate: other }: Pair): number {
  return (
    Date.parse(other.notBefore) - Date.parse(one.notBefore) || Date.parse(other.notAfter) - Date.parse(one.notAfter)
  );
}
