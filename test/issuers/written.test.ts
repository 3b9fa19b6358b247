// Requests and certificates as this project writes them, read and verified by OpenSSL's program and by node:crypto.

import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameDevices, type DeviceNames, type KeyType, type Template } from "../../provider/issuers";
import { makeKey } from "../../provider/issuers/signing/keys";
import { requestFor } from "../../provider/issuers/signing/request";
import { keyIdOf } from "../../provider/issuers/x509/extensions";
import { contextWith, device, issuedIn, plainTemplate, runOf, sourceOf } from "./given";
import { makeOpensslAuthority, type OpensslAuthority } from "./openssl-authority";

const keyWords: Readonly<Record<KeyType, RegExp>> = {
  "ec-p256": /id-ecPublicKey[^]*NIST CURVE: P-256/,
  "ec-p384": /id-ecPublicKey[^]*NIST CURVE: P-384/,
  "rsa-2048": /rsaEncryption[^]*Public-Key: \(2048 bit\)/,
  "rsa-3072": /rsaEncryption[^]*Public-Key: \(3072 bit\)/,
};
const subjectKeys = ["ec-p256", "ec-p384", "rsa-2048", "rsa-3072"] as const;

const fullTemplate: Template = {
  ...plainTemplate,
  subject: "CN={serial},SERIALNUMBER={imei},OU=Tills,O=Acme,DC=acme,DC=com,C=DE,1.2.3.4=own",
  uri: ["urn:till:{id}"],
  email: ["{serial}@acme.com"],
};

function openssl(words: readonly string[], input: string | Buffer): string {
  return execFileSync("openssl", words, { input, stdio: ["pipe", "pipe", "pipe"] }).toString();
}

function hexOf(bytes: Buffer): string {
  return bytes
    .toString("hex")
    .toUpperCase()
    .replace(/..(?!$)/gu, "$&:");
}

async function requestOf(template: Template, name = "x"): Promise<string> {
  const [names] = nameDevices(template, [{ ...device(1), name, imei: "35-209900-176148" }]).named.values();
  if (names === undefined) throw new Error("The device has no names.");
  return await requestFor(await makeKey(template.key), names, 90).pem();
}

describe("a certificate request", function () {
  this.timeout(30_000);
  for (const key of subjectKeys) {
    it(`for a key of type ${key} is verified by OpenSSL, with all its names`, async () => {
      const text = openssl(
        ["req", "-verify", "-text", "-noout", "-nameopt", "RFC2253"],
        await requestOf({ ...fullTemplate, key }),
      );
      expect(text).to.match(keyWords[key]);
      expect(text).to.match(/Version: 1 \(0x0\)/);
      expect(text).to.match(
        /Subject: CN=SN-1001,serialNumber=35-209900-176148,OU=Tills,O=Acme,DC=acme,DC=com,C=DE,1\.2\.3\.4=#0C036F776E\n/,
      );
      expect(text).to.include(`DNS:SN-1001.tills.acme.com, URI:urn:till:${device(1).id}, email:SN-1001@acme.com`);
    });
  }

  it("without alternative names asks for no extension", async () => {
    const text = openssl(
      ["req", "-verify", "-text", "-noout"],
      await requestOf({ ...fullTemplate, dns: [], uri: [], email: [] }),
    );
    expect(text).to.match(/Attributes:\s+\(none\)/);
    expect(text).not.to.include("Alternative Name");
  });

  it("has each value in the type of string that RFC 5280 asks for", async () => {
    const text = openssl(
      ["asn1parse"],
      await requestOf({ ...fullTemplate, subject: `${fullTemplate.subject},L={name}` }, "Köln"),
    );
    const stringsAfter = (oid: string): readonly string[] =>
      [...text.matchAll(new RegExp(`:${oid}\\s+.*prim: (\\w+)`, "gu"))].map(([, type = ""]) => type);
    expect(stringsAfter("countryName")).to.deep.equal(["PRINTABLESTRING"]);
    expect(stringsAfter("serialNumber")).to.deep.equal(["PRINTABLESTRING"]);
    expect(stringsAfter("domainComponent")).to.deep.equal(["IA5STRING", "IA5STRING"]);
    expect(stringsAfter("commonName")).to.deep.equal(["UTF8STRING"]);
    expect(stringsAfter("localityName")).to.deep.equal(["UTF8STRING"]);
  });
});

describe("a certificate of an own authority", function () {
  this.timeout(60_000);
  const authorities: OpensslAuthority[] = [];
  after(() => {
    for (const authority of authorities) authority.remove();
  });
  function authority(...made: Parameters<typeof makeOpensslAuthority>): OpensslAuthority {
    const one = makeOpensslAuthority(...made);
    authorities.push(one);
    return one;
  }

  /** Issued, and accepted by `openssl verify`. */
  async function verified(
    by: OpensslAuthority,
    template: Template,
    {
      given = device(1),
      days = 90,
      rules = ["-x509_strict"],
    }: { given?: DeviceNames; days?: number; rules?: string[] } = {},
  ): Promise<X509Certificate> {
    const ca = { certificate: { file: join(by.folder, "ca.pem") }, key: { file: join(by.folder, "ca.key") } };
    const { issue, desk } = runOf(sourceOf({ kind: "ca", ...ca }, { template, days }), contextWith());
    const [leaf] = issuedIn(await issue(given)).material.certificates;
    expect([...desk.remarks]).to.deep.equal([]);
    const file = join(by.folder, "leaf.der");
    writeFileSync(file, leaf?.der ?? "");
    const words = ["verify", "-CAfile", "ca.pem", "-purpose", "sslclient", ...rules, "leaf.der"];
    expect(execFileSync("openssl", words, { cwd: by.folder }).toString()).to.match(/^leaf\.der: OK/);
    return new X509Certificate(leaf?.der ?? "");
  }

  const textOf = (certificate: X509Certificate): string =>
    openssl(["x509", "-inform", "DER", "-text", "-noout", "-nameopt", "RFC2253"], certificate.raw);

  const algorithms = {
    "RSA 2048": "sha256WithRSAEncryption",
    "EC P-256": "ecdsa-with-SHA256",
    "EC P-384": "ecdsa-with-SHA384",
    "EC P-521": "ecdsa-with-SHA512",
    Ed25519: "ED25519",
  };
  for (const type of ["RSA 2048", "EC P-256", "EC P-384", "EC P-521", "Ed25519"] as const) {
    it(`with a key of type ${type} is verified by OpenSSL and node:crypto, for every key of a device`, async () => {
      const own = authority("Acme Wurzel Ä", { key: type });
      const root = new X509Certificate(own.certificate);
      for (const key of subjectKeys) {
        const made = await verified(
          own,
          { ...fullTemplate, key },
          {
            given: { ...device(1), imei: "35-209900-176148" },
          },
        );
        expect(made.checkIssued(root) && made.verify(root.publicKey), key).to.equal(true);
        const text = textOf(made);
        expect(text.match(/Signature Algorithm: (\S+)/gu)).to.deep.equal(
          Array.from({ length: 2 }, () => `Signature Algorithm: ${algorithms[type]}`),
        );
        expect(text).to.match(keyWords[key]);
      }
    });
  }

  it("says that it is a client's, of which key it is and which key signed it", async () => {
    const own = authority();
    const made = await verified(own, plainTemplate);
    const text = textOf(made);
    expect(text).to.match(/Version: 3 \(0x2\)/);
    expect(text).to.match(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    expect(text).to.match(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).to.match(/X509v3 Extended Key Usage: \s+TLS Web Client Authentication\n/);
    const idIn = (from: string, name: string): string | undefined =>
      new RegExp(`X509v3 ${name} Key Identifier: \\s+(?:keyid:)?([0-9A-F:]+)`, "u").exec(from)?.[1];
    expect(idIn(text, "Authority")).to.equal(idIn(textOf(new X509Certificate(own.certificate)), "Subject"));
    expect(idIn(text, "Subject")).to.equal(hexOf(keyIdOf(made.publicKey.export({ type: "spki", format: "der" }))));
  });

  it("names the key as OpenSSL would where its authority's certificate does not", async () => {
    const own = authority("Plain Root", { more: ["-addext", "subjectKeyIdentifier=none"] });
    // Its strict rules want an authority that names its key.
    const made = await verified(own, plainTemplate, { rules: [] });
    const key = new X509Certificate(own.certificate).publicKey.export({ type: "spki", format: "der" });
    expect(textOf(made)).to.match(new RegExp(`Authority Key Identifier: \\s+(?:keyid:)?${hexOf(keyIdOf(key))}\n`, "u"));
    const named = new X509Certificate(authority().certificate);
    expect(textOf(named)).to.match(
      new RegExp(
        `Subject Key Identifier: \\s+${hexOf(keyIdOf(named.publicKey.export({ type: "spki", format: "der" })))}\n`,
        "u",
      ),
    );
  });

  it("ends after 2049 where it is asked to, in the other form of time", async () => {
    const own = authority("Long Root", { more: ["-days", "20000"] });
    const made = await verified(own, plainTemplate, { days: 15_000 });
    expect(Math.round((Date.parse(made.validTo) - Date.now()) / 86_400_000)).to.equal(15_000);
    expect(openssl(["asn1parse", "-inform", "DER"], made.raw)).to.match(
      /prim: UTCTIME[^]*prim: GENERALIZEDTIME\s+:20\d{12}Z/,
    );
  });

  const hostile = [
    'SN 0, "x"',
    "a,O=Evil",
    "a+O=Evil",
    "#0500",
    "a\\,b",
    "a=b;c<d>",
    '"',
    "{serial}",
    "日本 ☕",
    " ends ",
  ];
  for (const name of hostile) {
    it(`holds a device's name as it is, also ${JSON.stringify(name)}`, async () => {
      const own = authorities[0] ?? authority();
      const made = await verified(
        own,
        { ...plainTemplate, subject: "CN={name},O=Acme" },
        { given: { ...device(1), name } },
      );
      const words = ["x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "sep_multiline,utf8,lname"];
      expect(openssl(words, made.raw)).to.equal(`subject=\n    organizationName=Acme\n    commonName=${name}\n`);
    });
  }

  it("has a serial number by chance: positive, and of 16 bytes", async () => {
    const own = authorities[0] ?? authority();
    const numbers = new Set<string>();
    for (let count = 0; count < 8; count += 1) {
      const { serialNumber } = await verified(own, plainTemplate);
      expect(serialNumber).to.match(/^[4-7][0-9A-F]{31}$/);
      numbers.add(serialNumber);
    }
    expect(numbers.size).to.equal(8);
  });
});
