// Takes the fields of a BER structure one after another, and reads the simple values in them.
// Knows no structure; the callers name what they expect, and the names appear in the error sentences.

import { type BerElement, Tag, childrenOf, contentOf, readElement } from "./ber";
import { corrupt } from "../errors";

/** A list of elements with a position. `where` is what the list is called in sentences ("MAC data"). */
export class SequenceReader {
  private position = 0;

  constructor(
    private readonly elements: readonly BerElement[],
    private readonly where: string,
  ) {}

  /** The next element, which must have this tag. */
  take(tag: number): BerElement {
    const element = this.maybe(tag);
    if (element === undefined) throw corrupt(`the ${this.where} lacks a field or has another one in its place`);
    return element;
  }

  /** The next element when it has this tag. */
  maybe(tag: number): BerElement | undefined {
    const element = this.elements[this.position];
    if (element?.tag !== tag) return undefined;
    this.position++;
    return element;
  }

  /** The next element, whatever it is. */
  any(): BerElement | undefined {
    return this.elements[this.position++];
  }
}

/** The fields of a SEQUENCE. */
export function readSequence(element: BerElement, where: string): SequenceReader {
  if (element.tag !== Tag.sequence) throw corrupt(`the ${where} is not a structure`);
  return new SequenceReader(childrenOf(element), where);
}

/** The one element inside an EXPLICIT tag. */
export function innerOf(element: BerElement, where: string): BerElement {
  const [inner] = childrenOf(element);
  if (inner === undefined) throw corrupt(`the ${where} is empty`);
  return inner;
}

/** The elements of the SEQUENCE OF that `bytes` hold. */
export function listIn(bytes: Buffer, where: string): BerElement[] {
  const element = readElement(bytes);
  if (element.tag !== Tag.sequence) throw corrupt(`the ${where} is not a list`);
  return childrenOf(element);
}

/** An INTEGER as a number; beyond 2^53 it is rounded, which is enough to refuse it. */
export function integerOf(element: BerElement): number {
  const content = contentOf(element);
  if (content.length === 0) throw corrupt(`a number at byte ${element.start} is empty`);
  let value = content.readInt8(0);
  for (const octet of content.subarray(1)) value = value * 256 + octet;
  return value;
}

/** An OBJECT IDENTIFIER in dotted form. */
export function oidOf(element: BerElement): string {
  const content = contentOf(element);
  if (content.length === 0 || content.length > 64) throw corrupt(`an identifier at byte ${element.start} is malformed`);
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2), arc < 80 ? arc % 40 : arc - 80);
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

/** The fields of an AlgorithmIdentifier. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters: BerElement | undefined;
}

export function algorithmOf(element: BerElement, where: string): AlgorithmIdentifier {
  const fields = readSequence(element, where);
  return { oid: oidOf(fields.take(Tag.oid)), parameters: fields.any() };
}
