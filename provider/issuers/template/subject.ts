// The subject as a program writes it, read into its parts. Pure.
// Follows RFC 4514, sections 2 and 3: the parts stand in reverse of their order in the certificate; values are unescaped here,
// before a device's value is put in, so that nothing in such a value can be taken for a comma or a quote.

import { piecesOf, type Pieces } from "./placeholders";

/** One part of a subject, such as `CN={serial}`. */
export interface SubjectPart {
  /** The type's object identifier. */
  readonly oid: string;
  readonly pieces: Pieces;
}

export const commonNameOid = "2.5.4.3";

/** RFC 4514 section 3, and the ones beside them that certificates carry. */
const types: Readonly<Record<string, string>> = {
  CN: commonNameOid,
  SN: "2.5.4.4",
  SERIALNUMBER: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  TITLE: "2.5.4.12",
  GN: "2.5.4.42",
  UID: "0.9.2342.19200300.100.1.1",
  DC: "0.9.2342.19200300.100.1.25",
  EMAILADDRESS: "1.2.840.113549.1.9.1",
};

const arc = String.raw`(?:0|[1-9]\d{0,8})`;
/** Identifiers that can be encoded (X.660): the second number is below 40 where the first is 0 or 1. */
const identifier = new RegExp(String.raw`^(?:[01]\.[123]?\d|2\.${arc})(?:\.${arc}){0,9}$`, "u");

/** The short name of a type, or its identifier. */
export function typeName(oid: string): string {
  return Object.entries(types).find(([, each]) => each === oid)?.[0] ?? oid;
}

export type ReadSubject = { readonly parts: readonly SubjectPart[] } | { readonly problem: string };

/** The parts in the order of the text. */
export function readSubject(text: string): ReadSubject {
  const parts: SubjectPart[] = [];
  for (const written of partsIn(text)) {
    const { 1: type = "", 2: value = "" } = /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=([^]*)$/u.exec(written) ?? [];
    const oid = identifier.test(type) ? type : types[type.toUpperCase()];
    if (type === "") return { problem: 'must be a name such as "CN={serial},OU=Tills,O=Acme" (RFC 4514)' };
    if (oid === undefined) return { problem: `there is no type ${type}; known are ${Object.keys(types).join(", ")}` };
    if (/^\s*#/u.test(value)) return { problem: `the value of ${type} must be text; write \\# for a leading #` };
    const isPlus = separators(value, "+").length > 0;
    if (isPlus) return { problem: `the value of ${type} has a +, which joins names; write \\+ for the character` };
    const plain = unescaped(value);
    if (plain === undefined) return { problem: `the value of ${type} has a \\ that escapes nothing` };
    const pieces = piecesOf(plain);
    if ("problem" in pieces) return pieces;
    if (pieces.length === 0) return { problem: `${type} has no value` };
    parts.push({ oid, pieces });
  }
  return { parts };
}

/** What is wrong with a subject as it is written; undefined when it is good. */
export function subjectProblem(text: string): string | undefined {
  const read = readSubject(text);
  return "problem" in read ? read.problem : undefined;
}

function partsIn(text: string): readonly string[] {
  const ends = [...separators(text, ","), text.length];
  return ends.map((end, index) => text.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, end));
}

/** Where the separator stands without a backslash before it. */
function separators(text: string, separator: string): readonly number[] {
  return [...text.matchAll(/\\[^]|[^\\]/gu)].filter(([match]) => match === separator).map(({ index }) => index);
}

/** A value without its escapes and the blanks around it; undefined where a backslash stands before nothing that it escapes. */
function unescaped(value: string): string | undefined {
  const trimmed = value.replace(/^\s+/u, "").replace(/((?:\\[^]|[^\\])*?)\s+$/u, "$1");
  const bytes: Buffer[] = [];
  for (const [match] of trimmed.matchAll(/\\[0-9A-Fa-f]{2}|\\[^]?|[^\\]+/gu)) {
    if (!match.startsWith("\\")) bytes.push(Buffer.from(match));
    else if (match.length === 3) bytes.push(Buffer.from(match.slice(1), "hex"));
    else if (/^\\[ "#+,;<=>\\]$/u.test(match)) bytes.push(Buffer.from(match.slice(1)));
    else return undefined;
  }
  return Buffer.concat(bytes).toString("utf8");
}
