// The rows of a ledger as a text. The engine writes, sends and logs the whole state several times in each run, so that its
// bytes are time. What is the device's own stands at the beginning of a row (its key, its content, its file); the rest, and
// where certificates are made their template too, is the same on many devices, and is written once. Pure.
//
// A text without a dot is the rows themselves in base64. One with dots has the length of a row's own part, the other parts,
// each once, and for each row its own part with the number of the other one (in one byte where there are up to 256 of them,
// else in two).

export const rowBytes = 24;
/** Behind the digest of the content, and behind the file. */
const splits = [12, 17] as const;
const mostParts = 0x10000;

/** The shortest of the forms. The same rows give the same text on every machine. */
export function packRows(rows: Buffer): string {
  const plain = rows.toString("base64");
  const packed = splits.flatMap((split) => packedAt(rows, split) ?? []);
  return packed.reduce((shortest, text) => (text.length < shortest.length ? text : shortest), plain);
}

function packedAt(rows: Buffer, split: number): string | undefined {
  const numbers = new Map<string, number>();
  const parts: Buffer[] = [];
  const numberOf: number[] = [];
  for (let at = 0; at < rows.length; at += rowBytes) {
    const part = rows.subarray(at + split, at + rowBytes);
    const key = part.toString("latin1");
    const number = numbers.get(key) ?? parts.push(part) - 1;
    if (number === mostParts) return undefined;
    numbers.set(key, number);
    numberOf.push(number);
  }
  const numberBytes = bytesFor(parts.length);
  const packed = Buffer.alloc(numberOf.length * (split + numberBytes));
  for (const [index, number] of numberOf.entries()) {
    const at = index * (split + numberBytes);
    rows.copy(packed, at, index * rowBytes, index * rowBytes + split);
    packed.writeUIntBE(number, at + split, numberBytes);
  }
  return [String(split), Buffer.concat(parts).toString("base64"), packed.toString("base64")].join(".");
}

/** Undefined for what cannot be rows. */
export function unpackRows(text: string): Buffer | undefined {
  const [splitText = "", partsText = "", packedText = "", ...more] = text.split(".");
  if (!text.includes(".")) return bytesIn(text);
  const split = splits.find((one) => String(one) === splitText);
  const parts = bytesIn(partsText);
  const packed = bytesIn(packedText);
  if (split === undefined || parts === undefined || packed === undefined || more.length > 0) return undefined;
  if (parts.length === 0 || parts.length % (rowBytes - split) !== 0) return undefined;
  const numberBytes = bytesFor(parts.length / (rowBytes - split));
  const count = packed.length / (split + numberBytes);
  if (count === 0 || !Number.isInteger(count)) return undefined;
  const rows = Buffer.alloc(count * rowBytes);
  for (let index = 0; index < count; index += 1) {
    const from = index * (split + numberBytes);
    const at = index * rowBytes;
    packed.copy(rows, at, from, from + split);
    const part = packed.readUIntBE(from + split, numberBytes) * (rowBytes - split);
    if (part + rowBytes - split > parts.length) return undefined;
    parts.copy(rows, at + split, part, part + rowBytes - split);
  }
  return rows;
}

/** Undefined where the text is not base64 as it is written here. */
function bytesIn(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

function bytesFor(parts: number): 1 | 2 {
  return parts <= 0x100 ? 1 : 2;
}
