// Files that are made to cost the reader time or memory, each up to 16 MB: the worst known of each kind. They are plain DER
// and text; nothing here knows how the reader bounds them.

import {
  der,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
} from "../provider/pkcs12/asn1/der";

const mostBytes = 16 * 1024 * 1024;
const room = 200_000;
const bagTypes = "1.2.840.113549.1.12.10.1";
const pbe = "1.2.840.113549.1.12.1";
const oidData = objectIdentifier("1.2.840.113549.1.7.1");

type Bytes = Uint8Array;

function fileOf(...parts: readonly Bytes[]): Buffer {
  return sequence(integer(3), sequence(oidData, explicit(0, octetString(sequence(...parts)))));
}

function plainPart(...bags: readonly Bytes[]): Buffer {
  return sequence(oidData, explicit(0, octetString(sequence(...bags))));
}

function bag(type: number, value: Bytes, ...attributes: readonly Bytes[]): Buffer {
  const names = attributes.length === 0 ? [] : [der(0x31, ...attributes)];
  return sequence(objectIdentifier(`${bagTypes}.${String(type)}`), explicit(0, value), ...names);
}

function certificateBag(certificate: Bytes): Buffer {
  return bag(3, sequence(objectIdentifier("1.2.840.113549.1.9.22.1"), explicit(0, octetString(certificate))));
}

function encryptedPart(algorithm: Bytes, length: number): Buffer {
  const info = sequence(oidData, algorithm, der(0x80, Buffer.alloc(length, 0x5a)));
  const encrypted = sequence(integer(0), info);
  return sequence(objectIdentifier("1.2.840.113549.1.7.6"), explicit(0, encrypted));
}

function pbeAlgorithm(number: number, iterations: number): Buffer {
  return sequence(
    objectIdentifier(`${pbe}.${String(number)}`),
    sequence(octetString(Buffer.alloc(8)), integer(iterations)),
  );
}

function pbes2(cipher: string, ivLength: number, iterations = 1): Buffer {
  const kdf = sequence(
    objectIdentifier("1.2.840.113549.1.5.12"),
    sequence(octetString(Buffer.alloc(8)), integer(iterations)),
  );
  const parameters = octetString(Buffer.alloc(ivLength));
  const encryption = sequence(objectIdentifier(cipher), ivLength === 12 ? sequence(parameters) : parameters);
  return sequence(objectIdentifier("1.2.840.113549.1.5.13"), sequence(kdf, encryption));
}

function bigNumber(bytes: number, first = 0x7f): Buffer {
  return der(0x02, Buffer.concat([Buffer.of(first), Buffer.alloc(bytes - 1, 0xff)]));
}

function keyBag(algorithm: Bytes, key: Bytes): Buffer {
  return bag(1, sequence(integer(0), algorithm, octetString(key)));
}

/** Indefinite lengths in one another, with many empty strings in the innermost. */
function nested(levels: number, bytes: number): Buffer {
  const opening = Buffer.concat(Array.from({ length: levels }, () => Buffer.of(0x30, 0x80)));
  const content = Buffer.alloc(bytes - (bytes % 2), Buffer.of(0x04, 0x00));
  return Buffer.concat([opening, content, Buffer.alloc(2 * levels)]);
}

function nameOf(text: Buffer): Buffer {
  return sequence(der(0x31, sequence(objectIdentifier("2.5.4.3"), der(0x0c, text))));
}

interface Made {
  readonly name?: Bytes;
  readonly serial: number;
  readonly publicKey?: Bytes;
  readonly more?: Bytes;
}

const rsaKey = sequence(objectIdentifier("1.2.840.113549.1.1.1"), nullValue());

function certificate({ name = nameOf(Buffer.from("x")), serial, publicKey, more }: Made): Buffer {
  const algorithm = sequence(objectIdentifier("1.2.840.113549.1.1.11"), nullValue());
  const time = der(0x17, Buffer.from("260101000000Z"));
  const until = der(0x17, Buffer.from("360101000000Z"));
  const spki = publicKey ?? sequence(rsaKey, der(0x03, Buffer.of(0), sequence(bigNumber(128), integer(65_537))));
  const extensions = more === undefined ? [] : [explicit(3, more)];
  const body = sequence(integer(serial), algorithm, name, sequence(time, until), name, spki, ...extensions);
  return sequence(body, algorithm, der(0x03, Buffer.alloc(129)));
}

function filled(make: (index: number) => Bytes, most = 10_000, bytes = mostBytes - room): Bytes[] {
  const made: Bytes[] = [];
  for (let left = bytes; made.length < most;) {
    const next = make(made.length);
    left -= next.length;
    if (left < 0) break;
    made.push(next);
  }
  return made;
}

function copies(one: Bytes, bytes: number): Buffer {
  return Buffer.alloc(one.length * Math.floor(bytes / one.length), one);
}

function repeated(text: string): Buffer {
  return Buffer.from(text.repeat(Math.floor((mostBytes - room) / text.length)));
}

const ec = sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.2.840.10045.3.1.7"));
const wide = nameOf(Buffer.alloc(900, "ä"));

/** By what they are made of; each is made when it is asked for. */
export const hostileFiles: Readonly<Record<string, () => Bytes>> = {
  "10,000 certificates with indefinite lengths in one another": () =>
    fileOf(plainPart(...filled((serial) => certificateBag(certificate({ serial, more: nested(50, 1_000) }))))),
  "200 parts with indefinite lengths in one another": () =>
    fileOf(...filled(() => plainPart(bag(9, nested(55, 36_000))), 200)),
  "100 parts of 150 kB with indefinite lengths in one another": () =>
    fileOf(...filled(() => plainPart(bag(9, nested(12, 150_000))), 100)),
  "indefinite lengths in one another": () => nested(60, mostBytes - room),
  "a million empty parts": () => fileOf(plainPart(Buffer.alloc(mostBytes - room, Buffer.of(0x30, 0)))),
  "many safe contents in one another": () =>
    fileOf(...filled(() => plainPart(bag(6, sequence(copies(bag(6, sequence()), 70_000)))), 200)),
  "names without end": () =>
    fileOf(plainPart(bag(9, nullValue(), copies(sequence(objectIdentifier("1.2.3"), der(0x31)), mostBytes - room)))),
  "10,000 entries with 150 names": () =>
    fileOf(
      plainPart(...filled(() => bag(9, nullValue(), copies(sequence(objectIdentifier("1.2.3"), der(0x31)), 1_300)))),
    ),
  "10,000 certificates of one long name": () =>
    fileOf(plainPart(...filled((serial) => certificateBag(certificate({ serial: serial + 1, name: wide }))))),
  "a certificate with a million extensions": () =>
    fileOf(
      plainPart(
        certificateBag(
          certificate({
            serial: 1,
            more: sequence(copies(sequence(objectIdentifier("1.2.3"), octetString(Buffer.alloc(0))), mostBytes - room)),
          }),
        ),
      ),
    ),
  "a certificate with a name of a megabyte": () =>
    fileOf(
      plainPart(
        certificateBag(
          certificate({
            serial: 1,
            name: sequence(copies(der(0x31, sequence(objectIdentifier("2.5.4.3"), der(0x0c))), 990_000)),
          }),
        ),
      ),
    ),
  "100 RSA keys of 16,384 bits": () =>
    fileOf(
      plainPart(
        ...filled(
          (index) =>
            keyBag(
              rsaKey,
              sequence(
                integer(0),
                bigNumber(2048, 0x40 + (index % 60)),
                integer(65_537 + 2 * index),
                ...[2048, 1024, 1024, 1024, 1024, 1024].map((each) => bigNumber(each)),
              ),
            ),
          100,
        ),
      ),
    ),
  "100 DSA keys of 4,096 bits": () =>
    fileOf(
      plainPart(
        ...filled(
          (index) =>
            keyBag(
              sequence(
                objectIdentifier("1.2.840.10040.4.1"),
                sequence(bigNumber(513, 0x40 + (index % 60)), bigNumber(513), bigNumber(513)),
              ),
              bigNumber(513),
            ),
          100,
        ),
      ),
    ),
  "100 keys and 9,900 certificates": () =>
    fileOf(
      plainPart(
        ...filled(
          (index) =>
            keyBag(
              ec,
              sequence(integer(1), octetString(Buffer.concat([Buffer.alloc(30, 1), Buffer.of(index + 1, 1)]))),
            ),
          100,
        ),
        ...filled((serial) => certificateBag(certificate({ serial })), 9_900),
      ),
    ),
  ...Object.fromEntries(
    [
      [1, "RC4"],
      [3, "3DES"],
      [5, "RC2"],
    ].map(([number, name]) => [
      `16 MB of ${String(name)}`,
      () => fileOf(encryptedPart(pbeAlgorithm(Number(number), 1), mostBytes - room - ((mostBytes - room) % 8))),
    ]),
  ),
  "16 MB of Camellia": () =>
    fileOf(encryptedPart(pbes2("1.2.392.200011.61.1.1.1.4", 16), mostBytes - room - ((mostBytes - room) % 16))),
  "16 MB of ARIA": () =>
    fileOf(encryptedPart(pbes2("1.2.410.200046.1.1.12", 16), mostBytes - room - ((mostBytes - room) % 16))),
  "16 MB of AES-GCM": () => fileOf(encryptedPart(pbes2("2.16.840.1.101.3.4.1.46", 12), mostBytes - room)),
  "ten million iterations": () => fileOf(encryptedPart(pbeAlgorithm(3, 9_999_999), 80)),
  "ten million iterations of PBKDF2": () => fileOf(encryptedPart(pbes2("2.16.840.1.101.3.4.1.42", 16, 9_999_999), 80)),
  "200 parts of 49,000 iterations": () =>
    fileOf(...Array.from({ length: 200 }, () => encryptedPart(pbeAlgorithm(3, 49_000), 80))),
  "16 MB of PEM in small blocks": () => repeated("-----BEGIN A-----\nMAA=\n-----END A-----\n"),
  "10,000 PEM blocks with indefinite lengths in one another": () => {
    const body = nested(50, 1_000).toString("base64");
    return Buffer.from(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`.repeat(9_900));
  },
  "16 MB of backslashes after PEM": () => Buffer.concat([Buffer.from("-----BEGIN A-----\n"), repeated("\\")]),
  "16 MB of backslashes after MI": () => Buffer.concat([Buffer.from("MI"), repeated("\\")]),
  "16 MB of BEGIN": () => repeated("-----BEGIN A-----"),
  "16 MB of dashes after PEM": () => Buffer.concat([Buffer.from("-----BEGIN A-----\n"), repeated("-")]),
  "16 MB of blanks after MI": () => Buffer.concat([Buffer.from("MI"), repeated(" ")]),
  "16 MB of UTF-16": () =>
    Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from("-----BEGIN A-----\n", "utf16le"), repeated("x")]),
};
