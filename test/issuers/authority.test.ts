// An own authority: what it signs is read and verified by OpenSSL.

import { expect } from "chai";
import { X509Certificate, createPrivateKey, type KeyObject } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { templateDigest, type IssuerSettings } from "../../provider/issuers";
import { makeIdentity } from "../support/certificates";
import { contextWith, device, issuedIn, plainTemplate, runOf, sourceOf } from "./given";
import { makeOpensslAuthority, type OpensslAuthority } from "./openssl-authority";

describe("an own authority", () => {
  let own: OpensslAuthority;
  before(() => {
    own = makeOpensslAuthority();
  });
  after(() => {
    own.remove();
  });

  const settings = (more: object = {}): IssuerSettings => ({
    kind: "ca",
    certificate: { file: join(own.folder, "ca.pem") },
    key: { file: join(own.folder, "ca.key") },
    ...more,
  });

  it("signs what OpenSSL verifies for a client, with all names as asked for", async () => {
    const template = { ...plainTemplate, uri: ["urn:till:{id}"], email: ["{serial}@acme.com"] };
    const { desk, issue } = runOf(sourceOf(settings(), { template }), contextWith());
    const { material, serialNumber, notAfterMs } = issuedIn(await issue(device(1)));
    expect([...desk.remarks]).to.deep.equal([]);
    expect(material.certificates).to.have.length(1);
    const file = join(own.folder, "leaf.der");
    writeFileSync(file, material.certificates[0]?.der ?? "");
    const verify = ["verify", "-CAfile", "ca.pem", "-purpose", "sslclient", "-x509_strict", "leaf.der"];
    expect(execFileSync("openssl", verify, { cwd: own.folder }).toString()).to.match(/^leaf\.der: OK/);
    const read = new X509Certificate(readFileSync(file));
    expect(read.subject.split("\n")).to.deep.equal(["O=Acme", "OU=Tills", "CN=SN-1001"]);
    expect(read.subjectAltName).to.equal(
      `DNS:SN-1001.tills.acme.com, URI:urn:till:${device(1).id}, email:SN-1001@acme.com`,
    );
    expect(read.ca).to.equal(false);
    expect(read.serialNumber).to.equal(serialNumber);
    expect(Date.parse(read.validFrom), "not before its authority").to.equal(
      Date.parse(new X509Certificate(own.certificate).validFrom),
    );
    expect(Math.round((notAfterMs - Date.now()) / 86_400_000)).to.equal(90);
    const [key] = material.privateKeys;
    const secret = createPrivateKey({ key: key?.pkcs8 ?? Buffer.alloc(0), format: "der", type: "pkcs8" });
    expect(read.checkPrivateKey(secret)).to.equal(true);
  });

  it("gives each device another key and serial number, and its keys are known as secrets", async () => {
    const context = contextWith();
    const { issue } = runOf(sourceOf(settings()), context);
    const issued = (await Promise.all(Array.from({ length: 20 }, (_, index) => issue(device(index))))).map(issuedIn);
    expect(new Set(issued.map(({ serialNumber }) => serialNumber)).size).to.equal(20);
    const keys = issued.flatMap(({ material }) => material.privateKeys.map(({ pkcs8 }) => pkcs8.toString("base64")));
    expect(new Set(keys).size).to.equal(20);
    for (const key of [...keys, readFileSync(join(own.folder, "ca.key"), "utf8")]) {
      expect(context.secrecy.withoutSecrets(`<${key}>`)).not.to.include(key.slice(40, 80));
    }
  });

  it("may have an RSA key with a password in variables, and signs from an hour ago on", async () => {
    const { certificate, privateKey } = makeIdentity("Old Root", { isAuthority: true });
    const key = createPrivateKey(privateKey);
    const locked = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open it" });
    const env = { CA: certificate, CA_KEY: String(locked), CA_PASSWORD: "open it" };
    const places = { certificate: { env: "CA" }, key: { env: "CA_KEY" }, keyPasswordEnv: "CA_PASSWORD" };
    const { issue, desk } = runOf(sourceOf(settings(places)), contextWith(env));
    const [leaf] = issuedIn(await issue(device(1))).material.certificates;
    expect(Date.now() - Date.parse(leaf?.notBefore ?? "")).to.be.within(3_600_000, 3_660_000);
    expect(desk.stopped).to.equal(undefined);
    const wrong = runOf(sourceOf(settings(places)), contextWith({ ...env, CA_PASSWORD: "other" }));
    await wrong.issue(device(1));
    expect(wrong.desk.stopped).to.match(
      /^the own authority cannot sign: The password does not open the private key.*[^.]$/,
    );
  });

  it("gives no certificate a longer life than its own", async () => {
    const notAfter = new Date(Date.now() + 40 * 86_400_000);
    const { certificate, privateKey } = makeIdentity("Old Root", { isAuthority: true, notAfter });
    const source = sourceOf(settings({ certificate: { env: "CA" }, key: { env: "CA_KEY" } }));
    const context = contextWith({ CA: certificate, CA_KEY: privateKey });
    expect(issuedIn(await runOf(source, context, 30).issue(device(1))).notAfterMs).to.be.at.most(notAfter.getTime());
    expect(await runOf(source, context, 45).issue(device(1))).to.deep.equal({
      kind: "failed",
      reason: "the own authority gave 40 days; renewBeforeDays is 45",
    });
  });

  const unusable: Readonly<Record<string, readonly [more: object, reason: RegExp]>> = {
    "without its key": [{ key: { env: "NO_KEY" } }, /environment variable NO_KEY \(the authority's key\) is not set$/],
    "whose file is not there": [{ certificate: { file: "nowhere.pem" } }, /nowhere\.pem .* cannot be read \(ENOENT\)$/],
    "whose key belongs to another": [
      { key: { env: "OTHER_KEY" } },
      /The private key does not belong to the certificate/,
    ],
    "whose certificate is a device's": [
      { certificate: { env: "LEAF" }, key: { env: "OTHER_KEY" } },
      /is no authority's/,
    ],
  };
  it("whose key is of a rare kind issues nothing", async () => {
    const rare = makeOpensslAuthority("Rare Root", { key: "EC secp256k1" });
    const key = readFileSync(join(rare.folder, "ca.key"), "utf8");
    rare.remove();
    const places = { certificate: { env: "RARE" }, key: { env: "RARE_KEY" } };
    const { issue, desk } = runOf(sourceOf(settings(places)), contextWith({ RARE: rare.certificate, RARE_KEY: key }));
    expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
    expect(desk.stopped).to.match(/its key must be RSA \(1,024 bits or more\), EC \(P-256, P-384, P-521\) or Ed25519$/);
  });

  describe("below a root", () => {
    const root = makeIdentity("Top Root", { isAuthority: true });
    const between = makeIdentity("Between", { isAuthority: true, issuer: root });
    const places = { certificate: { env: "CA" }, key: { env: "CA_KEY" } };
    const env = { CA: between.certificate, CA_KEY: between.privateKey, ROOT: root.certificate, OTHER: "no PEM" };

    it("sends its own certificate along, and finds the root beside it, in a file or in a variable", async () => {
      const file = join(own.folder, "root.pem");
      writeFileSync(file, root.certificate);
      const beside = contextWith({ ...env, CA: `${between.certificate}${root.certificate}` });
      const ways = [
        runOf(sourceOf(settings({ ...places, chain: { file } })), contextWith(env)),
        runOf(sourceOf(settings({ ...places, chain: { env: "ROOT" } })), contextWith(env)),
        runOf(sourceOf(settings(places)), beside),
      ];
      for (const { issue } of ways) {
        const { certificates } = issuedIn(await issue(device(1))).material;
        expect(certificates.map(({ subject }) => subject)).to.deep.equal(["CN=SN-1001,OU=Tills,O=Acme", "CN=Between"]);
      }
    });

    it("fails the device without the root", async () => {
      expect(await runOf(sourceOf(settings(places)), contextWith(env)).issue(device(1))).to.deep.equal({
        kind: "failed",
        reason: "the own authority gave a chain that leads to no root; name what is missing in issuer.chain",
      });
    });

    const lost: Readonly<Record<string, readonly [chain: object, reason: RegExp]>> = {
      "no file": [
        { file: "nowhere.pem" },
        /was not asked: the file nowhere\.pem \(issuer\.chain\) cannot be read \(ENOENT\)$/,
      ],
      "no variable": [{ env: "NONE" }, /was not asked: the environment variable NONE \(issuer\.chain\) is not set$/],
      "no certificate": [{ env: "OTHER" }, /was not asked: issuer\.chain cannot be used: /],
    };
    for (const [title, [chain, reason]] of Object.entries(lost)) {
      it(`signs nothing where issuer.chain names ${title}`, async () => {
        const { issue, desk } = runOf(sourceOf(settings({ ...places, chain })), contextWith(env));
        expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
        expect(desk.stopped).to.match(reason);
      });
    }

    it("has its own and the root's signature checked once a run, and each device's", async () => {
      const { issue } = runOf(sourceOf(settings({ ...places, chain: { env: "ROOT" } })), contextWith(env));
      // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back, and called with its certificate
      const { verify } = X509Certificate.prototype;
      const checked: string[] = [];
      X509Certificate.prototype.verify = function (this: X509Certificate, key: KeyObject): boolean {
        checked.push(this.subject);
        return verify.call(this, key);
      };
      try {
        for (let number = 1; number <= 10; number += 1) issuedIn(await issue(device(number)));
      } finally {
        X509Certificate.prototype.verify = verify;
      }
      expect(checked.filter((subject) => subject === "CN=Top Root")).to.have.length(1);
      expect(checked.filter((subject) => subject === "CN=Between")).to.have.length(1);
      expect(checked).to.have.length(12);
    });
  });

  for (const [title, [more, reason]] of Object.entries(unusable)) {
    it(`${title} issues nothing`, async () => {
      const leaf = makeIdentity("till-1");
      const { issue, desk } = runOf(
        sourceOf(settings(more)),
        contextWith({ OTHER_KEY: leaf.privateKey, LEAF: leaf.certificate }),
      );
      expect(await issue(device(1))).to.deep.equal({ kind: "stopped" });
      expect(desk.stopped).to.match(reason);
    });
  }

  it("cannot revoke", async () => {
    const { desk } = runOf(sourceOf(settings()), contextWith());
    expect(await desk.revoke("01")).to.deep.equal({ kind: "failed", reason: "the own authority cannot revoke" });
  });

  it("makes other certificates when it is another one, and not when its key has another place", () => {
    const other = makeIdentity("Other Root", { isAuthority: true });
    const context = contextWith({ OTHER: other.certificate });
    const digestOf = (more: object): string => templateDigest(sourceOf(settings(more)), context);
    expect(digestOf({ key: { env: "CA_KEY" } })).to.equal(digestOf({}));
    expect(digestOf({ certificate: { env: "OTHER" } })).not.to.equal(digestOf({}));
  });
});
