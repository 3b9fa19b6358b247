// Each way in which a file cannot be used has its own kind and its own sentence, and none shows a secret.
import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { readPkcs12 } from "../../provider/pkcs12";
import { bytesOf, failureOf, password, read } from "./fixtures";

const sentences: readonly (readonly [what: string, file: string, kind: string, sentence: RegExp])[] = [
  ["an empty file", "not-empty.p12", "notPkcs12", /not a PKCS#12 file but an empty file; check the path/],
  [
    "a PEM certificate",
    "not-pemcert.p12",
    "notPkcs12",
    /but a certificate in PEM; give certificate and private key as PEM/,
  ],
  ["a lone certificate", "not-dercert.p12", "notPkcs12", /but a lone certificate; .* together with its private key/],
  ["an encrypted key", "not-encpkcs8.p12", "notPkcs12", /but an encrypted private key \(PKCS#8\)/],
  ["a PKCS#7 bundle", "not-pkcs7.p12", "notPkcs12", /but a PKCS#7 bundle; it holds no private key/],
  ["a ZIP archive", "not-zip.p12", "notPkcs12", /but a ZIP archive; take the file out of it/],
  ["a text", "not-text.p12", "notPkcs12", /but (an HTML or XML |a )text/],
  ["zeros", "not-zeros.p12", "notPkcs12", /but a file of zeros/],
  ["base64", "not-base64text.p12", "notPkcs12", /but base64 text.*; decode it first, or give it as base64/],
  ["a cut file", "trunc-01218.p12", "corrupt", /is damaged: it is cut short, 1219 of 2437 bytes are missing; /],
  ["a stub of four bytes", "trunc-00004.p12", "corrupt", /is cut short, \d+ of \d+ bytes are missing/],
  ["a certificate that is none", "cert-garbage.p12", "corrupt", /is damaged/],
  [
    "a signed file",
    "signeddata-authsafe.p12",
    "unsupported",
    /a signature in place of a password .*1\.2\.840\.113549\.1\.7\.2/,
  ],
  ["a recipient's key", "envelopeddata-safe.p12", "unsupported", /encryption for a recipient's key/],
  [
    "an unknown MAC",
    "mac-unknown-alg.p12",
    "unsupported",
    /uses an unknown hash \([\d.]+\) for its MAC, which is not supported/,
  ],
  [
    "two passwords",
    "two-passwords.p12",
    "innerPassword",
    /The password opens the PKCS#12 file, but .* is encrypted with another one/,
  ],
  [
    "2^31 MAC iterations",
    "dos-mac-iter-2e31.p12",
    "limit",
    /an iteration count is 2147483647, and 10000000 is the most/,
  ],
  ["2^31 PBKDF2 iterations", "dos-pbkdf2-iter-2e31.p12", "limit", /an iteration count is 2147483647/],
  ["endless nesting", "dos-deep-nesting.p12", "limit", /the depth of nested structures is 65, and 64/],
];

describe("a file that cannot be used", () => {
  for (const [what, file, kind, sentence] of sentences) {
    it(`is called by its name: ${what}`, async () => {
      const failure = await failureOf(read(file));
      expect(failure.kind).to.equal(kind);
      expect(failure.message).to.match(sentence);
      expect(failure.message).to.match(/^[A-Z][^\n]+\.$/);
      expect(failure.message).not.to.contain(password);
    });
  }

  it("tells what else it is, for the formats that people confuse", async () => {
    const cases = [
      [Buffer.from("feedfeed00000002", "hex"), /a Java keystore \(JKS\); convert it with keytool/],
      [Buffer.from("1f8b0800", "hex"), /a gzip archive/],
      [Buffer.from("-----BEGIN OPENSSH PRIVATE KEY-----\n"), /an OpenSSH key/],
      [Buffer.from("subject=CN = x\n-----BEGIN RSA PRIVATE KEY-----\n"), /a private key in PEM/],
      [Buffer.from("<!doctype html>"), /an HTML or XML text; check how it was downloaded/],
      [Buffer.from('{"data":"MIIK"}'), /a JSON text/],
      [Buffer.from("\ufffePK", "utf16le"), /./],
      [Buffer.from("30060201000201", "hex"), /a private key \(PKCS#1\)/],
    ] as const;
    for (const [bytes, sentence] of cases) {
      const failure = await failureOf(readPkcs12(bytes, password));
      expect(failure.kind).to.equal("notPkcs12");
      expect(failure.message).to.match(sentence);
    }
  });

  it("tells how much is missing as data", async () => {
    const { problem } = await failureOf(read("trunc-02397.p12"));
    expect(problem).to.include({ kind: "corrupt", bytesExpected: 2437, bytesPresent: 2397 });
  });

  it("is refused before any work when its work would take too long", async () => {
    const startAt = performance.now();
    for (const file of ["dos-mac-iter-2e31.p12", "dos-pbkdf2-iter-2e31.p12", "dos-deep-octets.p12"]) {
      expect((await failureOf(read(file))).kind, file).to.equal("limit");
    }
    // A few milliseconds in truth; minutes where the work is begun.
    expect(performance.now() - startAt).to.be.lessThan(2_000);
  });
});

describe("a wrong password", () => {
  const files = ["iter-modern-2048.p12", "iter-legacy3des-2048.p12", "pbmac1-sha512.p12", "pbe-PBE-SHA1-RC4-40.p12"];

  for (const file of files) {
    it(`is called so, and not damage: ${file}`, async () => {
      const failure = await failureOf(read(file, "Hunter2-never-shown"));
      expect(failure.kind).to.equal("wrongPassword");
      expect(failure.message).to.equal(
        "The password does not open the PKCS#12 file; give the one it was exported with.",
      );
    });

    it(`is told from none at all: ${file}`, async () => {
      expect((await failureOf(read(file, ""))).kind).to.equal("passwordRequired");
      const failure = await failureOf(readPkcs12(bytesOf(file), undefined));
      expect(failure.kind).to.equal("passwordRequired");
      expect(failure.message).to.match(/none was given; give the password/);
    });
  }

  it("is told from damage: with the right one, a changed byte is damage", async () => {
    for (const file of ["iter-modern-2048.p12", "iter-legacy3des-2048.p12"]) {
      const bytes = bytesOf(file);
      const at = bytes.length - 20;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const failure = await failureOf(readPkcs12(bytes, password));
      expect(failure.kind, file).to.equal("corrupt");
      expect(failure.message).to.match(/the password opens it, but its checksum does not match/);
    }
  });

  it("is told for files without a MAC as well", async () => {
    const failure = await failureOf(read("flipnomac-00-01203.p12", "another"));
    expect(failure.kind).to.equal("wrongPassword");
  });

  it("never shows in a message, nor does anything of a random file", async () => {
    const secret = randomBytes(12).toString("hex");
    for (const [, file] of sentences) {
      const failure = await failureOf(read(file, secret));
      expect(JSON.stringify([failure.message, failure.problem]), file).not.to.contain(secret);
    }
  });
});

describe("a long derivation", () => {
  it("lets other work go on meanwhile", async () => {
    let turns = 0;
    let reading = true;
    const count = (): void => {
      turns++;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    await read("iter-legacy3des-100000.p12");
    reading = false;
    expect(turns).to.be.greaterThan(20);
  });
});
