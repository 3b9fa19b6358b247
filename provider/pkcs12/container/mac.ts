// The checksum (MAC) over a PKCS#12 file's contents: reads its description and checks it with a password.
// Follows RFC 7292 section 4 (MacData) and RFC 9579 (PBMAC1).

import { createHmac, timingSafeEqual } from "node:crypto";
import { type BerElement, Tag, octetsOf } from "../asn1/ber";
import type { MacDescription } from "./encoding";
import { corrupt, unsupported } from "../errors";
import { type AlgorithmIdentifier, algorithmOf, readSequence, integerOf } from "../asn1/sequence-reader";
import { type Hash, hashByHmacOid, hashByOid, isDamagedHashOid } from "../crypto/hashes";
import { Purpose, pbkdf2, pkcs12Kdf } from "../crypto/kdf";
import { checkIterations } from "../limits";
import { pbkdf2Of } from "./schemes";
import type { Decryptor } from "./decryptor";

const oidPbmac1 = "1.2.840.113549.1.5.14";

export interface Mac {
  readonly kind: "pkcs12" | "pbmac1";
  readonly hash: Hash;
  readonly salt: Buffer;
  readonly iterations: number;
  /** PBMAC1 only: the hash of the derivation, and the length of its key. */
  readonly pbkdf2?: { readonly prf: Hash; readonly keyLength: number };
  readonly expected: Buffer;
}

export function macOf(macData: BerElement): Mac {
  const fields = readSequence(macData, "MAC data");
  const digestInfo = readSequence(fields.take(Tag.sequence), "MAC value");
  const algorithm = algorithmOf(digestInfo.take(Tag.sequence), "MAC algorithm");
  const expected = octetsOf(digestInfo.take(Tag.octetString));
  const salt = octetsOf(fields.take(Tag.octetString));
  const count = fields.maybe(Tag.integer);
  if (algorithm.oid === oidPbmac1) return pbmac1Of(algorithm, expected);
  const hash = hashByOid(algorithm.oid);
  if (hash === undefined) {
    if (isDamagedHashOid(algorithm.oid)) throw corrupt("the name of its MAC's hash was changed");
    throw unsupported("an unknown hash", "its MAC", algorithm.oid);
  }
  // RFC 7292: the count's default is 1.
  const iterations = checkIterations(count === undefined ? 1 : integerOf(count));
  return { kind: "pkcs12", hash, salt, iterations, expected };
}

function pbmac1Of(algorithm: AlgorithmIdentifier, expected: Buffer): Mac {
  if (algorithm.parameters === undefined) throw corrupt("the MAC has no parameters");
  const fields = readSequence(algorithm.parameters, "PBMAC1 parameters");
  const kdf = algorithmOf(fields.take(Tag.sequence), "key derivation of the MAC");
  const scheme = algorithmOf(fields.take(Tag.sequence), "PBMAC1 scheme");
  const { derivation, keyLength } = pbkdf2Of(kdf, "its MAC");
  const hash = hashByHmacOid(scheme.oid);
  if (hash === undefined) throw unsupported("an unknown hash", "its MAC", scheme.oid);
  // RFC 9579 section 5 requires a length and 20 bytes at least; longer than 64 is of no use with any hash.
  if (keyLength === undefined || keyLength < 20 || keyLength > 64) {
    throw corrupt("the MAC's key length is missing or out of range");
  }
  const { salt, iterations, prf } = derivation;
  return { kind: "pbmac1", hash, salt, iterations, pbkdf2: { prf, keyLength }, expected };
}

export function describeMac({ kind, hash, iterations }: Mac): MacDescription {
  const name = `${kind === "pbmac1" ? "PBMAC1 " : ""}HMAC-${hash.name}`;
  return { name, kind, hash: hash.name, iterations };
}

/** True when the MAC fits with one form of the password, which the decryptor then remembers. */
export async function macFits(mac: Mac, content: Buffer, decryptor: Decryptor): Promise<boolean> {
  const kind = mac.kind === "pbmac1" ? "narrow" : "wide";
  for (const form of decryptor.candidates(kind)) {
    decryptor.budget.spend(mac.iterations);
    const computed = createHmac(mac.hash.nodeName, await macKey(mac, form))
      .update(content)
      .digest();
    if (computed.length === mac.expected.length && timingSafeEqual(computed, mac.expected)) {
      decryptor.remember(kind, form, "byMac");
      return true;
    }
  }
  return false;
}

function macKey({ hash, salt, iterations, pbkdf2: parameters }: Mac, password: Buffer): Promise<Buffer> {
  if (parameters !== undefined) return pbkdf2(parameters.prf, password, salt, iterations, parameters.keyLength);
  return pkcs12Kdf(hash, Purpose.mac, password, salt, iterations, hash.digestLength);
}
