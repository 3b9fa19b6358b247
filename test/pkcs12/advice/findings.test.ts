// What is wrong with a readable file, in codes and sentences, at a given time; and when to renew.
import { expect } from "chai";
import { type Finding, type KeyMaterial, findings, renewalOf } from "../../../provider/pkcs12/index";
import { read } from "../fixtures";

const nowMs = Date.parse("2026-11-23T00:00:00Z");
const dayMs = 86_400_000;

async function findingsOf(file: string, at = nowMs): Promise<Finding[]> {
  return findings(await read(file), { nowMs: at });
}

const codes = (found: readonly Finding[]): string[] => found.map(({ code }) => code);

describe("findings", () => {
  const cases: readonly (readonly [what: string, file: string, code: string, severity: string, message: RegExp])[] = [
    ["no certificate", "key-no-cert.p12", "noCertificate", "error", /holds no certificate; export/],
    [
      "an expired certificate",
      "dates-expired.p12",
      "expired",
      "error",
      /"CN=leaf expired,.*" expired on 2011-01-01; have a new/,
    ],
    ["a certificate of the future", "dates-future-9999.p12", "notYetValid", "warning", /is not valid before \d{4}-/],
    ["no private key", "certonly-ossl.p12", "noPrivateKey", "warning", /holds no private key/],
    [
      "several keys",
      "keytool-two-keys.p12",
      "severalKeys",
      "warning",
      /holds 2 private keys; .* that of "CN=leaf rsa2048/,
    ],
    ["no root", "no-root.p12", "noRoot", "warning", /ends at "CN=Research Issuing E.*" without its root/],
    ["a gap", "gap-no-intermediate.p12", "chainGap", "warning", /has a gap: the certificate of "CN=Research Issuing E/],
    ["a false issuer", "impostor-issuer.p12", "chainGap", "warning", /with this name did not make the signature/],
    [
      "other certificates",
      "many-100.p12",
      "extraCertificates",
      "warning",
      /holds 97 certificates outside the chain: .* and 94 more/,
    ],
    ["a key type beyond Android", "ossl-modern-ed25519.p12", "androidKeyType", "warning", /type Ed25519; use RSA 2048/],
    [
      "entries of other kinds",
      "secret-bag.p12",
      "ignoredEntries",
      "warning",
      /1 entry of the file will not be used \(secret\)/,
    ],
  ];

  for (const [what, file, code, severity, message] of cases) {
    it(`tell of ${what}`, async () => {
      const found = (await findingsOf(file)).find((finding) => finding.code === code);
      expect(found?.severity).to.equal(severity);
      expect(found?.message).to.match(message);
    });
  }

  it("tell nothing of a file in order", async () => {
    for (const file of ["iter-modern-2048.p12", "keytool-default.p12", "selfsigned.p12", "crosssigned.p12"]) {
      expect(
        codes(await findingsOf(file)).filter((code) => code !== "extraCertificates"),
        file,
      ).to.deep.equal([]);
    }
  });

  it("tell of a key that belongs to none of the certificates", async () => {
    const [own, other] = [await read("iter-modern-2048.p12"), await read("ossl-modern-rsa2048.p12")];
    const mixed: KeyMaterial = { certificates: own.certificates, privateKeys: other.privateKeys };
    const [first] = findings(mixed, { nowMs });
    expect(first?.code).to.equal("keyMismatch");
    expect(first?.severity).to.equal("error");
    expect(first?.message).to.match(/belongs to none of the certificates; export the certificate/);
  });

  it("tell of weak keys and signatures, but not of a root's own signature", async () => {
    const p12 = await read("iter-modern-2048.p12");
    const weakened = p12.certificates.map((certificate) => {
      return {
        ...certificate,
        signatureAlgorithm: "RSA-SHA1",
        keyKind: { type: "RSA", bits: 1024, label: "RSA 1024" } as const,
      };
    });
    const found = codes(findings({ ...p12, certificates: weakened }, { nowMs }));
    expect(found.filter((code) => code === "weakKey")).to.have.length(3);
    expect(found.filter((code) => code === "weakSignature")).to.have.length(2);
  });

  it("tell of a missing MAC", async () => {
    const p12 = await read("bc180-aes256aes128gcm.p12");
    expect(p12.encoding.mac).to.be.undefined;
    expect(codes(findings(p12, { nowMs }))).to.include("noMac");
  });

  it("begin with the errors", async () => {
    const found = findings(await read("many-100.p12"), { nowMs: Date.parse("2099-01-01") });
    expect(codes(found).slice(0, 1)).to.deep.equal(["expired"]);
    expect(codes(found)).to.include.members(["issuerExpired", "extraCertificates"]);
  });

  it("tell of a near end from the day on that renewal is due, and of the end after it", async () => {
    const p12 = await read("iter-modern-2048.p12");
    const endAt = Date.parse("2036-01-01T00:00:00Z");
    const at = (instant: number, renewBeforeDays?: number): string[] => {
      return codes(findings(p12, { nowMs: instant, renewBeforeDays })).filter((code) => code.startsWith("expire"));
    };
    expect(at(endAt - 30 * dayMs - 1)).to.deep.equal([]);
    expect(at(endAt - 30 * dayMs)).to.deep.equal(["expiresSoon"]);
    expect(at(endAt)).to.deep.equal(["expiresSoon"]);
    expect(at(endAt + 1)).to.deep.equal(["expired"]);
    expect(at(endAt - 10 * dayMs, 7)).to.deep.equal([]);
    expect(at(endAt - 90 * dayMs, 100)).to.deep.equal(["expiresSoon"]);
  });
});

describe("the time for renewal", () => {
  const [start, end] = ["2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"];

  it("is 30 days before the end of a long life", () => {
    const renewal = renewalOf(start, end, undefined, now);
    expect(renewal).to.deep.equal({ renewAt: "2026-12-02T00:00:00.000Z", readyForRenewal: false });
  });

  it("is after two thirds of a short life", () => {
    expect(renewalOf(start, "2026-01-31T00:00:00.000Z", undefined, now).renewAt).to.equal("2026-01-21T00:00:00.000Z");
  });

  it("is what the program says, and has come from that instant on", () => {
    const renewAt = Date.parse("2026-12-22T00:00:00Z");
    expect(renewalOf(start, end, 10, renewAt - 1).readyForRenewal).to.be.false;
    const renewal = renewalOf(start, end, 10, renewAt);
    expect(renewal).to.deep.equal({ renewAt: "2026-12-22T00:00:00.000Z", readyForRenewal: true });
  });
});
