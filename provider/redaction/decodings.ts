// What of a reading may be bytes in another writing: hex with or without separators, lists of numbers, base64 of both
// alphabets, wherever it begins. Pure. It must not know any secret; what decodes to nonsense matches nothing later.

import { dense, once, placesBy, rewritten, type Places, type Reading } from "./readings";

interface Bytes {
  readonly bytes: Buffer;
  readonly places: () => Places;
}

/** Shorter ones say nothing. */
const bytesMin = 3;

export function decodingsOf(reading: Reading): readonly Reading[] {
  // What was decoded to nonsense has short runs of everything.
  const base64 = base64Of(reading, reading.isDecoded ? 12 : 4);
  const denseBase64 = dense(reading) === reading || reading.isDecoded ? [] : base64Of(dense(reading), 12);
  return [...hexOf(reading), ...numbersOf(reading), ...base64, ...denseBase64]
    .filter(({ bytes }) => bytes.length >= bytesMin)
    .flatMap(textsOf);
}

/** Digits with anything between that programs put there: `70:61`, `70 61`, `0x70, 0x61`, `70-61`. */
function hexOf(reading: Reading): readonly Bytes[] {
  const runs = reading.text.matchAll(/(?:(?:0x|\\x)?[0-9a-f]{1,2}[\s:,;.+\-[\]]{0,3}){3,}/gi);
  return [...runs].flatMap(({ 0: run, index }) => {
    const digits = [...run.matchAll(/[0-9a-f](?!x)/gi)].map((digit) => index + digit.index);
    return [0, 1].map((lead) => {
      const count = Math.floor((digits.length - lead) / 2);
      const places = digits.slice(lead, lead + 2 * count);
      const firsts = places.filter((_, at) => at % 2 === 0);
      const lasts = places.filter((_, at) => at % 2 === 1);
      const text = places.map((place) => reading.text.charAt(place)).join("");
      return { bytes: Buffer.from(text, "hex"), places: once(() => placesBy(reading, firsts, lasts)) };
    });
  });
}

/** `[112, 97, 115]`, also signed as Java writes bytes, or with blanks only. */
function numbersOf(reading: Reading): readonly Bytes[] {
  const runs = reading.text.matchAll(/(?:-?\d{1,3}[\s,;|+]{1,4}){2,}-?\d{1,3}/g);
  return [...runs].map(({ 0: run, index }) => {
    const numbers = [...run.matchAll(/-?\d+/g)].map(({ 0: digits, index: at }) => {
      return { value: Number(digits), first: index + at, last: index + at + digits.length - 1 };
    });
    const bytes = numbers.filter(({ value }) => value >= -128 && value <= 255);
    const firsts = bytes.map(({ first }) => first);
    const lasts = bytes.map(({ last }) => last);
    return {
      bytes: Buffer.from(bytes.map(({ value }) => value & 0xff)),
      places: once(() => placesBy(reading, firsts, lasts)),
    };
  });
}

/** Each run that is long enough, from each of the places at which a quad may begin. */
function base64Of(reading: Reading, min: number): readonly Bytes[] {
  return [...reading.text.matchAll(/[a-z0-9+/_-]{4,}/gi)]
    .filter(({ 0: run }) => run.length >= min)
    .flatMap(({ 0: run, index }) => {
      // Eight bytes take eleven characters; of fewer only the whole counts.
      return (run.length < 11 ? [0] : [0, 1, 2, 3]).map((lead) => {
        const bytes = Buffer.from(run.slice(lead), "base64");
        const placeOf = (bit: number): number => index + lead + Math.floor(bit / 6);
        const places = (): Places => {
          const ats = [...bytes.keys()];
          const firsts = ats.map((at) => placeOf(8 * at));
          return placesBy(
            reading,
            firsts,
            ats.map((at) => placeOf(8 * at + 7)),
          );
        };
        return { bytes, places: once(places) };
      });
    });
}

const utf8Sequences =
  /[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}/g;

/** Bytes as characters, one for each; and as UTF-8, where that is something else. */
function textsOf({ bytes, places }: Bytes): readonly Reading[] {
  const asBytes = { text: bytes.toString("latin1"), places, isDecoded: true, isBytes: true };
  const asUtf8 = rewritten(asBytes, utf8Sequences, (match) => Buffer.from(match, "latin1").toString("utf8"));
  return asUtf8 === asBytes ? [asBytes] : [asBytes, { ...asUtf8, isBytes: false }];
}
