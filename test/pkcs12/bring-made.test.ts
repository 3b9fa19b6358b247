// Inputs of the kinds of test/fixtures/bring, made here: none of them is a file that the reader was written with.

import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect } from "chai";
import { chainOf, digestOf, findings, fromPem, openPkcs12, summarize, writePkcs12 } from "../../provider/pkcs12";
import { integer, objectIdentifier, octetString, sequence } from "../../provider/pkcs12/asn1/der";
import {
  type BagNames,
  type CertificateParts,
  certificateBag,
  certificateWith,
  generalizedTime,
  keyBag,
  pfxOf,
  pkcs8With,
  secretBag,
  utcTime,
  withBag,
} from "../support/bags";
import { makeIdentity, p12Of } from "../support/certificates";
import { failureOf } from "./fixtures";

const nowMs = Date.parse("2026-12-01T00:00:00Z");
const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const { privateKey: otherKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

function lasting(serial: string, from: string, until: string, change: Partial<CertificateParts> = {}): Buffer {
  const times = [from, until].map((date) => [utcTime, `${date}000000Z`] as const);
  return certificateWith({ key, serial, times, ...change });
}

const over = lasting("01", "250101", "260101");
const running = lasting("02", "251201", "271201");
const newest = lasting("03", "261101", "281201");
const notYet = lasting("04", "270601", "300101");
const id: BagNames = { localKeyId: "x" };

async function serialOf(...bags: readonly Buffer[]): Promise<string | undefined> {
  const p12 = await openPkcs12(pfxOf(...bags), undefined);
  return summarize(p12, chainOf(p12, { nowMs }))?.serialNumber;
}

describe("the leaf of a file that was renewed with the same key", () => {
  const bags: Readonly<Record<string, readonly [serial: string, ...bags: readonly Buffer[]]>> = {
    "is the one that the localKeyID names, wherever it stands": [
      ...["02", certificateBag(over), certificateBag(newest), certificateBag(running, id), keyBag(key, id)],
    ] as const,
    "is the newest that is valid where nothing names one": [
      ...[
        "03",
        certificateBag(over),
        certificateBag(notYet),
        certificateBag(newest),
        certificateBag(running),
        keyBag(key),
      ],
    ] as const,
    "is the newest that is valid of several that are named": [
      ...["03", certificateBag(notYet, id), certificateBag(over, id), certificateBag(newest, id), keyBag(key, id)],
    ] as const,
    "is the newest that is valid where the localKeyID names none": [
      ...[
        "03",
        certificateBag(over, { localKeyId: "a" }),
        certificateBag(newest, { localKeyId: "b" }),
        keyBag(key, id),
      ],
    ] as const,
  };
  for (const [title, [serial, ...given]] of Object.entries(bags)) {
    it(title, async () => {
      expect(await serialOf(...given)).to.equal(serial);
    });
  }
});

describe("a file with several keys", () => {
  const other = lasting("0A", "250101", "260101", { key: otherKey, commonName: "other.example" });
  const file = pfxOf(
    ...[certificateBag(other, { friendlyName: "vpn" }), keyBag(otherKey, { friendlyName: "vpn" })],
    ...[certificateBag(newest, { friendlyName: "wlan" }), keyBag(key, { friendlyName: "wlan" })],
  );

  it("counts as usable when one of them is, and says which certificate each has", async () => {
    const p12 = await openPkcs12(file, "");
    const found = findings(p12, { nowMs });
    expect(found.filter(({ severity }) => severity === "error")).to.deep.equal([]);
    expect(found.map(({ message }) => message).join("\n")).to.match(
      /named "vpn", until 2026-01-01.*named "wlan", until/,
    );
  });

  it("gives the one of a name, or of a fingerprint in any writing", async () => {
    const p12 = await openPkcs12(file, "");
    const chosen = chainOf(p12, { nowMs, friendlyName: "vpn" }).leaf;
    expect(chosen?.subject).to.equal("CN=other.example");
    const pairs = chosen?.sha256Fingerprint.toUpperCase().match(/../gu) ?? [];
    expect(chainOf(p12, { nowMs, fingerprint: pairs.join(":") }).leaf).to.equal(chosen);
  });
});

describe("serial numbers and times of all forms", () => {
  // As `openssl x509 -serial` prints them.
  for (const [hex, printed] of [
    ["ff", "-01"],
    ["80", "-80"],
    ["8001", "-7FFF"],
    ["f10a39f4aabb", "-0EF5C60B5545"],
    ["00", "00"],
    ["0080", "80"],
    [`00${"ff".repeat(20)}`, "FF".repeat(20)],
  ] as const) {
    it(`${hex} is printed as ${printed}`, async () => {
      expect(await serialOf(certificateBag(certificateWith({ key, serial: hex })), keyBag(key))).to.equal(printed);
    });
  }

  for (const [tag, text, instant] of [
    [utcTime, "261101000000+0100", "2026-10-31T23:00:00.000Z"],
    [utcTime, "261101000000-0530", "2026-11-01T05:30:00.000Z"],
    [utcTime, "2611010000+0200", "2026-10-31T22:00:00.000Z"],
    [utcTime, "500101000000Z", "1950-01-01T00:00:00.000Z"],
    [generalizedTime, "20261101000000+0100", "2026-10-31T23:00:00.000Z"],
    [generalizedTime, "20261101000000.5Z", "2026-11-01T00:00:00.000Z"],
  ] as const) {
    it(`${text} is ${instant}`, async () => {
      const end = [generalizedTime, "20360101000000Z"] as const;
      const made = certificateWith({ key, times: [[tag, text], end] });
      const { certificates } = await openPkcs12(pfxOf(certificateBag(made), keyBag(key)), undefined);
      expect(certificates[0]?.notBefore).to.equal(instant);
    });
  }
});

describe("a key that nobody can use", () => {
  const ec = "1.2.840.10045.2.1";
  const number = sequence(integer(1), octetString(randomBytes(32)));
  const curve = (oid: string): Buffer => pkcs8With(ec, objectIdentifier(oid), number);
  const unknown: Readonly<Record<string, readonly [pkcs8: Buffer, oid: string]>> = {
    "GOST's curve": [curve("1.2.643.7.1.2.1.1.1"), "1.2.643.7.1.2.1.1.1"],
    "a curve of somebody's own": [curve("1.3.6.1.4.1.99999.1"), "1.3.6.1.4.1.99999.1"],
    "an SLH-DSA key": [
      pkcs8With("2.16.840.1.101.3.4.3.20", Buffer.alloc(0), randomBytes(64)),
      "2.16.840.1.101.3.4.3.20",
    ],
    "an X25519 key": [pkcs8With("1.3.101.110", Buffer.alloc(0), octetString(randomBytes(32))), "1.3.101.110"],
  };
  for (const [title, [pkcs8, oid]] of Object.entries(unknown)) {
    it(`is named by its OID in a file and in PEM: ${title}`, async () => {
      const inFile = await failureOf(openPkcs12(pfxOf(certificateBag(newest), keyBag(pkcs8)), undefined));
      const inPem = await failureOf(fromPem({ certificate: newest, privateKey: pem("PRIVATE KEY", pkcs8) }));
      expect(inFile.kind).to.equal("unsupported");
      for (const { message } of [inFile, inPem]) {
        expect(message)
          .to.contain(`(${oid})`)
          .and.to.match(/have the certificate issued for a key of type RSA 2048/);
      }
      expect(inPem.message).to.match(
        /^The private key uses an unknown (elliptic curve|key type) \([0-9.]+\), which is not/,
      );
    });

    it(`leaves the file's other key usable: ${title}`, async () => {
      const p12 = await openPkcs12(pfxOf(keyBag(pkcs8), certificateBag(newest), keyBag(key)), undefined);
      expect(chainOf(p12, { nowMs }).leaf?.serialNumber).to.equal("03");
      expect(findings(p12, { nowMs }).map(({ code }) => code)).to.include("ignoredEntries");
    });
  }

  it("is called damaged where its number is too large for its curve, which OpenSSL takes and cannot write", async () => {
    const sec1 = sequence(integer(1), octetString(randomBytes(48)));
    const pkcs8 = pkcs8With(ec, objectIdentifier("1.2.840.10045.3.1.7"), sec1);
    expect((await failureOf(fromPem({ certificate: newest, privateKey: pkcs8 }))).kind).to.equal("badPem");
  });
});

it("a file protected to a Windows user is told whichever entry holds the password, and however it is encrypted", async () => {
  for (const profile of ["androidLegacy", "modern"] as const) {
    const material = await fromPem({ certificate: newest, privateKey: key.export({ type: "pkcs8", format: "der" }) });
    const hidden = Buffer.from(await writePkcs12(material, { profile, password: "nobody knows it", iterations: 10 }));
    const protectedTo = withBag(hidden, secretBag("1.3.6.1.4.1.311.17.4", randomBytes(300)));
    expect((await failureOf(openPkcs12(protectedTo, "changeit"))).message).to.match(/a Windows user or group/);
  }
});

describe("PKCS#12 and PEM as text, out of any variable", () => {
  const identity = makeIdentity("text.example");
  const wraps: Readonly<Record<string, (file: Buffer) => string>> = {
    "as a certificate (certutil)": (file) => pem("CERTIFICATE", file).replaceAll("\n", "\r\n"),
    "as PKCS #12 after bag attributes": (file) => `Bag Attributes\n    friendlyName: x\n${pem("PKCS #12", file)}`,
    "as a key": (file) => pem("ENCRYPTED PRIVATE KEY", file),
    "escaped, in quotes": (file) => `"${pem("PFX", file).replaceAll("\n", "\\n")}"`,
  };
  for (const [title, wrap] of Object.entries(wraps)) {
    it(`a file is read between lines of PEM, ${title}, and as each part`, async () => {
      const file = Buffer.from(await p12Of(identity, "pass-word-1"));
      const text = wrap(file);
      const digest = digestOf(await openPkcs12(file, "pass-word-1"));
      expect(digestOf(await openPkcs12(Buffer.from(text), "pass-word-1"))).to.equal(digest);
      const parts = { certificate: text, privateKey: text, chain: text, privateKeyPassword: "pass-word-1" };
      expect(digestOf(await fromPem(parts))).to.equal(digest);
    });
  }

  it("PEM is read in base64 once more, as variables hold it", async () => {
    const once = (text: string): string => Buffer.from(text).toString("base64");
    const parts = { certificate: once(identity.certificate), privateKey: once(identity.privateKey) };
    expect(digestOf(await fromPem(parts))).to.equal(digestOf(await fromPem(identity)));
  });

  for (const cipher of ["aes-192-cbc", "aes-256-cbc", "des-ede3-cbc", "aria-256-cbc"]) {
    it(`an encrypted key is opened in DER as in PEM, of another make than the fixtures': ${cipher}`, async () => {
      const own = createPrivateKey(identity.privateKey);
      const der = own.export({ type: "pkcs8", format: "der", cipher, passphrase: "käse" });
      const parts = { certificate: identity.certificate, privateKeyPassword: "käse" };
      const plain = digestOf(await fromPem(identity));
      expect(digestOf(await fromPem({ ...parts, privateKey: der }))).to.equal(plain);
      expect(digestOf(await fromPem({ ...parts, privateKey: pem("PRIVATE KEY", der) }))).to.equal(plain);
    });
  }
});

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/gu) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
