// Makes sure that a PKCS#8 structure is a private key, and finds the public key that belongs to it.
// Algorithm and sizes are looked at before OpenSSL gets the key: of some it computes the public part, which takes minutes where
// the numbers are large enough. The key itself stays in `pkcs8` and goes nowhere else. Follows RFC 5208, 5958 and 8017.

import { type KeyObject, createPrivateKey, createPublicKey } from "node:crypto";
import { type BerElement, Tag, childrenOf, contentOf, octetsOf, rawOf, readElement } from "../asn1/ber";
import { integer, nullValue, objectIdentifier, octetString, sequence } from "../asn1/der";
import { type AlgorithmIdentifier, algorithmOf, innerOf, oidOf, readSequence } from "../asn1/sequence-reader";
import { type Pkcs12Error, corrupt, unsupported } from "../errors";
import { checkAtMost, maxDsaBits, maxEcBytes, maxRsaBits } from "../limits";
import type { BagNames } from "./certificate";
import { type PublicKeyKind, keyTypes, publicKeyKind } from "./public-key";

export interface PrivateKey {
  /** Secret: the key in PKCS#8 DER, not encrypted. */
  readonly pkcs8: Buffer;
  /** Its SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly keyKind: PublicKeyKind;
  readonly friendlyName?: string;
  readonly localKeyId?: Buffer;
}

const keyAdvice = "have the certificate issued for a key of type RSA 2048 or EC P-256";

/** @throws Pkcs12Error `corrupt`, `limit`, or `unsupported` with the OID of a key type or curve that OpenSSL does not know */
export function privateKeyOf(pkcs8: Buffer, names: BagNames = {}): PrivateKey {
  return { pkcs8, ...publicPartOf(keyObjectOf(pkcs8)), ...names };
}

/** The same from any structure that holds one key (PKCS#8, PKCS#1, SEC1), which ends as the same PKCS#8. */
export function privateKeyFrom(der: Buffer, kind: "pkcs8" | "pkcs1" | "sec1" | "dsa"): PrivateKey {
  const key = keyObjectOf(kind === "pkcs8" ? der : wrapped(der, kind));
  return { pkcs8: writtenBy(() => key.export({ type: "pkcs8", format: "der" })), ...publicPartOf(key) };
}

function publicPartOf(key: KeyObject): Pick<PrivateKey, "publicKey" | "keyKind"> {
  const publicKey = writtenBy(() => createPublicKey(key).export({ type: "spki", format: "der" }));
  return { publicKey, keyKind: publicKeyKind(readElement(publicKey)) };
}

/** OpenSSL takes a key whose number is too large for its curve, and cannot write it. */
function writtenBy(write: () => Buffer): Buffer {
  try {
    return write();
  } catch {
    throw senseless();
  }
}

function senseless(): Pkcs12Error {
  return corrupt("a private key's numbers make no sense");
}

function keyObjectOf(pkcs8: Buffer): KeyObject {
  const algorithm = checkedAlgorithm(pkcs8);
  try {
    return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  } catch {
    // OpenSSL's own words ("DECODER routines::unsupported") are the same for every reason.
    const curve = algorithm.oid === keyTypes.ec ? curveOf(algorithm) : undefined;
    if (curve !== undefined && !isKnownCurve(curve))
      throw unsupported("an unknown elliptic curve", "a private key", curve, keyAdvice);
    throw senseless();
  }
}

/** @throws Pkcs12Error before any work is done with the key */
function checkedAlgorithm(pkcs8: Buffer): AlgorithmIdentifier {
  const fields = readSequence(readElement(pkcs8), "private key");
  fields.take(Tag.integer);
  const algorithm = algorithmOf(fields.take(Tag.sequence), "private key's algorithm");
  const content = octetsOf(fields.take(Tag.octetString));
  switch (algorithm.oid) {
    case keyTypes.rsa:
    case keyTypes.rsaPss:
      for (const number of childrenOf(readElement(content))) checkBits(number, maxRsaBits);
      break;
    case keyTypes.dsa:
      for (const number of numbersIn(algorithm.parameters)) checkBits(number, maxDsaBits);
      checkBits(readElement(content), maxDsaBits);
      break;
    case keyTypes.ec: {
      const parameters = algorithm.parameters === undefined ? 0 : rawOf(algorithm.parameters).length;
      checkAtMost("a private key's length in bytes", parameters + content.length, maxEcBytes);
      break;
    }
    case keyTypes.ed25519:
    case keyTypes.ed448:
      break;
    default:
      throw unsupported("an unknown key type", "a private key", algorithm.oid, keyAdvice);
  }
  return algorithm;
}

function numbersIn(parameters: BerElement | undefined): readonly BerElement[] {
  return parameters?.constructed === true ? childrenOf(parameters) : [];
}

function checkBits(number: BerElement, allowed: number): void {
  // The first byte may be there only for the sign.
  checkAtMost("a private key's size in bits", 8 * (contentOf(number).length - 1), allowed);
}

function curveOf({ parameters }: AlgorithmIdentifier): string | undefined {
  return parameters?.tag === Tag.oid ? oidOf(parameters) : undefined;
}

/** Whether OpenSSL can make a key on this curve at all: then the one at hand is damaged. */
function isKnownCurve(curve: string): boolean {
  const one = octetString(Buffer.concat([Buffer.alloc(20), Buffer.of(1)]));
  const key = sequence(
    integer(0),
    sequence(objectIdentifier(keyTypes.ec), objectIdentifier(curve)),
    octetString(sequence(integer(1), one)),
  );
  try {
    createPrivateKey({ key, format: "der", type: "pkcs8" });
    return true;
  } catch {
    return false;
  }
}

/** RFC 8017 A.1.2, RFC 5915 and OpenSSL's own form of a DSA key, as PKCS#8 has them. */
function wrapped(der: Buffer, kind: "pkcs1" | "sec1" | "dsa"): Buffer {
  if (kind === "pkcs1") return pkcs8Of(sequence(objectIdentifier(keyTypes.rsa), nullValue()), der);
  const element = readElement(der);
  if (kind === "sec1") {
    const parameters = childrenOf(element).find(({ tag }) => tag === 0x80);
    if (parameters === undefined) throw corrupt("a private key does not name its curve");
    return pkcs8Of(sequence(objectIdentifier(keyTypes.ec), rawOf(innerOf(parameters, "key's curve"))), der);
  }
  const [, prime, subprime, base, , secret] = childrenOf(element).map(rawOf);
  if (prime === undefined || subprime === undefined || base === undefined || secret === undefined) {
    throw corrupt("a private key lacks a number");
  }
  return pkcs8Of(sequence(objectIdentifier(keyTypes.dsa), sequence(prime, subprime, base)), secret);
}

function pkcs8Of(algorithm: Buffer, key: Buffer): Buffer {
  return sequence(integer(0), algorithm, octetString(key));
}
