// Takes a PKCS#12 file's outer structure apart: the contents as bytes, and the description of their MAC.
// Refuses what is none, is cut short, or is of a kind that needs more than a password. Needs no password itself.
// Follows RFC 7292 section 4.

import { Tag, context, octetsOf, readElement, readHeader } from "../asn1/ber";
import { Pkcs12Error, corrupt, limitExceeded, unsupported } from "../errors";
import { readSequence, innerOf, integerOf, oidOf } from "../asn1/sequence-reader";
import { maxFileBytes } from "../limits";
import { type Mac, macOf } from "./mac";
import { oidData } from "./safes";
import { sniff } from "./sniff";

const oidSignedData = "1.2.840.113549.1.7.2";

export interface Pfx {
  /** The AuthenticatedSafe, over which the MAC is. */
  readonly authSafe: Buffer;
  readonly mac: Mac | undefined;
}

/** @throws Pkcs12Error `notPkcs12`, `corrupt`, `unsupported` or `limit` */
export function pfxOf(bytes: Buffer): Pfx {
  if (bytes.length > maxFileBytes) throw limitExceeded("the file's size in bytes", bytes.length, maxFileBytes);
  const impostor = sniff(bytes);
  if (impostor !== undefined) throw new Pkcs12Error({ kind: "notPkcs12", ...impostor });
  checkComplete(bytes);
  // Bytes after the structure are passed over: some ways of copying add a line end or zeros.
  const fields = readSequence(readElement(bytes), "file");
  const version = integerOf(fields.take(Tag.integer));
  const contentInfo = readSequence(fields.take(Tag.sequence), "file's content");
  const type = oidOf(contentInfo.take(Tag.oid));
  if (version !== 3) throw unsupported(`version ${version} of the format`, "the file");
  if (type === oidSignedData) throw unsupported("a signature in place of a password", "its integrity", type);
  if (type !== oidData) throw unsupported("an unknown kind of content", "the file", type);
  const authSafe = octetsOf(innerOf(contentInfo.take(context(0)), "file's content"));
  const macData = fields.maybe(Tag.sequence);
  return { authSafe, mac: macData === undefined ? undefined : macOf(macData) };
}

/** The outer length tells how much of a cut file is missing. */
function checkComplete(bytes: Buffer): void {
  const header = readHeader(bytes, 0, bytes.length);
  if (header === undefined) throw corrupt("it ends after its first bytes");
  const bytesExpected = header.contentStart + header.length;
  const bytesPresent = bytes.length;
  if (header.length < 0 || bytesExpected <= bytesPresent) return;
  const missing = bytesExpected - bytesPresent;
  const detail = `it is cut short, ${missing} of ${bytesExpected} bytes are missing`;
  throw new Pkcs12Error({ kind: "corrupt", detail, bytesExpected, bytesPresent });
}
