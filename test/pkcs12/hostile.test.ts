// Files that are made to cost time or memory: each is refused, or read, in a moment, and other work goes on meanwhile.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readGiven } from "../../provider/lifecycle/content/open-source";
import { readBoundedFile, readRegularFile } from "../../provider/lifecycle/content/read-file";
import { fromPem, openPkcs12, readPkcs12 } from "../../provider/pkcs12";
import { renewalOf } from "../../provider/pkcs12/advice/renewal";
import { der, explicit, integer, objectIdentifier, octetString, sequence } from "../../provider/pkcs12/asn1/der";
import { firstPemBlocksIn } from "../../provider/pkcs12/container/text";
import { certificateOf } from "../../provider/pkcs12/x509/certificate";
import { makeIdentity } from "../support/certificates";
import { bytesOf, failureOf } from "./fixtures";

const oidData = objectIdentifier("1.2.840.113549.1.7.1");
const bagTypes = "1.2.840.113549.1.12.10.1";

/** A file without encryption and MAC that holds these entries. */
function fileOf(...bags: readonly Uint8Array[]): Buffer {
  const safes = sequence(sequence(oidData, explicit(0, octetString(sequence(...bags)))));
  return sequence(integer(3), sequence(oidData, explicit(0, octetString(safes))));
}

function keyBag(algorithm: Uint8Array, key: Uint8Array): Buffer {
  const pkcs8 = sequence(integer(0), algorithm, octetString(key));
  return sequence(objectIdentifier(`${bagTypes}.1`), explicit(0, pkcs8));
}

function certificateBag(certificate: Uint8Array): Buffer {
  const value = sequence(objectIdentifier("1.2.840.113549.1.9.22.1"), explicit(0, octetString(certificate)));
  return sequence(objectIdentifier(`${bagTypes}.3`), explicit(0, value));
}

function bigNumber(bytes: number): Buffer {
  return der(0x02, Buffer.concat([Buffer.of(0x7f), Buffer.alloc(bytes - 1, 0xff)]));
}

/** The longest time in which nothing else could run. */
async function longestBlockMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await work();
  longest = Math.max(longest, performance.now() - last);
  clearInterval(timer);
  return longest;
}

describe("a hostile file", function () {
  this.timeout(120_000);

  for (const [title, bag] of [
    [
      "a DSA key of 40 kB",
      keyBag(
        sequence(objectIdentifier("1.2.840.10040.4.1"), sequence(bigNumber(13_000), bigNumber(32), bigNumber(13_000))),
        bigNumber(13_000),
      ),
    ],
    [
      "an RSA key of 20,000 bits",
      keyBag(
        sequence(objectIdentifier("1.2.840.113549.1.1.1")),
        sequence(integer(0), bigNumber(2500), integer(3), bigNumber(2500)),
      ),
    ],
    ["an EC key of 20 kB", keyBag(sequence(objectIdentifier("1.2.840.10045.2.1")), Buffer.alloc(20_000))],
  ] as const) {
    it(`is refused for its key before OpenSSL gets it: ${title}`, async () => {
      const startAt = performance.now();
      expect((await failureOf(readPkcs12(fileOf(bag), undefined))).kind).to.equal("limit");
      expect(performance.now() - startAt).to.be.lessThan(1_000);
    });
  }

  it("is refused for the type of its key, also where OpenSSL would know it and compute for hours (DH)", async () => {
    const dh = sequence(objectIdentifier("1.2.840.113549.1.3.1"), sequence(bigNumber(13_000), integer(2)));
    expect((await failureOf(readPkcs12(fileOf(keyBag(dh, bigNumber(13_000))), undefined))).kind).to.equal(
      "unsupported",
    );
  });

  it("may hold many certificates, but not any number of keys", async () => {
    const ec = sequence(objectIdentifier("1.2.840.10045.2.1"), objectIdentifier("1.2.840.10045.3.1.7"));
    const bag = keyBag(ec, sequence(integer(1), octetString(Buffer.alloc(32, 1))));
    const { kind, message } = await failureOf(readPkcs12(fileOf(...Array.from({ length: 200 }, () => bag)), undefined));
    expect(kind).to.equal("limit");
    expect(message).to.match(/the number of private keys is 10\d, and 100 is the most/);
  });

  it("is refused where indefinite lengths in one another would be read again and again", async () => {
    const nested = Buffer.concat([
      ...Array.from({ length: 40 }, () => Buffer.of(0x24, 0x80)),
      Buffer.alloc(4_000_000, Buffer.of(0x04, 0x00)),
      Buffer.alloc(80),
    ]);
    const file = sequence(integer(3), sequence(oidData, explicit(0, nested)));
    const blockedMs = await longestBlockMs(async () => {
      expect((await failureOf(readPkcs12(file, undefined))).kind).to.equal("limit");
    });
    // A busy machine is given room; it took half a minute.
    expect(blockedMs).to.be.lessThan(2_000);
  });

  it("with a subject of 60 kB has a name of a bounded length, which still tells it from others", () => {
    const { certificate } = makeIdentity("x".repeat(60_000));
    const other = makeIdentity(`${"x".repeat(60_000)}y`);
    const [one, two] = [certificate, other.certificate].map((pem) =>
      certificateOf(firstPemBlocksIn(pem)[0]?.bytes ?? Buffer.alloc(0)),
    );
    expect(one?.subject).to.match(/^CN=x{900}/);
    expect(one?.subject.length).to.be.lessThan(1_200);
    expect(one?.subject).not.to.equal(two?.subject);
  });

  it("of text with BEGIN after BEGIN and no END takes time in proportion to its length", async () => {
    const startAt = performance.now();
    const text = "-----BEGIN A-----".repeat(800_000);
    const { kind } = await failureOf(fromPem({ certificate: text, privateKey: text }));
    expect(kind).to.equal("badPem");
    expect((await failureOf(openPkcs12(Buffer.from(text), ""))).kind).to.equal("limit");
    expect(performance.now() - startAt).to.be.lessThan(8_000);
  });

  for (const [title, text] of [
    ["a BEGIN", "-----BEGIN A-----\n"],
    ["the first letters of base64", "MI"],
  ] as const) {
    it(`of backslashes without end after ${title} takes time in proportion to its length`, async () => {
      const startAt = performance.now();
      const bytes = Buffer.from(text + "\\".repeat(4_000_000));
      expect((await failureOf(fromPem({ certificate: bytes, privateKey: bytes }))).kind).to.equal("badPem");
      expect(performance.now() - startAt).to.be.lessThan(10_000);
    });
  }

  it("with a certificate of more than a megabyte is refused before OpenSSL takes it apart", async () => {
    const bag = certificateBag(Buffer.alloc(1_100_000, 0x30));
    const { kind, message } = await failureOf(readPkcs12(fileOf(bag), undefined));
    expect(kind).to.equal("limit");
    expect(message).to.contain("a certificate's length in bytes is 1100000");
  });

  it("of 16 MB of certificates is read in seconds, and other work goes on", async () => {
    const leaf = (await readPkcs12(bytesOf("iter-modern-1.p12"), "changeit")).certificates[0]?.der ?? Buffer.alloc(0);
    const bags = Array.from({ length: 9_000 }, (_, index) => {
      const changed = Buffer.from(leaf);
      changed.writeUInt32BE(index, changed.length - 8);
      return certificateBag(changed);
    });
    const file = fileOf(...bags);
    const startAt = performance.now();
    const blockedMs = await longestBlockMs(async () => {
      expect((await readPkcs12(file, undefined)).certificates).to.have.length(9_000);
    });
    expect(performance.now() - startAt).to.be.lessThan(10_000);
    expect(blockedMs).to.be.lessThan(2_000);
  });
});

describe("a file that is longer than any PKCS#12 file", () => {
  const folder = mkdtempSync(join(tmpdir(), "bounded-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is measured before it is read", async () => {
    const path = join(folder, "large.p12");
    writeFileSync(path, "");
    truncateSync(path, 4 * 1024 ** 3);
    const failure = await failureOf(Promise.resolve().then(() => readBoundedFile(path)));
    expect(failure.message).to.match(/the file's size in bytes is 4294967296, and 16777216 is the most/);
  });

  it("is left where it has no end", async function () {
    if (process.platform === "win32") this.skip();
    const failure = await failureOf(Promise.resolve().then(() => readBoundedFile("/dev/zero")));
    expect(failure.kind).to.equal("limit");
  });

  it("is refused at once where a program names a pipe that nobody writes to", function () {
    if (process.platform === "win32") this.skip();
    const path = join(folder, "pipe.p12");
    execFileSync("mkfifo", [path]);
    const source = { kind: "file", path } as const;
    const surroundings = { readFile: readRegularFile, environment: {}, nowMs: () => 0 };
    expect(() => readGiven(source, surroundings)).to.throw(
      `${path} is a pipe or a device; name the PKCS#12 file itself`,
    );
  });

  it("is read whole where it is shorter", () => {
    const path = join(folder, "small.p12");
    writeFileSync(path, bytesOf("iter-modern-1.p12"));
    expect(readBoundedFile(path).equals(bytesOf("iter-modern-1.p12"))).to.equal(true);
  });
});

describe("a renewal", () => {
  it("is due from the first day on where it is to come more days before the end than the certificate lives", () => {
    const { renewAt, readyForRenewal } = renewalOf("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 1e9, Date.now());
    expect(renewAt).to.equal("2026-01-01T00:00:00.000Z");
    expect(readyForRenewal).to.equal(true);
  });
});
