// All readings of a text, also one inside another, to a depth and within a bound. Pure. It must not know any secret.

import { decodingsOf } from "./decodings";
import { readingOf, unescaped, type Reading } from "./readings";

const depthMax = 3;

/** Characters read at most, for each of the text: a text that is made to be read in many ways costs no more. */
const charactersPerCharacter = 100;

export function readingsOf(text: string): readonly Reading[] {
  const all: Reading[] = [readingOf(text)];
  const depths = [0];
  let charactersLeft = text.length * charactersPerCharacter + 1_000;
  for (let next = 0; next < all.length; next += 1) {
    const reading = all[next];
    const depth = depths[next] ?? depthMax;
    if (reading === undefined || depth >= depthMax) continue;
    const plain = unescaped(reading);
    for (const each of [...plain, ...decodingsOf(reading)]) {
      charactersLeft -= each.text.length;
      if (charactersLeft < 0) return all;
      all.push(each);
      // Escapes stand inside escapes (JSON in JSON); that is no deeper.
      depths.push(depth + (plain.includes(each) ? 0.5 : 1));
    }
  }
  return all;
}
