// Says what bytes are that are not what was asked for, and what to do with them: the formats that people hand over in the place
// of a PKCS#12 file or PEM. Looks at the beginning and at the outer structure only; never decodes a key.
// Follows docs/background/pkcs12-and-android.md, sections 5 and 9.

import { type DerKind, derKindOf } from "./der-kind";
import { textOf } from "./text";

export interface Impostor {
  /** Completes "This is not a PKCS#12 file but …". */
  readonly found: string;
  readonly advice: string;
}

const exportAdvice = "make a PKCS#12 file of it together with the other parts";
const pemAdvice = "give certificate and private key as PEM, or make a PKCS#12 file of them";
const pkcs12Instead = "export certificate and key as PKCS#12 instead";
const keytoolAdvice = "convert it with keytool -importkeystore -deststoretype PKCS12";
const bouncyAdvice = `${keytoolAdvice} and Bouncy Castle as its provider`;
const noKeyAdvice = "it holds no private key; export it again as PKCS#12 (.p12, .pfx)";
const decryptAdvice = "decrypt it first, in the pipeline or on this machine";

/** The first bytes of other formats, in Latin-1. */
const beginnings: readonly (readonly [start: string, found: string, advice: string])[] = [
  ["\u00fe\u00ed\u00fe\u00ed", "a Java keystore (JKS)", keytoolAdvice],
  ["\u00ce\u00ce\u00ce\u00ce", "a Java keystore (JCEKS)", keytoolAdvice],
  ["PK\u0003\u0004", "a ZIP archive", "take the file out of it first"],
  ["\u001f\u008b", "a gzip archive", "unpack it first"],
  ["PuTTY-User-Key-File", "a PuTTY key", pkcs12Instead],
  [
    "\u0000GITCRYPT\u0000",
    "a file that git-crypt has locked",
    "run `git-crypt unlock` where the repository is checked out",
  ],
  ["Salted__", "a file that `openssl enc` has encrypted", decryptAdvice],
  ["U2FsdGVkX1", "a text that `openssl enc` has encrypted", decryptAdvice],
  ["age-encryption.org/", "a file that age has encrypted", decryptAdvice],
  ["$ANSIBLE_VAULT;", "a file that Ansible Vault has encrypted", "decrypt it first (ansible-vault decrypt)"],
  ["vault:v", "a text that Vault's transit engine has encrypted", decryptAdvice],
  [
    "version https://git-lfs.github.com/spec/",
    "a Git LFS pointer",
    "fetch the file that it stands for (git lfs pull; in a pipeline, check out with LFS)",
  ],
  ["version https://hawser.github.com/spec/", "a Git LFS pointer", "fetch the file that it stands for (git lfs pull)"],
  ["<", "an HTML or XML text", "check how it was downloaded"],
];

const pemLabels: readonly (readonly [label: RegExp, found: string, advice: string])[] = [
  [/^OPENSSH PRIVATE KEY/u, "an OpenSSH key", pkcs12Instead],
  [/^SSH2 /u, "an SSH key", pkcs12Instead],
  [/^PGP/u, "a PGP text", pkcs12Instead],
  [/^AGE ENCRYPTED FILE/u, "a file that age has encrypted", decryptAdvice],
  [/CERTIFICATE REQUEST$/u, "a certificate request in PEM", "have it signed first"],
  [/CERTIFICATE$/u, "a certificate in PEM", pemAdvice],
  [/PRIVATE KEY$/u, "a private key in PEM", pemAdvice],
  [/PUBLIC KEY$/u, "a public key in PEM", "give certificate and private key"],
  [/^X509 CRL/u, "a revocation list (CRL) in PEM", pemAdvice],
  [/^(PKCS7|PKCS #7 SIGNED DATA|CMS)$/u, "a PKCS#7 bundle in PEM", noKeyAdvice],
];

const structures: Readonly<Record<Exclude<DerKind, "pkcs12" | "cut">, Impostor>> = {
  pkcs7: { found: "a PKCS#7 bundle", advice: noKeyAdvice },
  certificate: { found: "a lone certificate", advice: "make a PKCS#12 file of it together with its private key" },
  request: { found: "a certificate request", advice: "have it signed first" },
  revocationList: { found: "a revocation list (CRL)", advice: "give the certificate and its private key" },
  pkcs8: { found: "a private key (PKCS#8)", advice: exportAdvice },
  encryptedKey: { found: "an encrypted private key (PKCS#8)", advice: exportAdvice },
  pkcs1: { found: "a private key (PKCS#1)", advice: exportAdvice },
  sec1: { found: "a private key (SEC1)", advice: exportAdvice },
  dsa: { found: "a private key (DSA)", advice: exportAdvice },
  publicKey: { found: "a public key", advice: "give certificate and private key" },
  bcfks: { found: "a Bouncy Castle keystore (BCFKS)", advice: bouncyAdvice },
  other: { found: "another ASN.1 structure", advice: "give the .p12 or .pfx file as it was exported" },
};

/** What the bytes are; undefined when they may well be a PKCS#12 file. */
export function sniff(bytes: Buffer): Impostor | undefined {
  if (bytes.length === 0) return { found: "an empty file", advice: "check the path and how it was written" };
  if (bytes[0] === 0x30) {
    const kind = derKindOf(bytes);
    return kind === "pkcs12" || kind === "cut" ? undefined : structures[kind];
  }
  if (bytes.equals(Buffer.alloc(bytes.length))) return { found: "a file of zeros", advice: "check how it was written" };
  const start = bytes.subarray(0, 4096);
  const text = textOf(start);
  const known = sniffBinary(start.toString("latin1")) ?? sniffKeystore(start);
  return known ?? (text === undefined ? unknown : sniffText(text.trimStart()));
}

const unknown: Impostor = { found: "something else", advice: "give the .p12 or .pfx file as it was exported" };

function sniffBinary(start: string): Impostor | undefined {
  const known = beginnings.find(([beginning]) => start.startsWith(beginning));
  if (known !== undefined) return { found: known[1], advice: known[2] };
  return undefined;
}

/** Bouncy Castle's own two begin with a version, the length of a salt and its bytes, and a count. */
function sniffKeystore(bytes: Buffer): Impostor | undefined {
  if (bytes.length < 36 || bytes.readUInt32BE(0) > 2 || bytes.readUInt32BE(4) !== 20) return undefined;
  // BKS goes on with an entry's kind and the length of its name in clear, UBER with encrypted bytes.
  const [kind, length] = [bytes.readUInt8(32), bytes.readUInt16BE(33)];
  const isClear = kind === 0 || (kind <= 4 && length > 0 && length < 256);
  return { found: `a Bouncy Castle keystore (${isClear ? "BKS" : "UBER"})`, advice: bouncyAdvice };
}

function sniffText(text: string): Impostor {
  const pem = /-----BEGIN ([A-Z0-9 ]{1,64})-----/u.exec(text)?.[1];
  if (pem !== undefined) {
    const [, found, advice] = pemLabels.find(([label]) => label.test(pem)) ?? [0, "a PEM text", pemAdvice];
    return { found, advice };
  }
  const known = sniffBinary(text);
  if (known !== undefined) return known;
  if (/ENC\[AES256_GCM,|^\s*"?sops"?\s*:/mu.test(text)) {
    return { found: "a file that sops has encrypted", advice: "decrypt it first (sops --decrypt)" };
  }
  if (text.startsWith("{")) return { found: "a JSON text", advice: "take the certificate out of it first" };
  if (/^[A-Za-z0-9+/=_\s-]+$/u.test(text) && text.startsWith("MI")) {
    return { found: "base64 text, perhaps of one", advice: "decode it first, or give it as base64" };
  }
  return { found: "a text", advice: "give the binary .p12 or .pfx file" };
}
