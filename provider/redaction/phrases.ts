// Secrets that people or programs made up: passwords, keys, tokens. They are looked for in any case, without blanks, by
// pieces; the shorter one is, the more of it has to stand in a text, so that no ordinary word is taken for one. The cost of
// a look does not grow with their number. It must not know how a text was decoded. The rule is in SECURITY.md.

import { isPartOfOrdinaryWord } from "./ordinary-words";
import { dense, readingOf, rewritten, type Range, type Reading } from "./readings";
import { shortPieceLength, ShortPieces } from "./short-pieces";

interface Piece {
  /** Also a part of a word that messages use anyway: to hide it would tell that it is the secret. */
  readonly isOrdinary: boolean;
  /** No letter or digit may stand beside it. */
  readonly isWhole: boolean;
}

/** Shorter ones are looked for as values only. */
const wordMin = 4;
const pieceMin = 8;
const pieceMax = shortPieceLength;

/** Whether a piece may begin so is told by its first four characters, at most of the time with no. */
const beginningsSize = 1 << 20;

export class Phrases {
  private readonly pieces = new Map<number, Map<string, Piece>>();
  /** Those of the greatest length that are no part of an ordinary word, as far as they fit in there. */
  private readonly shortPieces = new ShortPieces();
  private readonly values = new Set<string>();
  private readonly beginnings = new Uint8Array(beginningsSize);

  add(secret: string): void {
    const folded = fold(secret);
    if (folded.length < wordMin) {
      if (secret.trim() !== "") this.values.add(secret.trim());
      return;
    }
    this.addPieces(folded, pieceLength(folded), folded.length < pieceMin);
    // Base64 without its case cannot be decoded, but it still is a piece of the secret.
    for (const form of base64Forms(secret)) if (form.length >= pieceMax) this.addPieces(fold(form), pieceMax, false);
  }

  rangesIn(reading: Reading): readonly Range[] {
    return [...this.valuesIn(reading), ...this.piecesIn(folded(reading))];
  }

  private addPieces(text: string, length: number, isWhole: boolean): void {
    const pieces = this.pieces.get(length) ?? new Map<string, Piece>();
    this.pieces.set(length, pieces);
    for (let at = 0; at + length <= text.length; at += 1) {
      const piece = text.slice(at, at + length);
      this.beginnings[beginningOf(text, at)] = 1;
      const isOrdinary = isPartOfOrdinaryWord(piece);
      if (length === pieceMax && !isOrdinary && this.shortPieces.put(piece)) continue;
      pieces.set(piece, { isOrdinary, isWhole: isWhole && pieces.get(piece)?.isWhole !== false });
    }
  }

  private piecesIn({ text, places, isDecoded }: Reading): readonly Range[] {
    const found: Range[] = [];
    for (let at = 0; at + wordMin <= text.length; at += 1) {
      if (this.beginnings[beginningOf(text, at)] !== 1) continue;
      if (this.shortPieces.hasAt(text, at)) found.push(rangeOf(at, pieceMax));
      for (const [length, pieces] of this.pieces) {
        const piece = pieces.get(text.slice(at, at + length));
        if (piece === undefined || (piece.isOrdinary && !isDecoded)) continue;
        if (piece.isWhole && (isJoined(at - 1) || isJoined(at + length - 1))) continue;
        found.push(rangeOf(at, length));
      }
    }
    return found;

    function rangeOf(at: number, length: number): Range {
      const { starts, ends } = places();
      return { from: starts[at] ?? 0, to: ends[at + length - 1] ?? 0 };
    }

    /** Whether a letter or digit stands beside another, where no blank was between them. */
    function isJoined(before: number): boolean {
      const { starts, ends } = places();
      const isNear = (starts[before + 1] ?? Infinity) <= (ends[before] ?? -1);
      return isNear && /^[\p{L}\p{N}]{2}$/u.test(text.slice(before, before + 2));
    }
  }

  /** `password: ab1`, `password=ab1`, `"ab1"`; of what was decoded, the whole. */
  private valuesIn({ text, places, isDecoded }: Reading): readonly Range[] {
    if (this.values.size === 0 || (isDecoded && !this.values.has(text))) return [];
    const candidates = isDecoded ? text.matchAll(/^.*$/gsu) : text.matchAll(shortValues);
    return [...candidates]
      .filter(({ 0: value }) => this.values.has(value))
      .map(({ 0: value, index }) => {
        return { from: places().starts[index] ?? 0, to: places().ends[index + value.length - 1] ?? 0 };
      });
  }
}

const shortValue = "[^\\s\"'`]{1,3}?";
const shortValues = new RegExp(
  `(?<=["'\`])${shortValue}(?=["'\`])|(?<==)${shortValue}(?=[\\s.,;)}\\]]|$)|(?<=:\\s*)${shortValue}(?=[.,;)}\\]]|$)`,
  "g",
);

/** Passwords share letters with words, and what Esper says is needed most when a password is wrong: two thirds at least. */
function pieceLength({ length }: string): number {
  if (length < pieceMin) return length;
  return Math.min(pieceMax, Math.floor((length * 2) / 3) + 1);
}

function fold(secret: string): string {
  return folded(readingOf(secret)).text;
}

/** Blanks come and go on the way; a form writes them as a plus. */
function folded(reading: Reading): Reading {
  const bare = rewritten(dense(reading), /\+/g, () => "");
  return { ...bare, text: lowerCase(bare.text) };
}

/** Character by character, so that none moves. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, at) => text.charAt(at).toLowerCase().charAt(0)).join("");
}

function beginningOf(text: string, at: number): number {
  let hash = 0;
  for (let next = at; next < at + wordMin; next += 1) hash = Math.imul(hash, 0x01000193) ^ text.charCodeAt(next);
  return (hash ^ (hash >>> 15)) & (beginningsSize - 1);
}

/** As base64 at each of the three places that it can have inside a longer text. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  return [0, 1, 2].map((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString("base64")
      .replaceAll("=", "");
    // The first and last characters also carry bits of the neighbours.
    return text.slice(lead === 0 ? 0 : lead + 1, -1);
  });
}
