// What people bring in place of a plain PKCS#12 file: the files of test/fixtures/bring, and others of each kind made here.

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { chainOf, digestOf, findings, fromPem, openPkcs12, summarize, withoutOtherPairs } from "../../provider/pkcs12";
import { makeIdentity, p12Of } from "../support/certificates";
import { bytesOf, failureOf, password, read } from "./fixtures";

const nowMs = Date.parse("2026-12-01T00:00:00Z");

function brought(path: string): Buffer {
  return readFileSync(join(__dirname, "../fixtures/bring", path));
}

async function leafSerial(path: string): Promise<string | undefined> {
  const p12 = await openPkcs12(brought(path), password);
  return summarize(p12, chainOf(p12, { nowMs }))?.serialNumber;
}

describe("the leaf of a file with several candidates", () => {
  for (const file of ["same-key-renewed.p12", "same-key-renewed-keytool.p12"]) {
    it(`is the certificate that the key's localKeyID names: ${file}`, async () => {
      expect(await leafSerial(`p12/${file}`)).to.equal("0C");
    });
  }

  it("is the key's whose certificate is valid, where the first one has expired", async () => {
    const p12 = await openPkcs12(brought("p12/expired-key-first.p12"), password);
    const chain = chainOf(p12, { nowMs });
    expect(chain.leaf?.serialNumber).to.equal("0C");
    const found = findings(p12, { nowMs }, chain);
    expect(found.map(({ code }) => code))
      .to.include("severalKeys")
      .and.not.to.include("expired");
    expect(found.find(({ code }) => code === "severalKeys")?.message).to.match(/until 2025-01-01.*until 2028-03-01/);
  });

  it("is the newest that is valid where no localKeyID tells, and part of the digest", async () => {
    const material = await read("two-keys-nolkid.p12");
    const first = chainOf(material, { nowMs });
    const other = chainOf(material, {
      nowMs,
      fingerprint: material.certificates.find(
        (each) => each !== first.leaf && material.privateKeys.some((key) => key.publicKey.equals(each.publicKey)),
      )?.sha256Fingerprint,
    });
    expect(other.leaf).not.to.equal(first.leaf);
    expect(digestOf(withoutOtherPairs(material, other))).not.to.equal(digestOf(withoutOtherPairs(material, first)));
  });

  it("can be chosen by name, and what is not there is refused with what there is", async () => {
    const p12 = await read("keytool-two-keys.p12");
    expect(chainOf(p12, { nowMs, friendlyName: "leaf-ec256" }).leaf?.subject).to.match(/^CN=leaf ec256/);
    const failure = await failureOf(Promise.resolve().then(() => chainOf(p12, { friendlyName: "nobody" })));
    expect(failure.message).to.match(/it holds "CN=leaf rsa2048.*named "leaf-rsa2048".*named "leaf-ec256"/);
  });
});

describe("an odd certificate or key", () => {
  it("has its negative serial number as OpenSSL prints it", async () => {
    expect(await leafSerial("p12/negative-serial.p12")).to.equal("-0EF5C60C");
  });

  it("is read with times that have an offset", async () => {
    const p12 = await openPkcs12(brought("p12/utctime-offset.p12"), password);
    expect(p12.certificates[0]?.notBefore).to.equal("2026-10-31T16:00:00.000Z");
  });

  for (const [file, oid] of [
    ["unknown-curve.p12", "1.2.250.1.223.101.256.1"],
    ["unknown-key-type.p12", "1.3.6.1.5.5.7.6.37"],
  ] as const) {
    it(`is named by its OID where it is unknown, and not called damaged: ${file}`, async () => {
      const { kind, message } = await failureOf(openPkcs12(brought(`p12/${file}`), password));
      expect(kind).to.equal("unsupported");
      expect(message)
        .to.contain(oid)
        .and.to.match(/have the certificate issued for a key of type RSA 2048/);
    });
  }

  it("is told to be protected to a Windows group, which no password opens", async () => {
    const { kind, message } = await failureOf(openPkcs12(brought("p12/windows-group-protected.pfx"), password));
    expect(kind).to.equal("unsupported");
    expect(message).to.match(/a Windows user or group .*export it again, with a password in place of/);
  });
});

const certificate = brought("pem/cert.pem").toString("latin1");
const privateKey = brought("pem/key.pem").toString("latin1");

describe("PEM as it comes out of variables, consoles and authorities", () => {
  const forms: Readonly<Record<string, (text: string) => string | Buffer>> = {
    "escaped line breaks": (text) => text.replaceAll("\n", "\\n"),
    "escaped line breaks of Windows, in quotes": (text) => `"${text.replaceAll("\n", "\\r\\n")}"`,
    "a byte order mark": (text) => `\ufeff${text}`,
    "UTF-16": (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
    "blanks for line breaks": (text) => text.replaceAll("\n", " "),
  };
  for (const [title, form] of Object.entries(forms)) {
    it(`is read with ${title}`, async () => {
      const plain = await fromPem({ certificate, privateKey });
      const taken = await fromPem({ certificate: form(certificate), privateKey: form(privateKey) });
      expect(digestOf(taken)).to.equal(digestOf(plain));
    });
  }

  it("is read from the files that were brought", async () => {
    const plain = digestOf(await fromPem({ certificate, privateKey }));
    const [escaped, key] = [brought("pem/cert-escaped.pem"), brought("pem/key-escaped.pem")];
    expect(digestOf(await fromPem({ certificate: escaped, privateKey: key }))).to.equal(plain);
    for (const bundle of ["chain.p7b", "chain.p7b.pem", "adcs-certnew.p7b.pem"]) {
      const part = brought(`pem/${bundle}`);
      expect(digestOf(await fromPem({ certificate: part, privateKey, chain: part })), bundle).to.equal(plain);
    }
  });

  for (const file of ["key-encrypted.pem", "key-encrypted.der"]) {
    it(`opens an encrypted key with its password: ${file}`, async () => {
      const encrypted = brought(`pem/${file}`);
      const taken = await fromPem({ certificate, privateKey: encrypted, privateKeyPassword: password });
      expect(digestOf(taken)).to.equal(digestOf(await fromPem({ certificate, privateKey })));
      const missing = await failureOf(fromPem({ certificate, privateKey: encrypted }));
      expect(missing.problem).to.include({ kind: "badPem", field: "privateKeyPassword" });
      const wrong = await failureOf(fromPem({ certificate, privateKey: encrypted, privateKeyPassword: "not it " }));
      expect(wrong.message).to.match(/does not open the private key; .* ends with a blank/);
    });
  }

  for (const cipher of ["aes-128-cbc", "aes-256-cbc", "des-ede3-cbc"]) {
    it(`opens keys that were encrypted here, the older way too: ${cipher}`, async () => {
      const own = createPrivateKey(privateKey);
      for (const type of ["pkcs1", "pkcs8"] as const) {
        const encrypted = own.export({ type, format: "pem", cipher, passphrase: "pass-word-1" }).toString();
        const taken = await fromPem({ certificate, privateKey: encrypted, privateKeyPassword: "pass-word-1\n" });
        expect(taken.hasTrimmedPassword).to.equal(true);
        expect(taken.privateKeys).to.have.length(1);
      }
    });
  }
});

describe("a PKCS#12 file as text", () => {
  for (const file of ["certutil-encoded-pfx.txt", "pkcs12.pem"]) {
    it(`is read as the file it is, and as a part of PEM: ${file}`, async () => {
      const plain = digestOf(await openPkcs12(brought("pem/c.p12"), password));
      expect(digestOf(await openPkcs12(brought(`pem/${file}`), password))).to.equal(plain);
      const part = brought(`pem/${file}`);
      const parts = { certificate: part, privateKey: part, privateKeyPassword: password };
      expect(digestOf(await fromPem(parts))).to.equal(plain);
    });
  }

  it("is read whatever its label says, of a file made here", async () => {
    const made = await p12Of(makeIdentity("armour.example"), password);
    const text = `-----BEGIN PFX-----\n${Buffer.from(made).toString("base64")}\n-----END PFX-----\n`;
    expect(Buffer.from((await openPkcs12(Buffer.from(text), password)).bytes).equals(made)).to.equal(true);
  });
});

describe("a password with something at its ends", () => {
  it("is used without its line break where that opens the file, with a warning", async () => {
    const p12 = await openPkcs12(bytesOf("iter-modern-2048.p12"), `${password}\r\n`);
    expect(p12.password).to.equal(password);
    expect(findings(p12, { nowMs }).map(({ code }) => code)).to.include("passwordLineBreak");
  });

  for (const [title, given, seen] of [
    ["quotes", `"${password}"`, /stands in quotes/],
    ["a blank", ` ${password}`, /begins with a blank/],
    ["a byte order mark", `\ufeff${password}`, /begins with a byte order mark/],
    ["a line break after another password", "not it\n", /ends with a line break/],
  ] as const) {
    it(`is told: ${title}`, async () => {
      expect((await failureOf(openPkcs12(bytesOf("iter-modern-2048.p12"), given))).message).to.match(seen);
    });
  }
});

describe("a look-alike is called by its name:", () => {
  const names: Readonly<Record<string, readonly [bytes: Buffer, found: RegExp]>> = {
    "lfs-pointer.p12": [brought("pem/lfs-pointer.p12"), /a Git LFS pointer; fetch/],
    "git-crypt-locked.p12": [brought("pem/git-crypt-locked.p12"), /git-crypt has locked/],
    "openssl-enc.p12": [brought("pem/openssl-enc.p12"), /`openssl enc` has encrypted/],
    "age.p12": [brought("pem/age.p12"), /age has encrypted/],
    "ansible-vault.p12": [brought("pem/ansible-vault.p12"), /Ansible Vault has encrypted/],
    "c.bks": [brought("pem/c.bks"), /Bouncy Castle keystore \(BKS\)/],
    "c.bcfks": [brought("pem/c.bcfks"), /Bouncy Castle keystore \(BCFKS\)/],
    "request.pem": [brought("pem/request.pem"), /a certificate request in PEM; have it signed first/],
    "sops in JSON": [Buffer.from('{"data":"ENC[AES256_GCM,data:x]","sops":{}}'), /sops has encrypted/],
    "sops in YAML": [Buffer.from("p12: ENC[AES256_GCM,data:x]\nsops:\n  version: 3\n"), /sops has encrypted/],
    "age's armour": [
      Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"),
      /age/,
    ],
    UBER: [Buffer.concat([Buffer.from("0000000100000014", "hex"), Buffer.alloc(80, 0x9c)]), /\(UBER\)/],
    "a PKCS#7 bundle under the label of a certificate": [brought("pem/adcs-certnew.p7b.pem"), /a PKCS#7 bundle in PEM/],
    "a PKCS#7 bundle under OpenSSL's old label": [
      Buffer.from(brought("pem/chain.p7b.pem").toString().replaceAll("PKCS7", "PKCS #7 SIGNED DATA")),
      /a PKCS#7 bundle in PEM/,
    ],
    "a key after its parameters": [
      Buffer.from(`-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${privateKey}`),
      /a private key in PEM/,
    ],
    "an encrypted key": [brought("pem/key-encrypted.pem"), /an encrypted private key in PEM/],
    "openssl enc in base64": [Buffer.from("U2FsdGVkX1+abc=\n"), /`openssl enc` has encrypted/],
  };
  for (const [title, [bytes, found]] of Object.entries(names)) {
    it(title, async () => {
      const failure = await failureOf(openPkcs12(bytes, password));
      expect(failure.kind).to.equal("notPkcs12");
      expect(failure.message).to.match(found);
    });
  }
});

describe("a part of PEM that is something else", () => {
  for (const [file, sentence] of [
    ["git-crypt-locked.p12", /no "BEGIN PRIVATE KEY" but a file that git-crypt has locked; run `git-crypt unlock`/],
    ["lfs-pointer.p12", /but a Git LFS pointer; fetch the file/],
    ["c.bks", /but a Bouncy Castle keystore \(BKS\); convert it/],
    ["request.pem", /but a certificate request in PEM; give it as PEM or DER/],
  ] as const) {
    it(`is called by its name, with the way out: ${file}`, async () => {
      const failure = await failureOf(fromPem({ certificate, privateKey: brought(`pem/${file}`) }));
      expect(failure.message).to.match(sentence);
    });
  }
});
