// Walks the contents of a PKCS#12 file and opens what is encrypted: its safes, their bags, keys and certificates.
// Interprets no key and no certificate. Kinds of bags that are of no use here are listed, never fatal.
// Follows RFC 7292 section 4 and appendix D; names of a bag: RFC 2985 section 5.5.

import { type BerElement, Tag, childrenOf, context, octetsOf, rawOf } from "../asn1/ber";
import type { BagNames } from "../x509/certificate";
import { type Protection, protectionOf, unprotected } from "./encoding";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Pkcs12Error, unsupported } from "../errors";
import { checkAtMost, maxCertificates, maxOtherBags, maxParts, maxPrivateKeys } from "../limits";
import { type SequenceReader, algorithmOf, readSequence, innerOf, listIn, oidOf } from "../asn1/sequence-reader";
import { textOf } from "../x509/names";
import { schemeOf } from "./schemes";
import type { Decryptor } from "./decryptor";

export const oidData = "1.2.840.113549.1.7.1";
export const oidEncryptedData = "1.2.840.113549.1.7.6";
const oidEnvelopedData = "1.2.840.113549.1.7.3";
const bagTypes = "1.2.840.113549.1.12.10.1";
export const Bag = {
  key: `${bagTypes}.1`,
  shroudedKey: `${bagTypes}.2`,
  certificate: `${bagTypes}.3`,
  crl: `${bagTypes}.4`,
  secret: `${bagTypes}.5`,
  safeContents: `${bagTypes}.6`,
} as const;
export const oidX509Certificate = "1.2.840.113549.1.9.22.1";
const oidSdsiCertificate = "1.2.840.113549.1.9.22.2";
export const oidFriendlyName = "1.2.840.113549.1.9.20";
export const oidLocalKeyId = "1.2.840.113549.1.9.21";

/** The bytes of one key or certificate with its names, and what it was encrypted with, outermost first. */
export interface FoundItem {
  readonly bytes: Buffer;
  readonly names: BagNames;
  readonly protections: readonly Protection[];
}

/** A bag that is passed over. */
export interface OtherBag {
  /** `privateKey` is one of a kind that is not known. */
  readonly type: "crl" | "secret" | "sdsiCertificate" | "privateKey" | "unknown";
  readonly oid: string;
}

export interface Contents {
  readonly privateKeys: FoundItem[];
  readonly certificates: FoundItem[];
  readonly otherBags: OtherBag[];
}

/** @param authSafe the AuthenticatedSafe, out of its byte string */
export async function openSafes(authSafe: Buffer, decryptor: Decryptor): Promise<Contents> {
  const contents: Contents = { privateKeys: [], certificates: [], otherBags: [] };
  const parts = listIn(authSafe, "list of contents");
  checkAtMost("the number of parts", parts.length, maxParts);
  for (const contentInfo of parts) {
    await nextTurn();
    const fields = readSequence(contentInfo, "content");
    const type = oidOf(fields.take(Tag.oid));
    const content = fields.maybe(context(0));
    if (type === oidData) {
      // A content may be left out altogether.
      if (content === undefined) continue;
      await readBags(octetsOf(innerOf(content, "content")), [], decryptor, contents);
    } else if (type === oidEncryptedData && content !== undefined) {
      const { plain, protection } = await openEncryptedData(innerOf(content, "encrypted part"), decryptor);
      await readBags(plain, [protection], decryptor, contents);
    } else if (type === oidEnvelopedData) {
      throw unsupported("encryption for a recipient's key", "a part", type);
    } else {
      throw unsupported("an unknown kind of content", "a part", type);
    }
  }
  return contents;
}

/** Where Windows protects a file to users or groups, it makes the password up and puts it in here for its own key service. */
const oidWindowsPassword = "1.3.6.1.4.1.311.17.4";

/** Whether Windows made the password up; to be asked when none fits. Looks at what is not encrypted only. */
export function isProtectedByWindows(authSafe: Buffer): boolean {
  try {
    return listIn(authSafe, "list of contents").some((contentInfo) => {
      const fields = readSequence(contentInfo, "content");
      const content = oidOf(fields.take(Tag.oid)) === oidData ? fields.maybe(context(0)) : undefined;
      if (content === undefined) return false;
      return listIn(octetsOf(innerOf(content, "content")), "list of entries").some(isWindowsPassword);
    });
  } catch (error) {
    // What cannot be taken apart has been told already.
    if (error instanceof Pkcs12Error) return false;
    throw error;
  }
}

function isWindowsPassword(bag: BerElement): boolean {
  const fields = readSequence(bag, "entry");
  if (oidOf(fields.take(Tag.oid)) !== Bag.secret) return false;
  const secret = readSequence(innerOf(fields.take(context(0)), "entry"), "secret");
  return oidOf(secret.take(Tag.oid)) === oidWindowsPassword;
}

async function openEncryptedData(
  element: BerElement,
  decryptor: Decryptor,
): Promise<{ plain: Buffer; protection: Protection }> {
  const where = "an encrypted part";
  const data = readSequence(element, where);
  data.take(Tag.integer);
  const info = readSequence(data.take(Tag.sequence), where);
  info.take(Tag.oid);
  const scheme = schemeOf(algorithmOf(info.take(Tag.sequence), `encryption of ${where}`), where);
  const plain = await decryptor.open(scheme, octetsOf(info.take(context(0))), where);
  return { plain, protection: protectionOf(scheme) };
}

function readBags(
  safeContents: Buffer,
  protections: readonly Protection[],
  decryptor: Decryptor,
  contents: Contents,
): Promise<void> {
  return readBagList(listIn(safeContents, "list of entries"), protections, decryptor, contents);
}

async function readBagList(
  bags: readonly BerElement[],
  protections: readonly Protection[],
  decryptor: Decryptor,
  contents: Contents,
): Promise<void> {
  for (const [index, bag] of bags.entries()) {
    if (index % 100 === 99) await nextTurn();
    const fields = readSequence(bag, "entry");
    const oid = oidOf(fields.take(Tag.oid));
    const value = innerOf(fields.take(context(0)), "entry");
    const names = namesOf(fields.maybe(Tag.set));
    checkCounts(contents);
    switch (oid) {
      case Bag.key:
        contents.privateKeys.push({ bytes: rawOf(value), names, protections: orUnprotected(protections) });
        break;
      case Bag.shroudedKey: {
        const { plain, protection } = await openKey(value, decryptor);
        contents.privateKeys.push({ bytes: plain, names, protections: [...protections, protection] });
        break;
      }
      case Bag.certificate:
        addCertificate(readSequence(value, "certificate entry"), names, orUnprotected(protections), contents);
        break;
      case Bag.safeContents:
        await readBagList(childrenOf(value), protections, decryptor, contents);
        break;
      default:
        contents.otherBags.push({ type: oid === Bag.crl ? "crl" : oid === Bag.secret ? "secret" : "unknown", oid });
    }
  }
}

function checkCounts({ privateKeys, certificates, otherBags }: Contents): void {
  checkAtMost("the number of private keys", privateKeys.length, maxPrivateKeys);
  checkAtMost("the number of certificates", certificates.length, maxCertificates);
  checkAtMost("the number of other entries", otherBags.length, maxOtherBags);
}

async function openKey(value: BerElement, decryptor: Decryptor): Promise<{ plain: Buffer; protection: Protection }> {
  const where = "a private key";
  const fields = readSequence(value, "encrypted private key");
  const scheme = schemeOf(algorithmOf(fields.take(Tag.sequence), `encryption of ${where}`), where);
  const plain = await decryptor.open(scheme, octetsOf(fields.take(Tag.octetString)), where);
  return { plain, protection: protectionOf(scheme) };
}

function addCertificate(
  fields: SequenceReader,
  names: BagNames,
  protections: readonly Protection[],
  contents: Contents,
): void {
  const oid = oidOf(fields.take(Tag.oid));
  if (oid === oidX509Certificate) {
    const bytes = octetsOf(innerOf(fields.take(context(0)), "certificate entry"));
    contents.certificates.push({ bytes, names, protections });
  } else {
    contents.otherBags.push({ type: oid === oidSdsiCertificate ? "sdsiCertificate" : "unknown", oid });
  }
}

/** Names are for people and for pairing; a malformed or unknown one is passed over. */
function namesOf(attributes: BerElement | undefined): BagNames {
  let friendlyName: string | undefined;
  let localKeyId: Buffer | undefined;
  for (const attribute of attributes === undefined ? [] : childrenOf(attributes)) {
    const fields = readSequence(attribute, "entry's name");
    const oid = oidOf(fields.take(Tag.oid));
    const values = fields.maybe(Tag.set);
    const value = values === undefined ? undefined : childrenOf(values)[0];
    if (oid === oidFriendlyName && value?.tag === Tag.bmpString) friendlyName = textOf(value);
    if (oid === oidLocalKeyId && value?.tag === Tag.octetString) localKeyId = octetsOf(value);
  }
  return {
    ...(friendlyName !== undefined && { friendlyName }),
    ...(localKeyId !== undefined && { localKeyId }),
  };
}

function orUnprotected(protections: readonly Protection[]): readonly Protection[] {
  return protections.length === 0 ? [unprotected] : protections;
}
