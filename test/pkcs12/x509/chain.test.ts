// Which certificate is the leaf, and who issued it: by name and signature, whatever the order in the file.
import { expect } from "chai";
import { type Chain, chainOf, summarize } from "../../../provider/pkcs12/index";
import { read } from "../fixtures";

const names = ({ issuers }: Chain): string[] => issuers.map(({ subject }) => subject.replace(/,.*/u, ""));

const chain = async (file: string): Promise<Chain> => chainOf(await read(file));

describe("the chain of a certificate", () => {
  for (const file of [
    "shuffled.p12",
    "order-021.p12",
    "order-102.p12",
    "order-201.p12",
    "order-210.p12",
    "keys-first.p12",
  ]) {
    it(`is the same in whatever order the file has: ${file}`, async () => {
      const found = await chain(file);
      expect(found.leaf?.subject).to.match(/^CN=leaf/);
      expect(names(found)).to.deep.equal(["CN=Research Issuing E", "CN=Research Root E"]);
      expect(found.complete).to.be.true;
      expect(found.extras).to.be.empty;
    });
  }

  it("is found over twelve links in disorder", async () => {
    const found = await chain("long-chain-12-shuffled.p12");
    expect(found.issuers).to.have.length(11);
    expect(found.complete).to.be.true;
    const line = [found.leaf, ...found.issuers];
    for (const [index, issuer] of found.issuers.entries()) expect(line[index]?.issuer).to.equal(issuer.subject);
  });

  it("takes the shorter way to a root where an issuer is cross-signed", async () => {
    const found = await chain("crosssigned.p12");
    expect(found.complete).to.be.true;
    expect(found.issuers).to.have.length(2);
    expect(found.extras).to.have.length(2);
  });

  it("does not take a namesake for the issuer", async () => {
    const alone = await chain("impostor-issuer.p12");
    expect(alone.issuers).to.be.empty;
    expect(alone.impostor?.subject).to.equal(alone.leaf?.issuer);
    const both = await chain("impostor-and-real.p12");
    expect(both.complete).to.be.true;
    expect(both.impostor).to.be.undefined;
    expect(both.extras.map(({ subject }) => subject)).to.deep.equal([both.leaf?.issuer]);
  });

  it("ends at a gap, and where the root is left out", async () => {
    const gap = await chain("gap-no-intermediate.p12");
    expect([gap.issuers.length, gap.complete, gap.extras.length]).to.deep.equal([0, false, 1]);
    const rootless = await chain("no-root.p12");
    expect([rootless.issuers.length, rootless.complete, rootless.extras.length]).to.deep.equal([1, false, 0]);
  });

  it("is complete with one certificate that signed itself, also of version 1", async () => {
    for (const file of ["selfsigned.p12", "v1root.p12"]) expect((await chain(file)).complete, file).to.be.true;
  });

  it("is found among 500 other certificates, and with an empty subject", async () => {
    const found = await chain("many-500.p12");
    expect([found.issuers.length, found.complete, found.extras.length]).to.deep.equal([2, true, 500]);
    expect((await chain("empty-subject.p12")).issuers).to.have.length(2);
  });

  for (const [file, label] of [
    ["ossl-modern-rsapss.p12", "RSA-PSS 2048"],
    ["ossl-modern-dsa2048.p12", "DSA 2048"],
    ["ossl-modern-ed25519.p12", "Ed25519"],
    ["ossl-modern-ed448.p12", "Ed448"],
    ["ossl-modern-bp256.p12", "EC brainpoolP256r1"],
    ["ossl-modern-eck1.p12", "EC secp256k1"],
    ["ossl-modern-ec384.p12", "EC P-384"],
    ["ossl-modern-rsa4096.p12", "RSA 4096"],
  ] as const) {
    it(`is found for a key of type ${label}`, async () => {
      const found = await chain(file);
      expect(found.key?.keyKind.label).to.equal(label);
      expect(found.complete).to.be.true;
    });
  }
});

describe("the summary", () => {
  it("has the leaf's public facts, and those of the file as it was given", async () => {
    expect(summarize(await read("shuffled.p12"))).to.deep.equal({
      subject: "CN=leaf ec256,O=Research Oy,C=FI",
      issuer: "CN=Research Issuing E,O=Research Oy,C=FI",
      serialNumber: "3C443FC53C691301E25DF01C1B96B04CC93D869F",
      notBefore: "2026-01-01T00:00:00.000Z",
      notAfter: "2036-01-01T00:00:00.000Z",
      sha256Fingerprint: "635f16b59ee531af638d0c0188e634857d710b64266556b11ffae38d3e9a0004",
      keyAlgorithm: "EC P-256",
      signatureAlgorithm: "ECDSA-SHA256",
      chain: ["CN=Research Issuing E,O=Research Oy,C=FI", "CN=Research Root E,O=Research Oy,C=FI"],
      digest: "09a34b3c07a892b5e4767c2cb1fe7e0c4b5a225d4790c7e37a7b540501c89e8a",
      encoding: "PBES2 AES-256, HMAC-SHA-256",
    });
  });

  it("agrees with node:crypto on every certificate of the corpus that it reads", async () => {
    const { X509Certificate } = await import("node:crypto");
    for (const file of ["rich-san.p12", "dates-future-9999.p12", "empty-subject.p12", "many-100.p12", "v1root.p12"]) {
      for (const { der, serialNumber, notBefore, notAfter, sha256Fingerprint } of (await read(file)).certificates) {
        const x509 = new X509Certificate(der);
        expect(serialNumber.padStart(x509.serialNumber.length, "0")).to.equal(x509.serialNumber);
        expect([Date.parse(notBefore), Date.parse(notAfter)]).to.deep.equal([
          Date.parse(x509.validFrom),
          Date.parse(x509.validTo),
        ]);
        expect(sha256Fingerprint).to.equal(x509.fingerprint256.replaceAll(":", "").toLowerCase());
      }
    }
  });

  it("is missing only where there is no certificate", async () => {
    expect(summarize(await read("key-no-cert.p12"))).to.be.undefined;
  });
});
