// Writes DER, as far as PKCS#12 files, requests and certificates need it. The counterpart of ber.ts; follows ITU-T X.690
// section 10, and RFC 5280 section 4.1.2.5 for times.

import { Tag, context } from "./ber";

const constructed = 0x20;

/** Identifier, length and content of one element. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.of(tag), lengthOctets(length), ...contents]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(Tag.sequence | constructed, ...contents);
}

/** A SET OF, in the order that DER asks for. */
export function setOf(...contents: readonly Uint8Array[]): Buffer {
  return der(Tag.set | constructed, ...[...contents].sort((left, right) => Buffer.compare(left, right)));
}

/** [number] EXPLICIT. */
export function explicit(number: number, content: Uint8Array): Buffer {
  return der(context(number) | constructed, content);
}

export function octetString(content: Uint8Array): Buffer {
  return der(Tag.octetString, content);
}

/** Whole octets. */
export function bitString(content: Uint8Array): Buffer {
  return der(Tag.bitString, Buffer.of(0), content);
}

/** In UTC and to the second: with two digits of the year up to 2049. */
export function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/gu, "")}Z`;
  const isEarly = new Date(ms).getUTCFullYear() < 2050;
  return der(isEarly ? Tag.utcTime : Tag.generalizedTime, Buffer.from(isEarly ? text.slice(2) : text));
}

/** A number from 0 to 2^31 - 1. */
export function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value, 1);
  // The first bit is the sign, so a zero byte stays before a byte from 0x80 on.
  const first = bytes.findIndex((octet, index) => index === 4 || octet !== 0 || (bytes[index + 1] ?? 0) >= 0x80);
  return der(Tag.integer, bytes.subarray(first));
}

export function nullValue(): Buffer {
  return der(Tag.null);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets = [40 * first + second, ...rest].flatMap((arc) => {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left % 128) | 0x80);
    return septets;
  });
  return der(Tag.oid, Buffer.from(octets));
}

export function bmpString(text: string): Buffer {
  return der(Tag.bmpString, Buffer.from(text, "utf16le").swap16());
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  const significant = bytes.subarray(bytes.findIndex((octet) => octet !== 0));
  return Buffer.concat([Buffer.of(0x80 | significant.length), significant]);
}
