// Finds PEM in what people bring: files and variables in which line breaks became two characters, with quotes, a byte order mark
// or UTF-16 around them. Text in, blocks out; what is in a block is told by its content, not by its label.
// PEM: RFC 7468, with the headers of RFC 1421 that OpenSSL still writes. Takes time in proportion to the length.

import { checkAtMost, maxCertificates } from "../limits";

export interface PemBlock {
  readonly label: string;
  readonly bytes: Buffer;
  /** Such as "Proc-Type", by their names. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The text that the bytes are; undefined when they are none. */
export function textOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)))
      .swap16()
      .toString("utf16le");
  }
  const start = bytes.subarray(0, 4096).toString("latin1");
  // eslint-disable-next-line no-control-regex -- these characters are what tells bytes from text
  if (/[\x00-\x08\x0e-\x1f]/u.test(start)) return undefined;
  return bytes.toString("latin1").replace(/^\u00ef\u00bb\u00bf/u, "");
}

/** The blocks in a text, in their order; a BEGIN without its END is none. */
export function pemBlocksIn(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const lines = text.includes("\\") ? text.replaceAll(/\\+[rn]/gu, "\n") : text;
  let open: { readonly label: string; readonly from: number } | undefined;
  for (const { 0: mark, 1: kind, 2: label = "", index } of lines.matchAll(
    /-----(BEGIN|END) ([A-Z0-9 #]{1,64})-----/gu,
  )) {
    if (kind === "BEGIN") open = { label, from: index + mark.length };
    else if (open?.label === label) {
      blocks.push(blockOf(label, lines.slice(open.from, index)));
      open = undefined;
      checkAtMost("the number of PEM blocks", blocks.length, maxCertificates);
    }
  }
  return blocks;
}

/** The bytes of base64 that stands there alone; undefined when the text is something else. */
export function bareBase64In(text: string): Buffer | undefined {
  // What DER and PEM begin with, in base64.
  if (!/^[\s"']*(MI|LS0tLS1CRUdJTi)/u.test(text)) return undefined;
  const characters = text.replaceAll(/\\+[rn]|[\s"']/gu, "");
  return /^[A-Za-z0-9+/]+={0,2}$/u.test(characters) ? Buffer.from(characters, "base64") : undefined;
}

function blockOf(label: string, body: string): PemBlock {
  const headers = new Map<string, string>();
  let from = 0;
  // They stand at the beginning.
  const start = body.slice(0, 4096);
  for (const match of start.includes(":")
    ? start.matchAll(/^[^\S\n]*([A-Za-z][A-Za-z0-9-]{0,40}):[^\S\n]*([^\r\n]*)\r?\n/gmu)
    : []) {
    headers.set(match[1] ?? "", match[2]?.trim() ?? "");
    from = match.index + match[0].length;
  }
  return { label, bytes: Buffer.from(body.slice(from), "base64"), headers };
}
