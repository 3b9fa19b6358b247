// Makes PKCS#12 files for the simulator's tests, with a library of its own (node-forge), so that the project's reader
// is not tested against the project's writer. The key is made once; the certificates differ by their names.

import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

const keyPem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
const privateKey = forge.pki.privateKeyFromPem(keyPem.toString());

/** Base64 of a PKCS#12 file, as `cert_data_base64` takes it. "3des" is read by all Androids, "aes256" by newer ones. */
export function makeP12(commonName: string, password: string, algorithm: "3des" | "aes256" = "3des"): string {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = "01";
  certificate.validity.notBefore = new Date("2026-01-01T00:00:00Z");
  certificate.validity.notAfter = new Date("2036-01-01T00:00:00Z");
  const subject = [{ name: "commonName", value: commonName }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.sign(privateKey, forge.md.sha256.create());
  const file = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], password, { algorithm });
  return Buffer.from(forge.asn1.toDer(file).getBytes(), "binary").toString("base64");
}
