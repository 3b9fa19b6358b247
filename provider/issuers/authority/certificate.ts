// The body of a client's certificate, as an own authority signs it: version 3, in DER. Follows RFC 5280, section 4.1.

import { Tag } from "../../pkcs12/asn1/ber";
import { der, explicit, integer, sequence, time } from "../../pkcs12/asn1/der";
import type { CertificateNames } from "../template/names";
import { clientUses, keyIds } from "../x509/extensions";
import { alternativeNames, encodedName } from "../x509/name";

export interface CertificateBody {
  readonly names: CertificateNames;
  /** Whose certificate it will be: a SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** By chance; made positive here. */
  readonly serialNumber: Buffer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly authority: {
    /** Its name in DER, as its own certificate has it. */
    readonly name: Buffer;
    readonly keyId: Buffer;
    /** An AlgorithmIdentifier. */
    readonly algorithm: Buffer;
  };
}

export function certificateBody(said: CertificateBody): Buffer {
  const { names, publicKey, authority } = said;
  const serialNumber = Buffer.from(said.serialNumber);
  // The first bit is the sign, and a number does not begin with a zero byte.
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x3f) | 0x40;
  return sequence(
    explicit(0, integer(2)),
    der(Tag.integer, serialNumber),
    authority.algorithm,
    authority.name,
    sequence(time(said.notBeforeMs), time(said.notAfterMs)),
    encodedName(names),
    publicKey,
    explicit(3, sequence(...clientUses, ...keyIds(publicKey, authority.keyId), ...alternativeNames(names))),
  );
}
