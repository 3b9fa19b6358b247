// Says what bytes are that are not a PKCS#12 file, and what to do with them.
// Looks at the beginning and at the outer structure only; never decodes a key.
// The formats are those that people hand over in its place: docs/background/pkcs12-and-android.md, sections 5 and 9.

import { type BerElement, Tag, contentOf, readElement, readHeader } from "../asn1/ber";
import { Pkcs12Error } from "../errors";

export interface Impostor {
  /** Completes "This is not a PKCS#12 file but …". */
  readonly found: string;
  readonly advice: string;
}

const exportAdvice = "make a PKCS#12 file of it together with the other parts";
const pemAdvice = "give certificate and private key as PEM, or make a PKCS#12 file of them";

/** The first bytes of other formats, in Latin-1. */
const beginnings: readonly (readonly [start: string, found: string, advice: string])[] = [
  [
    "\u00fe\u00ed\u00fe\u00ed",
    "a Java keystore (JKS)",
    "convert it with keytool -importkeystore -deststoretype PKCS12",
  ],
  [
    "\u00ce\u00ce\u00ce\u00ce",
    "a Java keystore (JCEKS)",
    "convert it with keytool -importkeystore -deststoretype PKCS12",
  ],
  ["PK\u0003\u0004", "a ZIP archive", "take the file out of it first"],
  ["\u001f\u008b", "a gzip archive", "unpack it first"],
  ["PuTTY-User-Key-File", "a PuTTY key", "export certificate and key as PKCS#12 instead"],
  ["<", "an HTML or XML text", "check how it was downloaded"],
  ["{", "a JSON text", "take the certificate out of it first"],
];

const pemLabels: readonly (readonly [label: RegExp, found: string, advice: string])[] = [
  [/^OPENSSH PRIVATE KEY/u, "an OpenSSH key", "export certificate and key as PKCS#12 instead"],
  [/^PGP/u, "a PGP text", "export certificate and key as PKCS#12 instead"],
  [/CERTIFICATE REQUEST$/u, "a certificate request in PEM", "have it signed first"],
  [/CERTIFICATE$/u, "a certificate in PEM", pemAdvice],
  [/PRIVATE KEY$/u, "a private key in PEM", pemAdvice],
  [/^(PKCS7|CMS)$/u, "a PKCS#7 bundle in PEM", "it holds no private key; export it again as PKCS#12 (.p12, .pfx)"],
];

/** What the bytes are; undefined when they may well be a PKCS#12 file. */
export function sniff(bytes: Buffer): Impostor | undefined {
  if (bytes.length === 0) return { found: "an empty file", advice: "check the path and how it was written" };
  if (bytes[0] === 0x30) return sniffStructure(bytes);
  if (bytes.every((octet) => octet === 0)) {
    return { found: "a file of zeros", advice: "check how it was written" };
  }
  const start = bytes.subarray(0, 4096).toString("latin1");
  const pem = /-----BEGIN ([A-Z0-9 ]+)-----/u.exec(start)?.[1];
  if (pem !== undefined) {
    const [, found, advice] = pemLabels.find(([label]) => label.test(pem)) ?? [0, "a PEM text", pemAdvice];
    return { found, advice };
  }
  const text = start.replace(/^\u00ef\u00bb\u00bf/u, "").trimStart();
  const known = beginnings.find(([beginning]) => text.startsWith(beginning));
  if (known !== undefined) return { found: known[1], advice: known[2] };
  if (/^[A-Za-z0-9+/=_\s-]+$/u.test(text) && text.startsWith("MI")) {
    return { found: "base64 text, perhaps of one", advice: "decode it first, or give it as base64" };
  }
  if (/^(\u00ff\u00fe|\u00fe\u00ff)/u.test(start)) return { found: "a UTF-16 text", advice: "give the binary file" };
  if (/^[\x20-\x7e\s]+$/u.test(start)) return { found: "a text", advice: "give the binary .p12 or .pfx file" };
  return { found: "something else", advice: "give the .p12 or .pfx file as it was exported" };
}

/** One of the outer structure's first parts; `element` is missing when it is cut off or damaged. */
interface Part {
  readonly tag: number;
  readonly element?: BerElement;
}

/** Tells apart what begins with an ASN.1 SEQUENCE, by the kinds of its first parts. */
function sniffStructure(bytes: Buffer): Impostor | undefined {
  const parts = partsOf(bytes);
  const [first, second, third] = parts;
  // Cut off before anything can be told: left to the reader, which says so.
  if (first === undefined) return undefined;
  if (first.tag === Tag.integer) return sniffNumbered(parts);
  if (first.tag === Tag.oid) {
    return { found: "a PKCS#7 bundle", advice: "it holds no private key; export it again as PKCS#12 (.p12, .pfx)" };
  }
  if (first.tag === Tag.sequence) {
    if (second?.tag === Tag.octetString) return { found: "an encrypted private key (PKCS#8)", advice: exportAdvice };
    if (second?.tag === Tag.bitString) return { found: "a public key", advice: "give certificate and private key" };
    if (third?.tag === Tag.bitString && first.element !== undefined) return sniffSigned(first.element);
    if (second === undefined) return { found: "a certificate or the like, cut short", advice: exportAdvice };
  }
  return { found: "another ASN.1 structure", advice: "give the .p12 or .pfx file as it was exported" };
}

/** Keys and PKCS#12 itself begin with a version number. */
function sniffNumbered([, second, third]: readonly Part[]): Impostor | undefined {
  if (second?.tag === Tag.integer) return { found: "a private key (PKCS#1)", advice: exportAdvice };
  if (second?.tag === Tag.octetString) return { found: "a private key (SEC1)", advice: exportAdvice };
  if (third?.tag === Tag.octetString) return { found: "a private key (PKCS#8)", advice: exportAdvice };
  return undefined;
}

/** A certificate's body has six parts or more, a request's four (RFC 2986), and its first is the number 0. */
function sniffSigned(body: BerElement): Impostor {
  const parts = partsOf(body.bytes.subarray(body.start, body.end), 6);
  const version = parts[0]?.element;
  if (parts.length <= 4 && version?.tag === Tag.integer && contentOf(version).equals(Buffer.of(0))) {
    return { found: "a certificate request", advice: "have it signed first" };
  }
  return { found: "a lone certificate", advice: "make a PKCS#12 file of it together with its private key" };
}

function partsOf(bytes: Buffer, most = 4): Part[] {
  const parts: Part[] = [];
  let at = readHeader(bytes, 0, bytes.length)?.contentStart ?? bytes.length;
  while (at < bytes.length && parts.length < most) {
    const header = readHeader(bytes, at, bytes.length);
    if (header === undefined) break;
    const element = elementAt(bytes, at);
    parts.push({ tag: header.tag, ...(element !== undefined && { element }) });
    at = element?.end ?? bytes.length;
  }
  return parts;
}

function elementAt(bytes: Buffer, at: number): BerElement | undefined {
  try {
    return readElement(bytes, at);
  } catch (error) {
    // Cut off: what came before it still tells the format.
    if (error instanceof Pkcs12Error && error.kind === "corrupt") return undefined;
    throw error;
  }
}
