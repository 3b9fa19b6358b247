// Files that must not be shown, as an index of pieces of their base64: every twelve characters in a row of a file hold one
// of them, so that the cost of a look does not grow with the number of files. What is not asked for is not indexed.
// It must not know how a text was decoded.

import { setImmediate as nextTurn } from "node:timers/promises";
import { PieceTable } from "./piece-table";
import { dense, type Range, type Reading } from "./readings";

const pieceLength = 8;
/** From one piece to the next: 8 + 5 - 1 characters hold a whole one. */
const stride = 5;

/** A multiple of the stride. */
const charactersPerTurn = 500_000;

export class FilePieces {
  private readonly pending: (string | Buffer)[] = [];
  private readonly table = new PieceTable(16);

  /** @param file its bytes, or its base64 */
  add(file: string | Buffer): void {
    this.pending.push(file);
  }

  /** Makes the index before it is asked for, and lets other work go on meanwhile: a file may have megabytes. */
  async prepare(): Promise<void> {
    for (let file = this.pending[0]; file !== undefined; file = this.pending[0]) {
      const base64 = base64Of(file);
      for (let at = 0; at < base64.length; at += charactersPerTurn) {
        this.index(base64.slice(at, at + charactersPerTurn + pieceLength));
        await nextTurn();
      }
      // Until here a look makes the index itself.
      if (this.pending[0] === file) this.pending.shift();
    }
  }

  rangesIn(reading: Reading): readonly Range[] {
    for (const file of this.pending.splice(0)) this.index(base64Of(file));
    if (this.table.size === 0) return [];
    const { text, places } = dense(reading);
    const direct = piecesOf(text, this.table).map((at) => {
      return { from: places().starts[at] ?? 0, to: places().ends[at + pieceLength - 1] ?? 0 };
    });
    return reading.isBytes && reading.text.length >= pieceLength ? [...direct, ...this.bytesIn(reading)] : direct;
  }

  /** Bytes are looked for as the base64 that they would make, at each of the three places. */
  private bytesIn({ text, places }: Reading): readonly Range[] {
    return [0, 1, 2].flatMap((lead) => {
      const base64 = Buffer.from("\0".repeat(lead) + text, "latin1").toString("base64");
      const byteOf = (character: number): number => Math.floor((character * 6) / 8) - lead;
      return piecesOf(base64, this.table).map((at) => {
        const first = Math.max(0, byteOf(at));
        const last = Math.min(text.length - 1, byteOf(at + pieceLength - 1));
        return { from: places().starts[first] ?? 0, to: places().ends[last] ?? 0 };
      });
    });
  }

  private index(base64: string): void {
    eachPiece(base64, stride, (high, low) => {
      this.table.put(high, low);
    });
  }
}

function base64Of(file: string | Buffer): string {
  return typeof file === "string" ? file : file.toString("base64");
}

/** Where in a text there are pieces. */
function piecesOf(text: string, table: PieceTable): readonly number[] {
  const found: number[] = [];
  eachPiece(text, 1, (high, low, at) => {
    if (table.has(high, low)) found.push(at);
  });
  return found;
}

/** The base64 of a file that is given as text, base64 or PEM; undefined for any other text. */
export function fileTextOf(text: string): string | undefined {
  const isPem = text.includes("-----BEGIN ");
  const body = (isPem ? text.replace(/-----(?:BEGIN|END) [^-\n]*-----/g, "") : text).replace(/\s+/g, "");
  return isPem || (body.length >= 256 && /^[a-z0-9+/_-]+=*$/i.test(body)) ? body : undefined;
}

/** Each piece of base64 at every so many characters, as 48 bits in two numbers: 16 and 32. */
function eachPiece(text: string, step: number, use: (high: number, low: number, at: number) => void): void {
  let first = 0;
  let second = 0;
  let length = 0;
  for (let next = 0; next < text.length; next += 1) {
    const value = digitValues[text.charCodeAt(next)] ?? notBase64;
    length = value === notBase64 ? 0 : length + 1;
    first = ((first << 6) | (second >>> 18)) & 0xffffff;
    second = ((second << 6) | (value & 63)) & 0xffffff;
    const at = next - pieceLength + 1;
    if (length < pieceLength || at % step !== 0) continue;
    const low = ((first << 24) | second) >>> 0;
    // Zeros and the like are in every file.
    if (low !== 0) use(first >>> 8, low, at);
  }
}

const notBase64 = 64;
const digitValues: Readonly<Uint8Array> = digits();

function digits(): Uint8Array {
  const values = new Uint8Array(128).fill(notBase64);
  const standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let value = 0; value < standard.length; value += 1) values[standard.charCodeAt(value)] = value;
  values["-".charCodeAt(0)] = 62;
  values["_".charCodeAt(0)] = 63;
  return values;
}
