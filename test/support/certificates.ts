// Certificates for tests, made while the test runs: a self-signed one of any name and life, as PEM and as a PKCS#12 file.
// node-forge signs, so that the project's reader meets certificates that it had no hand in; node:crypto makes the keys.

import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";
import { fromPem, writePkcs12 } from "../../provider/pkcs12";

export interface Identity {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
}

export interface IdentityOptions {
  /** Default two years ago. */
  readonly notBefore?: Date;
  /** Default in ten years. */
  readonly notAfter?: Date;
}

const yearMs = 365 * 24 * 3_600_000;

/** A key and a certificate that it signed for itself. */
export function makeIdentity(commonName: string, { notBefore, notAfter }: IdentityOptions = {}): Identity {
  const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = notBefore ?? new Date(Date.now() - 2 * yearMs);
  certificate.validity.notAfter = notAfter ?? new Date(Date.now() + 10 * yearMs);
  const subject = [{ name: "commonName", value: commonName }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(key, forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), privateKey };
}

/** The file that `source.file` names. `androidLegacy` is read by every Android version, `modern` by newer ones. */
export function p12Of(
  identity: Identity,
  password: string,
  profile: "androidLegacy" | "modern" = "androidLegacy",
): Promise<Uint8Array> {
  return writePkcs12(fromPem(identity), { profile, password });
}
