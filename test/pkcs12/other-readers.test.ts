// Files written here are opened by other programs, with the same certificates and keys inside.
// OpenSSL and Java's keytool, where they are installed; Android's own reader cannot be run here.
import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Pkcs12, type Profile, writePkcs12 } from "../../provider/pkcs12";
import { read, sha256Of } from "./fixtures";

const password = "written-by-the-test";
const env = { ...process.env, WRITTEN_PASSWORD: password, LC_ALL: "C" };

const cases: readonly (readonly [key: string, file: string, profile: Profile])[] = [
  ["RSA", "ossl-modern-rsa2048.p12", "androidLegacy"],
  ["RSA", "ossl-modern-rsa2048.p12", "modern"],
  ["EC", "long-chain-12-shuffled.p12", "androidLegacy"],
  ["EC", "long-chain-12-shuffled.p12", "modern"],
];

function isInstalled(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { env }).error === undefined;
}

describe("a written PKCS#12 file in other programs", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pkcs12-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function written(file: string, profile: Profile): Promise<{ path: string; p12: Pkcs12 }> {
    const p12 = await read(file);
    const path = join(folder, `${profile}-${file}`);
    writeFileSync(path, await writePkcs12(p12, { profile, password, friendlyName: "corp-client" }));
    return { path, p12 };
  }

  const fingerprints = ({ certificates }: Pkcs12): string[] => {
    return certificates.map(({ sha256Fingerprint }) => sha256Fingerprint).sort();
  };

  for (const [key, file, profile] of cases) {
    it(`is opened by OpenSSL: ${key}, ${profile}`, async function () {
      if (!isInstalled("openssl", "version")) this.skip();
      const { path, p12 } = await written(file, profile);
      const openssl = (...flags: string[]): string => {
        const given = ["pkcs12", "-in", path, "-passin", "env:WRITTEN_PASSWORD", ...flags];
        return execFileSync("openssl", given, { env, encoding: "utf8", stdio: "pipe" });
      };
      const blocks = openssl("-nokeys").match(/-----BEGIN CERT[\s\S]*?-----END CERTIFICATE-----/gu) ?? [];
      expect(blocks.map((block) => sha256Of(new X509Certificate(block).raw)).sort()).to.deep.equal(fingerprints(p12));
      const privateKey = createPrivateKey(openssl("-nocerts", "-nodes").replace(/^[\s\S]*?(?=-----BEGIN)/u, ""));
      const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" });
      expect(p12.privateKeys.map((own) => own.publicKey.equals(publicKey))).to.deep.equal([true]);
      expect(openssl("-nokeys", "-clcerts")).to.match(/friendlyName: corp-client/);
    });

    it(`is opened by Java's keytool: ${key}, ${profile}`, async function () {
      if (!isInstalled("keytool", "-help")) this.skip();
      const { path, p12 } = await written(file, profile);
      const given = ["-list", "-v", "-keystore", path, "-storetype", "PKCS12", "-storepass:env", "WRITTEN_PASSWORD"];
      const text = execFileSync("keytool", given, { env, encoding: "utf8", stdio: "pipe" });
      const listed = Array.from(text.matchAll(/SHA256: ([0-9A-F:]+)/gu), ([, print = ""]) => print);
      expect(listed.map((print) => print.replaceAll(":", "").toLowerCase()).sort()).to.deep.equal(fingerprints(p12));
      expect(text).to.match(/Alias name: corp-client/);
      expect(text).to.match(/Entry type: PrivateKeyEntry/);
    });
  }
});
