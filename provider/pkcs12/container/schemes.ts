// Reads the AlgorithmIdentifier of something encrypted into a scheme: derivation, cipher and their parameters.
// Does no work; every cap is checked here, before any. Unknown algorithms are named with their OID and place.
// Follows RFC 7292 appendix C (PKCS#12 PBE) and RFC 8018 appendix A (PBES1, PBES2); RC2 versions: RFC 8018 B.2.3.

import { type BerElement, Tag, octetsOf } from "../asn1/ber";
import { type Cipher, des2Cbc, des3Cbc, desCbc, pbes2Ciphers, rc2Cbc, rc2CbcOid, rc4Cipher } from "../crypto/ciphers";
import { corrupt, unsupported } from "../errors";
import { type AlgorithmIdentifier, algorithmOf, readSequence, integerOf } from "../asn1/sequence-reader";
import { type Hash, hashByHmacOid, md5, sha1 } from "../crypto/hashes";
import { type ScryptCost, checkIterations, checkScrypt } from "../limits";

export type Derivation =
  | { readonly function: "PBKDF2"; readonly salt: Buffer; readonly iterations: number; readonly prf: Hash }
  | { readonly function: "scrypt"; readonly salt: Buffer; readonly cost: ScryptCost };

export type Scheme =
  | { readonly family: "pkcs12"; readonly cipher: Cipher; readonly salt: Buffer; readonly iterations: number }
  | {
      readonly family: "pbes1";
      readonly cipher: Cipher;
      readonly hash: Hash;
      readonly salt: Buffer;
      readonly iterations: number;
    }
  | {
      readonly family: "pbes2";
      readonly cipher: Cipher;
      readonly derivation: Derivation;
      readonly iv: Buffer;
      /** Of an authenticating cipher, in bytes; else 0. */
      readonly tagLength: number;
    };

const pkcs5 = "1.2.840.113549.1.5";
const pkcs12Pbe = "1.2.840.113549.1.12.1";
export const oidPbkdf2 = `${pkcs5}.12`;
export const oidPbes2 = `${pkcs5}.13`;
export const oidPbeSha1And3Des = `${pkcs12Pbe}.3`;
const oidScrypt = "1.3.6.1.4.1.11591.4.11";

const pkcs12Ciphers: Readonly<Record<string, Cipher>> = {
  [`${pkcs12Pbe}.1`]: rc4Cipher(16),
  [`${pkcs12Pbe}.2`]: rc4Cipher(5),
  [oidPbeSha1And3Des]: des3Cbc,
  [`${pkcs12Pbe}.4`]: des2Cbc,
  [`${pkcs12Pbe}.5`]: rc2Cbc(16, 128),
  [`${pkcs12Pbe}.6`]: rc2Cbc(5, 40),
};

const pbes1Ciphers: Readonly<Record<string, readonly [Hash, Cipher]>> = {
  [`${pkcs5}.3`]: [md5, desCbc],
  [`${pkcs5}.6`]: [md5, rc2Cbc(8, 64)],
  [`${pkcs5}.10`]: [sha1, desCbc],
  [`${pkcs5}.11`]: [sha1, rc2Cbc(8, 64)],
};

/** @param where what is encrypted, for sentences ("the certificates"). */
export function schemeOf(algorithm: AlgorithmIdentifier, where: string): Scheme {
  const { oid, parameters } = algorithm;
  if (oid === oidPbes2) return pbes2Scheme(parameters, where);
  const cipher = pkcs12Ciphers[oid];
  if (cipher !== undefined) return { family: "pkcs12", cipher, ...pbeParameters(parameters, where) };
  const pbes1 = pbes1Ciphers[oid];
  if (pbes1 === undefined) throw unsupported("an unknown encryption", where, oid);
  return { family: "pbes1", hash: pbes1[0], cipher: pbes1[1], ...pbeParameters(parameters, where) };
}

/** PBKDF2's parameters, which PBMAC1 shares. `keyLength` is undefined when the file leaves it to the cipher. */
export function pbkdf2Of(
  { oid, parameters }: AlgorithmIdentifier,
  where: string,
): { derivation: Derivation & { function: "PBKDF2" }; keyLength: number | undefined } {
  if (oid !== oidPbkdf2) throw unsupported("an unknown key derivation", where, oid);
  const fields = readSequence(need(parameters, where), `PBKDF2 parameters of ${where}`);
  const salt = octetsOf(fields.take(Tag.octetString));
  const iterations = checkIterations(integerOf(fields.take(Tag.integer)));
  const keyLength = fields.maybe(Tag.integer);
  const prfElement = fields.maybe(Tag.sequence);
  const prfOid = prfElement === undefined ? sha1.hmacOid : algorithmOf(prfElement, `PBKDF2 function of ${where}`).oid;
  const prf = hashByHmacOid(prfOid);
  if (prf === undefined) throw unsupported("an unknown PBKDF2 function", where, prfOid);
  const derivation = { function: "PBKDF2", salt, iterations, prf } as const;
  return { derivation, keyLength: keyLength === undefined ? undefined : integerOf(keyLength) };
}

function pbes2Scheme(parameters: BerElement | undefined, where: string): Scheme {
  const fields = readSequence(need(parameters, where), `PBES2 parameters of ${where}`);
  const kdf = algorithmOf(fields.take(Tag.sequence), `key derivation of ${where}`);
  const encryption = algorithmOf(fields.take(Tag.sequence), `cipher of ${where}`);
  const { derivation, keyLength } = kdf.oid === oidScrypt ? scryptOf(kdf, where) : pbkdf2Of(kdf, where);
  return { family: "pbes2", derivation, ...cipherOf(encryption, keyLength, where) };
}

function scryptOf(
  { parameters }: AlgorithmIdentifier,
  where: string,
): { derivation: Derivation; keyLength: undefined } {
  const fields = readSequence(need(parameters, where), `scrypt parameters of ${where}`);
  const salt = octetsOf(fields.take(Tag.octetString));
  const cost = integerOf(fields.take(Tag.integer));
  const blockSize = integerOf(fields.take(Tag.integer));
  const scryptCost = { cost, blockSize, parallelization: integerOf(fields.take(Tag.integer)) };
  checkScrypt(scryptCost);
  return { derivation: { function: "scrypt", salt, cost: scryptCost }, keyLength: undefined };
}

/** The cipher with its IV. A key length beside it counts for RC2 only: some writers put a wrong one beside AES. */
function cipherOf(
  { oid, parameters }: AlgorithmIdentifier,
  keyLength: number | undefined,
  where: string,
): { cipher: Cipher; iv: Buffer; tagLength: number } {
  if (oid === rc2CbcOid) return rc2Of(need(parameters, where), keyLength, where);
  const cipher = pbes2Ciphers[oid];
  if (cipher === undefined) throw unsupported("an unknown cipher", where, oid);
  if (cipher.mode === "gcm") {
    const fields = readSequence(need(parameters, where), `cipher parameters of ${where}`);
    const iv = octetsOf(fields.take(Tag.octetString));
    const length = fields.maybe(Tag.integer);
    // RFC 5084: 12 is the default, 12 to 16 are allowed.
    const tagLength = length === undefined ? 12 : integerOf(length);
    if (tagLength < 12 || tagLength > 16 || iv.length < 1 || iv.length > 64) {
      throw corrupt(`the cipher parameters of ${where} make no sense`);
    }
    return { cipher, iv, tagLength };
  }
  return { cipher, iv: ivOf(octetsOf(need(parameters, where)), cipher, where), tagLength: 0 };
}

function rc2Of(parameters: BerElement, keyLength: number | undefined, where: string) {
  const fields = readSequence(parameters, `RC2 parameters of ${where}`);
  const versionElement = fields.maybe(Tag.integer);
  const version = versionElement === undefined ? undefined : integerOf(versionElement);
  // RFC 8018 B.2.3: three versions stand for sizes below 256 bits; none at all means 32 bits.
  const sizes = new Map<number | undefined, number>([
    [undefined, 32],
    [160, 40],
    [120, 64],
    [58, 128],
  ]);
  const effectiveBits = sizes.get(version) ?? version ?? 0;
  const length = keyLength ?? Math.ceil(effectiveBits / 8);
  if (effectiveBits < 1 || effectiveBits > 1024 || length < 1 || length > 128) {
    throw corrupt(`the RC2 parameters of ${where} make no sense`);
  }
  const cipher = rc2Cbc(length, effectiveBits);
  return { cipher, iv: ivOf(octetsOf(fields.take(Tag.octetString)), cipher, where), tagLength: 0 };
}

function ivOf(iv: Buffer, cipher: Cipher, where: string): Buffer {
  if (iv.length !== cipher.ivLength) throw corrupt(`the initialization vector of ${where} has a wrong length`);
  return iv;
}

function pbeParameters(parameters: BerElement | undefined, where: string): { salt: Buffer; iterations: number } {
  const fields = readSequence(need(parameters, where), `encryption parameters of ${where}`);
  const salt = octetsOf(fields.take(Tag.octetString));
  return { salt, iterations: checkIterations(integerOf(fields.take(Tag.integer))) };
}

function need(parameters: BerElement | undefined, where: string): BerElement {
  if (parameters === undefined) throw corrupt(`the encryption of ${where} has no parameters`);
  return parameters;
}
