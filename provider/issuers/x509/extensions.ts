// The extensions of a client's certificate in DER. Follows RFC 5280, section 4.2.

import { createHash } from "node:crypto";
import { Tag, context, contentOf, readElement } from "../../pkcs12/asn1/ber";
import { der, objectIdentifier, octetString, sequence } from "../../pkcs12/asn1/der";
import { readSequence } from "../../pkcs12/asn1/sequence-reader";

export const clientAuthOid = "1.3.6.1.5.5.7.3.2";
export const extendedKeyUsageOid = "2.5.29.37";
export const subjectKeyIdOid = "2.5.29.14";

export function extension(
  oid: string,
  value: Uint8Array,
  { isCritical = false }: { readonly isCritical?: boolean } = {},
): Buffer {
  const critical = isCritical ? [der(Tag.boolean, Buffer.of(0xff))] : [];
  return sequence(objectIdentifier(oid), ...critical, octetString(value));
}

// The first octet counts the bits that are not used: of eight only digitalSignature is.
const digitalSignature = der(Tag.bitString, Buffer.of(7, 0x80));

/** No authority, for digital signatures, and for clients. */
export const clientUses: readonly Buffer[] = [
  extension("2.5.29.19", sequence(), { isCritical: true }),
  extension("2.5.29.15", digitalSignature, { isCritical: true }),
  extension(extendedKeyUsageOid, sequence(objectIdentifier(clientAuthOid))),
];

/** Which key the certificate is for, and which one signed it. */
export function keyIds(publicKey: Buffer, authorityKeyId: Buffer): readonly Buffer[] {
  return [
    extension(subjectKeyIdOid, octetString(keyIdOf(publicKey))),
    extension("2.5.29.35", sequence(der(context(0), authorityKeyId))),
  ];
}

/** SHA-1 of the key's bits, as section 4.2.1.2 proposes. @param publicKey a SubjectPublicKeyInfo */
export function keyIdOf(publicKey: Buffer): Buffer {
  const fields = readSequence(readElement(publicKey), "public key");
  fields.take(Tag.sequence);
  const bits = contentOf(fields.take(Tag.bitString)).subarray(1);
  return createHash("sha1").update(bits).digest();
}
