// Reads BER, the encoding of every PKCS#12 file: definite and indefinite lengths, any length form, constructed strings.
// Knows nothing of PKCS#12. Elements are read on demand and point into the given bytes; nothing is copied until asked.
// Follows ITU-T X.690; the tolerances are those of docs/background/pkcs12-and-android.md, section 9.

import { corrupt, limitExceeded } from "../errors";

/** Real files nest to about 12; a hostile one must not exhaust the stack. */
const maxDepth = 64;
/** A truststore of all public roots has about 2,000 entries in a row. */
const maxChildren = 50_000;
/** Elements read of one structure: finding the end of an indefinite length reads all that it contains, again a level. */
const maxSteps = 1_000_000;

/** Identifier octets without the constructed bit: `context(0)` is [0], primitive or constructed. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x10,
  set: 0x11,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
} as const;

export function context(number: number): number {
  return 0x80 | number;
}

export interface BerElement {
  readonly bytes: Buffer;
  readonly tag: number;
  readonly constructed: boolean;
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  /** After the content, and after the end-of-contents octets of an indefinite length. */
  readonly end: number;
  readonly depth: number;
  /** What may still be read of the structure that it belongs to; shared by all its parts. */
  readonly steps: Steps;
}

interface Steps {
  left: number;
}

interface Header {
  readonly tag: number;
  readonly constructed: boolean;
  readonly contentStart: number;
  /** -1 for an indefinite length. */
  readonly length: number;
}

/** Reads one identifier and length at `start`; undefined when they are cut off or make no sense. */
export function readHeader(bytes: Buffer, start: number, limit: number): Header | undefined {
  let at = start;
  const identifier = bytes[at++];
  if (identifier === undefined || at > limit) return undefined;
  if ((identifier & 0x1f) === 0x1f) {
    // High tag numbers occur in no PKCS#12 structure; they are stepped over.
    while (at < limit && ((bytes[at] ?? 0) & 0x80) !== 0) at++;
    at++;
  }
  const first = bytes[at++];
  if (first === undefined || at > limit) return undefined;
  let length = first;
  if (first === 0x80) length = -1;
  else if (first > 0x80) {
    length = 0;
    for (let count = first & 0x7f; count > 0; count--) {
      const octet = bytes[at++];
      if (octet === undefined || at > limit || length > 0xffffffffff) return undefined;
      length = length * 256 + octet;
    }
  }
  return { tag: identifier & 0xdf, constructed: (identifier & 0x20) !== 0, contentStart: at, length };
}

/**
 * Reads the element at `start`, which must end at or before `limit`.
 * @throws Pkcs12Error `corrupt`, or `limit` when it nests deeper than 64 or has a million parts.
 */
export function readElement(
  bytes: Buffer,
  start = 0,
  limit = bytes.length,
  depth = 0,
  steps: Steps = { left: maxSteps },
): BerElement {
  if (--steps.left < 0) throw limitExceeded("the number of parts", maxSteps + 1, maxSteps);
  if (depth > maxDepth) throw limitExceeded("the depth of nested structures", depth, maxDepth);
  const header = readHeader(bytes, start, limit);
  if (header === undefined) throw corrupt(`the structure ends or makes no sense at byte ${start}`);
  const { tag, constructed, contentStart, length } = header;
  if (length >= 0) {
    const end = contentStart + length;
    if (end > limit) throw corrupt(`a part at byte ${start} is longer than what contains it`);
    return { bytes, tag, constructed, start, contentStart, contentEnd: end, end, depth, steps };
  }
  if (!constructed) throw corrupt(`a part at byte ${start} has no length`);
  let at = contentStart;
  for (;;) {
    if (at + 2 > limit) throw corrupt(`a part at byte ${start} has no end`);
    if (bytes[at] === 0 && bytes[at + 1] === 0) break;
    at = readElement(bytes, at, limit, depth + 1, steps).end;
  }
  return { bytes, tag, constructed, start, contentStart, contentEnd: at, end: at + 2, depth, steps };
}

/** The elements inside a constructed element. */
export function childrenOf(element: BerElement): BerElement[] {
  if (!element.constructed) throw corrupt(`a part at byte ${element.start} should contain others and does not`);
  const children: BerElement[] = [];
  for (let at = element.contentStart; at < element.contentEnd;) {
    const child = readElement(element.bytes, at, element.contentEnd, element.depth + 1, element.steps);
    children.push(child);
    if (children.length > maxChildren) {
      throw limitExceeded("the number of parts in one list", children.length, maxChildren);
    }
    at = child.end;
  }
  return children;
}

/** The content octets as they stand. */
export function contentOf(element: BerElement): Buffer {
  return element.bytes.subarray(element.contentStart, element.contentEnd);
}

/** The whole element, with identifier and length. */
export function rawOf(element: BerElement): Buffer {
  return element.bytes.subarray(element.start, element.end);
}

/** The value of a string, put together when it is constructed (NSS, Bouncy Castle and Apple write such). */
export function octetsOf(element: BerElement): Buffer {
  return element.constructed ? Buffer.concat(piecesOf(element)) : contentOf(element);
}

function piecesOf(element: BerElement): Buffer[] {
  return childrenOf(element).flatMap((part) => {
    if (part.tag !== Tag.octetString) throw corrupt(`a part at byte ${part.start} is not a piece of a byte string`);
    return part.constructed ? piecesOf(part) : [contentOf(part)];
  });
}

/** True when `bytes` are exactly one well-formed SEQUENCE: what right decryption leaves, and wrong one hardly ever. */
export function isWholeSequence(bytes: Buffer): boolean {
  const header = readHeader(bytes, 0, bytes.length);
  if (header?.tag !== Tag.sequence || !header.constructed) return false;
  if (header.length >= 0) return header.contentStart + header.length === bytes.length;
  return bytes.length >= 4 && bytes.readUInt16BE(bytes.length - 2) === 0;
}
