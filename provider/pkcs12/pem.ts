// Makes key material out of PEM or DER: a private key, its certificate, and the issuers beside it.
// The same key in PKCS#1, SEC1 or PKCS#8 gives the same material. Sentences name the part at fault, never its content.
// PEM: RFC 7468, with the older labels of OpenSSL.

import { type KeyObject, createPrivateKey } from "node:crypto";
import { type Certificate, certificateOf } from "./x509/certificate";
import { certificateFor } from "./x509/chain";
import { Pkcs12Error } from "./errors";
import { type PrivateKey, privateKeyFrom } from "./x509/private-key";
import type { KeyMaterial } from "./x509/key-material";

type PemField = "certificate" | "privateKey" | "chain";

export interface PemSource {
  /** PEM (one certificate or several in any order) or the DER of one. */
  readonly certificate: string | Uint8Array;
  /** PKCS#8, PKCS#1 or SEC1, not encrypted; PEM or DER. May stand in the same PEM text as the certificate. */
  readonly privateKey: string | Uint8Array;
  /** More certificates, such as the issuers; one text or a list. */
  readonly chain?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
}

/**
 * The leaf first, then the other certificates as given, doubles folded.
 * @throws Pkcs12Error `badPem`, whose `field` says which part is at fault
 */
export function fromPem({ certificate, privateKey, chain }: PemSource): KeyMaterial {
  const key = readKey(privateKey);
  const chainParts =
    chain === undefined ? [] : typeof chain === "string" || chain instanceof Uint8Array ? [chain] : chain;
  const given = readCertificates(certificate, "certificate");
  const issuers = chainParts.flatMap((part) => readCertificates(part, "chain"));
  const leaf = certificateFor(key, given);
  if (leaf === undefined) {
    throw badPem("certificate", "The private key does not belong to the certificate; give the key it was issued for.");
  }
  const others = [...given, ...issuers].filter(({ der }) => !der.equals(leaf.der));
  const folded = others.filter(({ der }, index) => others.findIndex((other) => other.der.equals(der)) === index);
  return { certificates: [leaf, ...folded], privateKeys: [key] };
}

interface PemBlock {
  readonly label: string;
  readonly body: string;
}

function readCertificates(source: string | Uint8Array, field: "certificate" | "chain"): Certificate[] {
  const text = pemTextOf(source);
  if (text === undefined) return [readCertificate(Buffer.from(source), field)];
  const blocks = blocksOf(text).filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/u.test(label));
  if (blocks.length === 0) {
    throw badPem(field, `The ${field} holds no "BEGIN CERTIFICATE"; give it as PEM or DER.`);
  }
  return blocks.map(({ body }) => readCertificate(Buffer.from(body, "base64"), field));
}

function readCertificate(der: Buffer, field: "certificate" | "chain"): Certificate {
  try {
    return certificateOf(der);
  } catch (error) {
    if (!(error instanceof Pkcs12Error)) throw error;
    throw badPem(field, `The ${field} is damaged or is no X.509 certificate; give it as PEM or DER.`);
  }
}

function readKey(source: string | Uint8Array): PrivateKey {
  const text = pemTextOf(source);
  const key = text === undefined ? derKey(Buffer.from(source)) : pemKey(text);
  if (key === undefined) {
    throw badPem("privateKey", "The private key is damaged or of an unknown kind; give it as PKCS#8, PKCS#1 or SEC1.");
  }
  return privateKeyFrom(key);
}

function pemKey(text: string): KeyObject | undefined {
  const blocks = blocksOf(text).filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [block] = blocks;
  if (block === undefined) {
    throw badPem("privateKey", 'The private key holds no "BEGIN PRIVATE KEY"; give it as PEM or DER.');
  }
  if (blocks.length > 1) throw badPem("privateKey", `The private key's text holds ${blocks.length} keys; give one.`);
  if (block.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type:.*ENCRYPTED/mu.test(block.body)) {
    const advice = "decrypt it first (openssl pkey -in key.pem -out plain.pem), or give a PKCS#12 file";
    throw badPem("privateKey", `The private key is protected by a password; ${advice}.`);
  }
  if (block.label === "OPENSSH PRIVATE KEY") {
    throw badPem("privateKey", "The private key is in OpenSSH's form; convert it with ssh-keygen -p -m PKCS8 first.");
  }
  return derKey(Buffer.from(block.body, "base64"));
}

function derKey(der: Buffer): KeyObject | undefined {
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return createPrivateKey({ key: der, format: "der", type });
    } catch {
      // Not this form; OpenSSL gives no reason worth keeping.
    }
  }
  return undefined;
}

/** The text of PEM; undefined when the bytes are not text. */
function pemTextOf(source: string | Uint8Array): string | undefined {
  if (typeof source === "string") return source;
  const text = Buffer.from(source).toString("latin1");
  return text.includes("-----BEGIN ") ? text : undefined;
}

function blocksOf(text: string): PemBlock[] {
  const pattern = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/gu;
  return Array.from(text.matchAll(pattern), ([, label = "", body = ""]) => ({ label, body }));
}

function badPem(field: PemField, detail: string): Pkcs12Error {
  return new Pkcs12Error({ kind: "badPem", field, detail });
}
