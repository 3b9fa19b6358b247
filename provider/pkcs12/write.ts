// Writes a PKCS#12 file that Android reads: leaf first, then its issuers, names on leaf and key alike.
// The same content, profile and password give the same bytes, so that a file made anew is no change.
// Follows RFC 7292 and docs/background/pkcs12-and-android.md, sections 7 to 9.

import { createHash, createHmac } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { context } from "./asn1/ber";
import type { Certificate } from "./x509/certificate";
import { chainOf } from "./x509/chain";
import { pairForEachKey } from "./x509/leaf-choice";
import { bmpString, der, explicit, integer, objectIdentifier, octetString, sequence, setOf } from "./asn1/der";
import { checkAtMost, checkIterations, mapInTurns, maxWrittenCertificateBytes } from "./limits";
import type { PrivateKey } from "./x509/private-key";
import { type Profile, type SaltSource, defaultIterations, encrypt, macData } from "./container/profiles";
import type { KeyMaterial } from "./x509/key-material";
import { Bag, oidData, oidEncryptedData, oidFriendlyName, oidLocalKeyId, oidX509Certificate } from "./container/safes";

export interface WriteOptions {
  /** `androidLegacy`: SHA1-3DES and HMAC-SHA-1, read by Android 9 to 16. `modern`: AES-256 and HMAC-SHA-256, from 14. */
  readonly profile: Profile;
  /** May be empty; Android reads `androidLegacy` with an empty password, `modern` not. */
  readonly password: string;
  /** The name on key and leaf, or on the first certificate of a file without keys; without it, the names that they have. */
  readonly friendlyName?: string | undefined;
  /** Of every derivation in the file; default 2,048 in `androidLegacy` and 10,000 in `modern`, at most 10 million. */
  readonly iterations?: number | undefined;
  /** Milliseconds since 1970: of several certificates of a key the newest that is valid then becomes its own. */
  readonly nowMs?: number | undefined;
}

/**
 * A PKCS#12 file of all the given certificates and keys, with the same `digestOf`: made anew, or re-encoded when the
 * material is a file that was read.
 * @throws Pkcs12Error `limit` for certificates of more than 4 MB together
 */
export async function writePkcs12(material: KeyMaterial, options: WriteOptions): Promise<Uint8Array> {
  const { profile, password } = options;
  const iterations = checkIterations(options.iterations ?? defaultIterations[profile]);
  const length = material.certificates.reduce((sum, { der }) => sum + der.length, 0);
  checkAtMost("the length of all certificates to be written, in bytes,", length, maxWrittenCertificateBytes);
  await nextTurn();
  const { certificates, privateKeys } = inOrder(material, options.nowMs);
  const settings = { profile, password, iterations, saltFor: saltSource(privateKeys, profile, password) };
  const leaves = new Map(pairForEachKey({ certificates, privateKeys }, options.nowMs).map((pair) => [pair.key, pair]));
  const pairs = privateKeys.map((key) => namedPair(key, leaves.get(key)?.certificate, options.friendlyName));
  const safes: Buffer[] = [];
  if (certificates.length > 0) {
    const bags = await mapInTurns(certificates, 500, (certificate) => {
      const alone = pairs.length === 0 ? namesWithoutKey(certificate, certificates, options.friendlyName) : undefined;
      return certificateBag(certificate, alone ?? pairs.find(({ leaf }) => leaf === certificate)?.names);
    });
    const { algorithm, content } = await encrypt(sequence(...bags), settings);
    const info = sequence(objectIdentifier(oidData), algorithm, der(context(0), content));
    safes.push(contentInfo(oidEncryptedData, sequence(integer(0), info)));
  }
  const keyBags: Buffer[] = [];
  for (const { key, names } of pairs) {
    const { algorithm, content } = await encrypt(key.pkcs8, settings);
    keyBags.push(bag(Bag.shroudedKey, sequence(algorithm, octetString(content)), names));
  }
  if (keyBags.length > 0) safes.push(contentInfo(oidData, octetString(sequence(...keyBags))));
  const authSafe = sequence(...safes);
  await nextTurn();
  const mac = await macData(authSafe, settings);
  return sequence(integer(3), contentInfo(oidData, octetString(authSafe)), mac);
}

/** The leaf and its key first, then its issuers upwards: old Bouncy Castle pairs the key with the first certificate. */
function inOrder(material: KeyMaterial, nowMs: number | undefined): KeyMaterial {
  const { leaf, key, issuers, extras } = chainOf(material, { nowMs });
  const others = material.privateKeys.filter((other) => other !== key);
  return {
    certificates: [...(leaf === undefined ? [] : [leaf]), ...issuers, ...extras],
    privateKeys: [...(key === undefined ? [] : [key]), ...others],
  };
}

interface Names {
  readonly friendlyName: string | undefined;
  /** Pairs a key with its certificate. */
  readonly localKeyId: Buffer | undefined;
}

interface NamedPair {
  readonly key: PrivateKey;
  readonly leaf: Certificate | undefined;
  readonly names: Names | undefined;
}

function namedPair(key: PrivateKey, leaf: Certificate | undefined, wantedName: string | undefined): NamedPair {
  if (leaf === undefined) return { key, leaf, names: undefined };
  const friendlyName = wantedName ?? key.friendlyName ?? leaf.friendlyName;
  // SHA-1 of the certificate, as OpenSSL does; it only has to be the same on both.
  const localKeyId = createHash("sha1").update(leaf.der).digest();
  return { key, leaf, names: { friendlyName, localKeyId } };
}

/** Android's reader lists a certificate without a key by its name alone. Beside a key such names could be taken for it. */
function namesWithoutKey(
  certificate: Certificate,
  [first]: readonly Certificate[],
  wantedName: string | undefined,
): Names | undefined {
  const friendlyName = (certificate === first ? wantedName : undefined) ?? certificate.friendlyName;
  return friendlyName === undefined ? undefined : { friendlyName, localKeyId: undefined };
}

function certificateBag(certificate: Certificate, names: Names | undefined): Buffer {
  const value = sequence(objectIdentifier(oidX509Certificate), explicit(0, octetString(certificate.der)));
  return bag(Bag.certificate, value, names);
}

function bag(type: string, value: Buffer, names: Names | undefined): Buffer {
  const parts = [objectIdentifier(type), explicit(0, value)];
  if (names !== undefined) {
    const { localKeyId, friendlyName } = names;
    const attributes = [
      ...(localKeyId === undefined ? [] : [attribute(oidLocalKeyId, octetString(localKeyId))]),
      ...(friendlyName === undefined ? [] : [attribute(oidFriendlyName, bmpString(friendlyName))]),
    ];
    parts.push(setOf(...attributes));
  }
  return sequence(...parts);
}

function attribute(oid: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(oid), setOf(value));
}

function contentInfo(type: string, content: Buffer): Buffer {
  return sequence(objectIdentifier(type), explicit(0, content));
}

/**
 * Salts by HMAC under the private key, which no reader of the file has: they tell nothing about the password, and are
 * others for other content. Without a private key there is no such secret, so the password is left out, for a salt
 * made of it alone would let anyone test guesses without the iterations.
 */
function saltSource(privateKeys: readonly PrivateKey[], profile: Profile, password: string): SaltSource {
  const secret = Buffer.concat(privateKeys.map(({ pkcs8 }) => pkcs8));
  const use = `pulumi-esper pkcs12 ${profile} ${privateKeys.length > 0 ? password : ""}`;
  const seed = createHmac("sha256", secret).update(use).digest();
  return (purpose, content, length) => {
    return createHmac("sha256", seed).update(`${purpose} `).update(content).digest().subarray(0, length);
  };
}
