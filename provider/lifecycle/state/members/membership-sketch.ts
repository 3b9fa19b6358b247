// Remembers a set of ids in about a kilobyte, so that later it can be told which ids came and how many left, without a list.
// Pure. Up to 25 ids are kept as short hashes; more go into an invertible Bloom lookup table (M. Goodrich and M. Mitzenmacher,
// "Invertible Bloom Lookup Tables", 2011): subtracting today's table from it leaves the differences, which are peeled off one
// by one. The table holds some 60 differences; with more of them `difference` answers undefined.

import { createHash } from "node:crypto";
import type { Ids } from "./ids";

const keyBytes = 5;
const listMax = 25;
// Four: two keys in the same cells of all partitions cannot be told apart, and with three that is too likely.
const partitions = 4;
const cellsPerPartition = 22;
const cellBytes = 1 + keyBytes + 2;

export interface Difference {
  /** Ids of today that were not in the set. */
  readonly joined: ReadonlySet<string>;
  /** How many of the set are not among today's. */
  readonly leftCount: number;
}

/** A text of at most about 1,030 characters. */
export function sketchOf(ids: Pick<Ids, "keys" | "size">): string {
  if (ids.size > listMax) return `t${tableOf(ids.keys()).toString("base64")}`;
  const keys = [...ids.keys()].map(keyOf).sort((a, b) => a.compare(b));
  return `l${Buffer.concat(keys).toString("base64")}`;
}

export function difference(sketch: string, ids: Ids): Difference | undefined {
  const found = compare(sketch, ids);
  return found && { joined: found.joined, leftCount: found.leftKeys.length };
}

/** Those of `candidates`, all of them none of today's `ids`, that were in the set. */
export function leftOf(sketch: string, ids: Ids, candidates: readonly string[]): ReadonlySet<string> {
  const keys = new Set(compare(sketch, ids)?.leftKeys);
  return new Set(candidates.filter((id) => keys.has(keyOf(id).toString("hex"))));
}

interface Compared {
  readonly joined: ReadonlySet<string>;
  /** Of ids that left, in hex. */
  readonly leftKeys: readonly string[];
}

function compare(sketch: string, ids: Ids): Compared | undefined {
  const bytes = Buffer.from(sketch.slice(1), "base64");
  return sketch.startsWith("l") ? compareList(bytes, ids) : peel(bytes, ids);
}

function compareList(bytes: Buffer, ids: Ids): Compared {
  const before = new Set<string>();
  for (let at = 0; at < bytes.length; at += keyBytes) before.add(bytes.toString("hex", at, at + keyBytes));
  const today = new Map([...ids.keys()].map((id) => [keyOf(id).toString("hex"), id]));
  const joined = new Set([...today].filter(([key]) => !before.has(key)).map(([, id]) => id));
  return { joined, leftKeys: [...before].filter((key) => !today.has(key)) };
}

// 40 bits: among 100,000 devices two share a key in one of 200 fleets, and then it matters only if one of them comes or goes.
function keyOf(id: string): Buffer {
  return createHash("sha256").update(id).digest().subarray(0, keyBytes);
}

function tableOf(ids: Iterable<string>): Buffer {
  const table = Buffer.alloc(partitions * cellsPerPartition * cellBytes);
  for (const id of ids) add(table, keyOf(id), 1);
  return table;
}

/** Adds a key to its cells, or with -1 takes it out. */
function add(table: Buffer, key: Buffer, times: 1 | -1): void {
  const { cells, check } = placesOf(key);
  for (const cell of cells) {
    const at = cell * cellBytes;
    table.writeUInt8((table.readUInt8(at) + times) & 0xff, at);
    for (let index = 0; index < keyBytes; index += 1) {
      const place = at + 1 + index;
      table.writeUInt8(table.readUInt8(place) ^ key.readUInt8(index), place);
    }
    const place = at + 1 + keyBytes;
    table.writeUInt16LE(table.readUInt16LE(place) ^ check, place);
  }
}

/** One cell in each partition, and a check sum, from the key alone. */
function placesOf(key: Buffer): { readonly cells: readonly number[]; readonly check: number } {
  const low = mix(key.readUInt32LE(0) ^ Math.imul(key.readUInt8(4), 0x9e3779b1));
  const high = mix(low ^ key.readUInt8(4));
  const cells = [low & 0xff, (low >>> 8) & 0xff, (low >>> 16) & 0xff, low >>> 24].map(
    (byte, partition) => partition * cellsPerPartition + (byte % cellsPerPartition),
  );
  return { cells, check: high & 0xffff };
}

// The finaliser of MurmurHash3 (A. Appleby, public domain): every input bit reaches every output bit.
function mix(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function peel(before: Buffer, ids: Ids): Compared | undefined {
  if (before.length !== partitions * cellsPerPartition * cellBytes) return undefined;
  // What is left after both are put together: today's keys once more, those of before once less.
  const table = Buffer.from(before.map((byte, at) => (at % cellBytes === 0 ? (0x100 - byte) & 0xff : byte)));
  for (const id of ids.keys()) add(table, keyOf(id), 1);
  const keys = new Set<string>();
  const leftKeys: string[] = [];
  let joinedCount = 0;
  for (let found = true; found;) {
    found = false;
    // An overfull table can offer the same wrong key for ever; no table holds more keys than it has cells.
    if (joinedCount + leftKeys.length > partitions * cellsPerPartition) return undefined;
    for (let at = 0; at < table.length; at += cellBytes) {
      const count = table.readInt8(at);
      const key = Buffer.from(table.subarray(at + 1, at + 1 + keyBytes));
      if (count !== 1 && count !== -1) continue;
      if (placesOf(key).check !== table.readUInt16LE(at + 1 + keyBytes)) continue;
      add(table, key, count === 1 ? -1 : 1);
      if (count === 1) keys.add(key.toString("hex"));
      if (count === 1) joinedCount += 1;
      else leftKeys.push(key.toString("hex"));
      found = true;
    }
  }
  if (table.some((byte) => byte !== 0)) return undefined;
  const joined = keys.size === 0 ? [] : [...ids.keys()].filter((id) => keys.has(keyOf(id).toString("hex")));
  // A key that is none of today's is an accident of the table, not an id.
  return joined.length < joinedCount ? undefined : { joined: new Set(joined), leftKeys };
}
