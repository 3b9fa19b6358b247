// Certificates for tests, made while the test runs: of any name and life, signed by themselves or by another one, as PEM
// and as a PKCS#12 file. node-forge signs, so that the project's reader meets certificates that it had no hand in; node:crypto makes the keys.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import forge from "node-forge";
import { fromPem, writePkcs12 } from "../../provider/pkcs12";

export interface Identity {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** PEM of its issuer's certificate, where it was signed by another one. */
  readonly chain?: string;
}

export interface IdentityOptions {
  /** Default two years ago. */
  readonly notBefore?: Date;
  /** Default in ten years. */
  readonly notAfter?: Date;
  /** Who signs it; default: itself. */
  readonly issuer?: Identity;
  /** Whether it may sign others. Default false. */
  readonly isAuthority?: boolean;
}

const yearMs = 365 * 24 * 3_600_000;

/** A key and its certificate. */
export function makeIdentity(commonName: string, options: IdentityOptions = {}): Identity {
  const { notBefore, notAfter, issuer, isAuthority = false } = options;
  const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  // Of an issuer's certificates no two have the same.
  certificate.serialNumber = issuer === undefined ? "01" : `01${randomBytes(8).toString("hex")}`;
  certificate.validity.notBefore = notBefore ?? new Date(Date.now() - 2 * yearMs);
  certificate.validity.notAfter = notAfter ?? new Date(Date.now() + 10 * yearMs);
  const subject = [{ name: "commonName", value: commonName }];
  certificate.setSubject(subject);
  certificate.setIssuer(
    issuer === undefined ? subject : forge.pki.certificateFromPem(issuer.certificate).subject.attributes,
  );
  if (isAuthority) certificate.setExtensions([{ name: "basicConstraints", cA: true, critical: true }]);
  certificate.sign(
    issuer === undefined ? key : forge.pki.privateKeyFromPem(issuer.privateKey),
    forge.md.sha256.create(),
  );
  const made = { certificate: forge.pki.certificateToPem(certificate), privateKey };
  return issuer === undefined ? made : { ...made, chain: issuer.certificate };
}

/** The file that `source.file` names. `androidLegacy` is read by every Android version, `modern` by newer ones. */
export async function p12Of(
  identity: Identity,
  password: string,
  profile: "androidLegacy" | "modern" = "androidLegacy",
): Promise<Uint8Array> {
  return writePkcs12(await fromPem(identity), { profile, password });
}

/** The same file as `source.base64` takes it. */
export async function base64Of(identity: Identity, password: string): Promise<string> {
  return Buffer.from(await p12Of(identity, password)).toString("base64");
}
