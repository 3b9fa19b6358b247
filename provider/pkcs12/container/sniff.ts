// Says what bytes are that are not what was asked for, and what to do with them: the formats that people hand over in the place
// of a PKCS#12 file or PEM. Looks at the beginning and at the outer structure only; never decodes a key.
// Follows docs/background/pkcs12-and-android.md, sections 5 and 9.

import { type DerKind, derKindOf } from "./der-kind";
import { hasEncryptionHeaders } from "./encrypted-key";
import { firstPemBlocksIn, textOf } from "./text";

export interface Impostor {
  /** Completes "This is not a PKCS#12 file but …". */
  readonly found: string;
  readonly advice: string;
  /** A certificate, a key or a bundle of them: where one of these is asked for, another one was given. */
  readonly isPart?: true;
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

const pemParts: Readonly<Partial<Record<DerKind, Impostor>>> = {
  request: { found: "a certificate request in PEM", advice: "have it signed first", isPart: true },
  certificate: { found: "a certificate in PEM", advice: pemAdvice, isPart: true },
  pkcs8: { found: "a private key in PEM", advice: pemAdvice, isPart: true },
  encryptedKey: { found: "an encrypted private key in PEM", advice: pemAdvice, isPart: true },
  publicKey: { found: "a public key in PEM", advice: "give certificate and private key", isPart: true },
  revocationList: { found: "a revocation list (CRL) in PEM", advice: pemAdvice, isPart: true },
  pkcs7: { found: "a PKCS#7 bundle in PEM", advice: noKeyAdvice, isPart: true },
};

/** Where the content of a block tells nothing. */
const pemLabels: readonly (readonly [label: RegExp, part: Impostor | undefined])[] = [
  [/^OPENSSH PRIVATE KEY/u, { found: "an OpenSSH key", advice: pkcs12Instead }],
  [/^SSH2 /u, { found: "an SSH key", advice: pkcs12Instead }],
  [/^PGP/u, { found: "a PGP text", advice: pkcs12Instead }],
  [/^AGE ENCRYPTED FILE/u, { found: "a file that age has encrypted", advice: decryptAdvice }],
  [/CERTIFICATE REQUEST$/u, pemParts.request],
  [/CERTIFICATE$/u, pemParts.certificate],
  [/PRIVATE KEY$/u, pemParts.pkcs8],
  [/PUBLIC KEY$/u, pemParts.publicKey],
  [/^X509 CRL/u, pemParts.revocationList],
  [/^(PKCS ?#?7|CMS)/u, pemParts.pkcs7],
];

const structures: Readonly<Record<Exclude<DerKind, "pkcs12" | "cut">, Impostor>> = {
  pkcs7: { found: "a PKCS#7 bundle", advice: noKeyAdvice, isPart: true },
  certificate: {
    found: "a lone certificate",
    advice: "make a PKCS#12 file of it together with its private key",
    isPart: true,
  },
  request: { found: "a certificate request", advice: "have it signed first", isPart: true },
  revocationList: {
    found: "a revocation list (CRL)",
    advice: "give the certificate and its private key",
    isPart: true,
  },
  pkcs8: { found: "a private key (PKCS#8)", advice: exportAdvice, isPart: true },
  encryptedKey: { found: "an encrypted private key (PKCS#8)", advice: exportAdvice, isPart: true },
  pkcs1: { found: "a private key (PKCS#1)", advice: exportAdvice, isPart: true },
  sec1: { found: "a private key (SEC1)", advice: exportAdvice, isPart: true },
  dsa: { found: "a private key (DSA)", advice: exportAdvice, isPart: true },
  publicKey: { found: "a public key", advice: "give certificate and private key", isPart: true },
  bcfks: { found: "a Bouncy Castle keystore (BCFKS)", advice: bouncyAdvice },
  other: { found: "another ASN.1 structure", advice: "give the .p12 or .pfx file as it was exported", isPart: true },
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
  const known = sniffBinary(start.toString("latin1")) ?? sniffKeystore(start);
  const text = known === undefined ? textOf(bytes) : undefined;
  return known ?? (text === undefined ? unknown : sniffText(text.trimStart()));
}

const unknown: Impostor = {
  found: "something else",
  advice: "give the .p12 or .pfx file as it was exported",
  isPart: true,
};

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

function sniffText(whole: string): Impostor {
  const text = whole.slice(0, 4096);
  if (text.includes("-----BEGIN ")) return sniffPem(whole);
  const known = sniffBinary(text);
  if (known !== undefined) return known;
  if (/ENC\[AES256_GCM,|^\s*"?sops"?\s*:/mu.test(text)) {
    return { found: "a file that sops has encrypted", advice: "decrypt it first (sops --decrypt)" };
  }
  if (text.startsWith("{"))
    return { found: "a JSON text", advice: "take the certificate out of it first", isPart: true };
  if (/^[A-Za-z0-9+/=_\s-]+$/u.test(text) && text.startsWith("MI")) {
    return { found: "base64 text, perhaps of one", advice: "decode it first, or give it as base64", isPart: true };
  }
  return { found: "a text", advice: "give the binary .p12 or .pfx file", isPart: true };
}

/** The first block that tells something: its content counts for more than its label. */
function sniffPem(text: string): Impostor {
  for (const block of firstPemBlocksIn(text)) {
    const part = hasEncryptionHeaders(block) ? pemParts.encryptedKey : pemPartOf(block.bytes);
    if (part !== undefined) return part;
  }
  for (const { 1: begun = "" } of text.slice(0, 4096).matchAll(/-----BEGIN ([A-Z0-9 #]{1,64})-----/gu)) {
    const labelled = pemLabels.find(([label]) => label.test(begun))?.[1];
    if (labelled !== undefined) return labelled;
  }
  return { found: "a PEM text", advice: pemAdvice, isPart: true };
}

function pemPartOf(bytes: Buffer): Impostor | undefined {
  const kind = bytes[0] === 0x30 ? derKindOf(bytes) : "other";
  return kind === "pkcs1" || kind === "sec1" || kind === "dsa" ? pemParts.pkcs8 : pemParts[kind];
}
