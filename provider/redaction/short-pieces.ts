// Pieces of twelve characters that are written with small letters, digits and three signs, in eight bytes each: the passwords
// that are made for ten thousand devices have a million. Exact: what was not put in is not found.

import { PieceTable } from "./piece-table";

export const shortPieceLength = 12;
const half = shortPieceLength / 2;
/** Thirty-nine, so that six of them fit into 32 bits and none stands for nothing. */
const signs = "abcdefghijklmnopqrstuvwxyz0123456789-_/";
const base = signs.length + 1;

export class ShortPieces {
  private readonly table = new PieceTable(32);

  /** False for a piece that is written with other signs. */
  put(piece: string): boolean {
    const high = codeOf(piece, 0);
    const low = codeOf(piece, half);
    if (high === 0 || low === 0) return false;
    this.table.put(high, low);
    return true;
  }

  hasAt(text: string, at: number): boolean {
    const high = this.table.size === 0 ? 0 : codeOf(text, at);
    const low = high === 0 ? 0 : codeOf(text, at + half);
    return low !== 0 && this.table.has(high, low);
  }
}

/** Of half a piece; 0 where one of its characters is none of the signs. */
function codeOf(text: string, from: number): number {
  let code = 0;
  for (let next = from; next < from + half; next += 1) {
    const digit = digits[text.charCodeAt(next)] ?? 0;
    if (digit === 0) return 0;
    code = code * base + digit;
  }
  return code;
}

const digits: Readonly<Uint8Array> = Uint8Array.from({ length: 128 }, (_, code) => {
  return signs.indexOf(String.fromCharCode(code)) + 1;
});
