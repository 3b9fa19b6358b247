// Chance and identifiers, all from one seed, so that a run can be repeated.
// Every value depends only on the seed and on what it is for, never on the order in which values are asked for:
// requests that arrive in another order meet the same devices with the same speeds.

import { hash } from "node:crypto";

export interface Chance {
  /** A number from 0 (included) to 1 (excluded) that belongs to these two whole numbers. */
  fraction(first: number, second: number): number;
  /** A UUID (in the form of version 4) that belongs to this label. */
  uuid(label: string): string;
}

/** The finalizer of MurmurHash3 (A. Appleby, public domain): every input bit changes half of the output bits. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export function chanceOf(seed: number): Chance {
  return {
    fraction: (first, second) => scramble(scramble(scramble(seed) ^ first) ^ (second + 0x9e3779b9)) / 2 ** 32,
    uuid: (label) => {
      const hex = hash("sha256", `${seed}/${label}`, "hex");
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `a${hex.slice(17, 20)}`,
        hex.slice(20, 32),
      ].join("-");
    },
  };
}
