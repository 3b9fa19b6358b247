// What an issuer is asked to sign: names, days, a public key, and the same as a certificate request in PEM (PKCS#10, RFC 2986).
// It must not know which issuer is asked.

import { context } from "../../pkcs12/asn1/ber";
import { der, explicit, integer, objectIdentifier, sequence, setOf } from "../../pkcs12/asn1/der";
import type { CertificateNames } from "../template/names";
import { alternativeNames, encodedName } from "../x509/name";
import { pemOf, signed, signingOf } from "../x509/signed";
import type { DeviceKey } from "./keys";

export interface SigningRequest {
  readonly names: CertificateNames;
  readonly days: number;
  /** A SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  /** Made when it is asked for: an own authority needs none. */
  readonly pem: () => Promise<string>;
}

const extensionRequestOid = "1.2.840.113549.1.9.14";

export function requestFor(key: DeviceKey, names: CertificateNames, days: number): SigningRequest {
  return { names, days, publicKey: key.publicKey, pem: () => requestPem(key, names) };
}

async function requestPem({ publicKey, privateKey }: DeviceKey, names: CertificateNames): Promise<string> {
  const signing = signingOf(privateKey);
  if (signing === undefined) throw new Error("The device's key cannot sign its request.");
  const extensions = alternativeNames(names);
  const asked = sequence(objectIdentifier(extensionRequestOid), setOf(sequence(...extensions)));
  const attributes = extensions.length === 0 ? der(context(0) | 0x20) : explicit(0, asked);
  const body = sequence(integer(0), encodedName(names), publicKey, attributes);
  return pemOf("CERTIFICATE REQUEST", await signed(body, privateKey, signing));
}
