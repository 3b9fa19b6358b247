// Says in words what kind of public key a SubjectPublicKeyInfo holds: "RSA 2048", "EC P-256", "Ed25519".
// Reads the structure only; the mathematics is node:crypto's.
// OIDs: RFC 3279, RFC 5480, RFC 5639 (brainpool), RFC 8410.

import { type BerElement, Tag, childrenOf, contentOf, readElement } from "../asn1/ber";
import { algorithmOf, readSequence, oidOf } from "../asn1/sequence-reader";

export interface PublicKeyKind {
  readonly type: "RSA" | "RSA-PSS" | "DSA" | "EC" | "EdDSA" | "other";
  /** The field size that strength is judged by: modulus bits, or 0 where the type fixes it. */
  readonly bits: number;
  /** EC only, such as "P-256". */
  readonly curve?: string;
  /** For people: "RSA 2048", "EC P-256", "Ed25519", or an OID. */
  readonly label: string;
}

const oidRsa = "1.2.840.113549.1.1.1";
const oidRsaPss = "1.2.840.113549.1.1.10";
const oidDsa = "1.2.840.10040.4.1";
const oidEc = "1.2.840.10045.2.1";
const edwards: Readonly<Record<string, string>> = { "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448" };

const curves: Readonly<Record<string, string>> = {
  "1.2.840.10045.3.1.1": "P-192",
  "1.3.132.0.33": "P-224",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
  "1.3.132.0.10": "secp256k1",
  "1.3.36.3.3.2.8.1.1.3": "brainpoolP192r1",
  "1.3.36.3.3.2.8.1.1.5": "brainpoolP224r1",
  "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
  "1.3.36.3.3.2.8.1.1.9": "brainpoolP320r1",
  "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
  "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
};

export function publicKeyKind(spki: BerElement): PublicKeyKind {
  const fields = readSequence(spki, "public key");
  const { oid, parameters } = algorithmOf(fields.take(Tag.sequence), "public key algorithm");
  const bitString = fields.take(Tag.bitString);
  if (oid === oidRsa || oid === oidRsaPss) {
    const type = oid === oidRsa ? "RSA" : "RSA-PSS";
    // The first octet of a BIT STRING counts unused bits; a key has none.
    const [modulus] = childrenOf(readElement(contentOf(bitString).subarray(1)));
    return sized(type, modulus);
  }
  if (oid === oidDsa) return sized("DSA", parameters?.constructed === true ? childrenOf(parameters)[0] : undefined);
  if (oid === oidEc) {
    const curveOid = parameters?.tag === Tag.oid ? oidOf(parameters) : undefined;
    const curve = curveOid === undefined ? "with explicit parameters" : (curves[curveOid] ?? curveOid);
    return { type: "EC", bits: 0, curve, label: `EC ${curve}` };
  }
  const edwardsName = edwards[oid];
  if (edwardsName !== undefined) return { type: "EdDSA", bits: 0, label: edwardsName };
  return { type: "other", bits: 0, label: oid };
}

function sized(type: "RSA" | "RSA-PSS" | "DSA", number: BerElement | undefined): PublicKeyKind {
  const bits = number === undefined ? 0 : bitLengthOf(contentOf(number));
  return { type, bits, label: `${type} ${bits}` };
}

function bitLengthOf(integer: Buffer): number {
  const first = integer.findIndex((octet) => octet !== 0);
  return first < 0 ? 0 : 8 * (integer.length - first) - Math.clz32(integer[first] ?? 0) + 24;
}
