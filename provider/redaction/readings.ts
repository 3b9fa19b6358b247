// The ways in which a text may be meant: as it stands, with escapes undone, and with what is hex, a list of bytes or base64
// in it decoded, also one inside another. Each character of a reading knows where in the text it came from. Pure.
// It must not know any secret.

/** A part of a text: from the first character to before the last. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** For each character of a reading, where in the text it began and ended. */
export interface Places {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface Reading {
  readonly text: string;
  /** Made when something was found: most texts hold no secret. */
  readonly places: () => Places;
  /** It was hex, base64 or the like: no words of people's. */
  readonly isDecoded: boolean;
  /** Its characters are bytes. */
  readonly isBytes: boolean;
}

/** A text as it stands. */
export function readingOf(text: string): Reading {
  return { text, places: once(() => ownPlaces(text)), isDecoded: false, isBytes: false };
}

function ownPlaces({ length }: string): Places {
  const starts = [...Array(length).keys()];
  return { starts, ends: starts.map((place) => place + 1) };
}

/** Where what is made of a reading is in the text, by the first and the last character of the reading that each is made of. */
export function placesBy(
  { places }: Pick<Reading, "places">,
  firsts: readonly number[],
  lasts: readonly number[],
): Places {
  const { starts, ends } = places();
  return { starts: firsts.map((first) => starts[first] ?? 0), ends: lasts.map((last) => ends[last] ?? 0) };
}

/** A reading in which each match of a pattern is replaced; the same one where there is no match. */
export function rewritten(reading: Reading, pattern: RegExp, replace: (match: string) => string): Reading {
  const text = reading.text.replace(pattern, replace);
  if (text === reading.text) return reading;
  return { ...reading, text, places: once(() => rewrittenPlaces(reading, pattern, replace)) };
}

function rewrittenPlaces(reading: Reading, pattern: RegExp, replace: (match: string) => string): Places {
  const firsts: number[] = [];
  const lasts: number[] = [];
  let at = 0;
  const copy = (to: number): void => {
    for (; at < to; at += 1) {
      firsts.push(at);
      lasts.push(at);
    }
  };
  for (const { 0: match, index } of reading.text.matchAll(pattern)) {
    copy(index);
    const after = at + match.length;
    const { length } = replace(match);
    firsts.push(...Array<number>(length).fill(at));
    lasts.push(...Array<number>(length).fill(after - 1));
    at = after;
  }
  copy(reading.text.length);
  return placesBy(reading, firsts, lasts);
}

/** Without blanks, line breaks, control characters and what else is invisible. */
export function dense(reading: Reading): Reading {
  const known = denseReadings.get(reading) ?? rewritten(reading, invisible, () => "");
  denseReadings.set(reading, known);
  return known;
}

const denseReadings = new WeakMap<Reading, Reading>();
// Written out: a property escape takes ten times as long, and this is asked of every reading.
const invisible =
  // eslint-disable-next-line no-control-regex -- that is what it is for
  /[\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb]+/g;

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const percent = "(?:%[0-9a-f]{2})+";
const backslash = "(?:\\\\x[0-9a-f]{2})+|(?:\\\\[0-3][0-7]{2})+|\\\\u\\{?[0-9a-f]{4,6}\\}?|\\\\[nrtbf]|\\\\[\"'/\\\\]";
const entity = "&#x[0-9a-f]{1,6};|&#\\d{1,7};|&(?:amp|lt|gt|quot|apos|nbsp|plus|equals);";
const escapes = [percent, backslash, entity].map((pattern) => new RegExp(pattern, "gi"));
const anyEscape = new RegExp(`${percent}|${backslash}|${entity}`, "gi");

const names: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", plus: "+", equals: "=" },
};

/**
 * What JSON, HTML, URLs and programs make of a character, turned back; what is no escape stays. All of them at once, and where
 * a text has several, each alone: what was escaped in one way may hold what looks like another.
 */
export function unescaped(reading: Reading): readonly Reading[] {
  const all = rewritten(reading, anyEscape, meaningOf);
  if (all === reading) return [];
  const each = escapes.map((pattern) => rewritten(reading, pattern, meaningOf));
  return [all, ...each.filter(({ text }) => text !== all.text && text !== reading.text)];
}

function meaningOf(escaped: string): string {
  const hex = /^(?:%|\\x)/i.test(escaped);
  if (hex) return Buffer.from(escaped.replace(/%|\\x/gi, ""), "hex").toString("utf8");
  if (/^\\[0-3][0-7]/.test(escaped)) {
    return Buffer.from(
      escaped
        .split("\\")
        .slice(1)
        .map((digits) => Number.parseInt(digits, 8)),
    ).toString("utf8");
  }
  const point = /^(?:\\u\{?|&#x)([0-9a-f]+)/i.exec(escaped)?.[1];
  if (point !== undefined) return characterOf(Number.parseInt(point, 16), escaped);
  const decimal = /^&#(\d+)/.exec(escaped)?.[1];
  if (decimal !== undefined) return characterOf(Number(decimal), escaped);
  if (escaped.startsWith("&")) return names[escaped.slice(1, -1).toLowerCase()] ?? escaped;
  return /^\\[nrtbf]$/i.test(escaped) ? " " : escaped.slice(1);
}

function characterOf(codePoint: number, escaped: string): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : escaped;
}
