// What an issuer is asked to sign: names, days, a public key, and the same as a certificate request (PKCS#10) in PEM.
// It must not know which issuer is asked.

import type { webcrypto } from "node:crypto";
import type { CertificateNames } from "../template/names";
import { type DeviceKey, signingAlgorithmOf } from "./keys";
import { alternativeNames, encodedName, loadX509 } from "./x509";

export interface SigningRequest {
  readonly names: CertificateNames;
  readonly days: number;
  readonly publicKey: webcrypto.CryptoKey;
  /** Made when it is asked for: an own authority needs none. */
  readonly pem: () => Promise<string>;
}

export function requestFor(key: DeviceKey, names: CertificateNames, days: number): SigningRequest {
  return { names, days, publicKey: key.publicKey, pem: () => pemOf(key, names) };
}

async function pemOf({ publicKey, privateKey }: DeviceKey, names: CertificateNames): Promise<string> {
  const x509 = await loadX509();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: encodedName(x509, names),
    keys: { publicKey, privateKey },
    signingAlgorithm: signingAlgorithmOf(privateKey),
    extensions: [...alternativeNames(x509, names)],
  });
  return request.toString("pem");
}
