// The hash functions that occur in PKCS#12 files: for MACs, key derivations and PBKDF2.
// A table and two lookups; computing is node:crypto's.

// OIDs: NIST's CSOR (2.16.840.1.101.3.4.2), RFC 8018 B.1 (1.2.840.113549.2), RFC 3370 (SHA-1).

export interface Hash {
  readonly name: string;
  readonly nodeName: string;
  readonly digestLength: number;
  /** The `v` of RFC 7292 B.2, in bytes. */
  readonly blockLength: number;
  readonly oid: string;
  readonly hmacOid: string;
}

const nist = "2.16.840.1.101.3.4.2";
const rsa = "1.2.840.113549.2";

export const md5: Hash = hash("MD5", "md5", 16, 64, `${rsa}.5`, `${rsa}.6`);
export const sha1: Hash = hash("SHA-1", "sha1", 20, 64, "1.3.14.3.2.26", `${rsa}.7`);
export const sha256: Hash = hash("SHA-256", "sha256", 32, 64, `${nist}.1`, `${rsa}.9`);

const hashes: readonly Hash[] = [
  sha1,
  sha256,
  hash("SHA-384", "sha384", 48, 128, `${nist}.2`, `${rsa}.10`),
  hash("SHA-512", "sha512", 64, 128, `${nist}.3`, `${rsa}.11`),
  hash("SHA-224", "sha224", 28, 64, `${nist}.4`, `${rsa}.8`),
  hash("SHA-512/224", "sha512-224", 28, 128, `${nist}.5`, `${rsa}.12`),
  hash("SHA-512/256", "sha512-256", 32, 128, `${nist}.6`, `${rsa}.13`),
  hash("SHA3-224", "sha3-224", 28, 144, `${nist}.7`, `${nist}.13`),
  hash("SHA3-256", "sha3-256", 32, 136, `${nist}.8`, `${nist}.14`),
  hash("SHA3-384", "sha3-384", 48, 104, `${nist}.9`, `${nist}.15`),
  hash("SHA3-512", "sha3-512", 64, 72, `${nist}.10`, `${nist}.16`),
  md5,
];

export function hashByOid(oid: string): Hash | undefined {
  return hashes.find((entry) => entry.oid === oid);
}

export function hashByHmacOid(oid: string): Hash | undefined {
  return hashes.find((entry) => entry.hmacOid === oid);
}

/**
 * True for an unknown OID that differs from a known one in a single arc before the last: no sibling algorithm, but a
 * flipped bit.
 */
export function isDamagedHashOid(oid: string): boolean {
  const arcs = oid.split(".");
  return hashes.some((entry) => {
    const known = entry.oid.split(".");
    const different = known.flatMap((arc, index) => (arc === arcs[index] ? [] : [index]));
    return arcs.length === known.length && different.length === 1 && different[0] !== known.length - 1;
  });
}

function hash(
  name: string,
  nodeName: string,
  digestLength: number,
  blockLength: number,
  oid: string,
  hmacOid: string,
): Hash {
  return { name, nodeName, digestLength, blockLength, oid, hmacOid };
}
