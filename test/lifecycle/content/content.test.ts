// What a source holds and what is sent of it, where it is no plain PKCS#12 file with one key.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { openSource, type Content } from "../../../provider/lifecycle/content/content";
import type { Source } from "../../../provider/lifecycle/arguments/source";
import { SourceError } from "../../../provider/lifecycle/errors";
import { chainOf, countVersions, digestOf, readPkcs12 } from "../../../provider/pkcs12";
import { password, pathOf } from "../../pkcs12/fixtures";

const bring = (name: string): string => join(__dirname, "../../fixtures/bring", name);

const surroundings = {
  readFile: (path: string) => readFileSync(path),
  environment: { EMPTY: "", KEY_PASSWORD: `${password}\n` },
  nowMs: () => Date.parse("2026-12-01T00:00:00Z"),
};

const open = (source: Source): Promise<Content> => openSource(source, surroundings);

async function failureOf(source: Source): Promise<SourceError> {
  try {
    await open(source);
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error("it was opened");
}

describe("the content of a source", () => {
  it("of several candidates is the chosen one, and only that is sent, with the digest that was told", async () => {
    const path = bring("p12/same-key-renewed.p12");
    const content = await open({ kind: "file", path, password });
    expect(content.summary).to.include({ serialNumber: "0C", digest: content.digest });
    expect(content.encodingFor("asGiven", countVersions(["16"])).sentAs).to.equal("androidLegacy");
    const { base64 } = await content.toSend("androidLegacy");
    const sent = await readPkcs12(Buffer.from(base64, "base64"), password);
    expect(digestOf(sent)).to.equal(content.digest);
    expect(chainOf(sent).leaf?.serialNumber).to.equal("0C");
    expect(sent.certificates).to.have.length(1);
  });

  it("is another one, with another digest, where the program chooses", async () => {
    const source = { kind: "file", path: pathOf("keytool-two-keys.p12"), password } as const;
    const [first, second] = [await open(source), await open({ ...source, friendlyName: "leaf-ec256" })];
    expect(second.digest).not.to.equal(first.digest);
    expect(second.summary["subject"]).to.match(/^CN=leaf ec256/);
    expect((await failureOf({ ...source, friendlyName: "nobody" })).path).to.equal("source.friendlyName");
  });

  it("is that of the binary file where it is given as text, by file and by base64, and is sent in binary", async () => {
    const binary = await open({ kind: "file", path: bring("pem/c.p12"), password });
    const text = readFileSync(bring("pem/certutil-encoded-pfx.txt"), "latin1");
    for (const source of [
      { kind: "file", path: bring("pem/pkcs12.pem"), password },
      { kind: "base64", base64: text, password },
    ] as const) {
      const content = await open(source);
      expect(content.digest).to.equal(binary.digest);
      expect((await content.toSend("asGiven")).base64).to.equal((await binary.toSend("asGiven")).base64);
    }
  });

  it("is made of PEM with a key whose password stands in a variable, and is sent in the profile that is asked for", async () => {
    const certificate = readFileSync(bring("pem/adcs-certnew.p7b.pem"), "latin1");
    const privateKey = readFileSync(bring("pem/key-encrypted.pem"), "latin1");
    const pem = { kind: "pem", certificate, privateKey } as const;
    const content = await open({ ...pem, privateKeyPasswordEnv: "KEY_PASSWORD", password: "new" });
    const { base64 } = await content.toSend("modern");
    const sent = await readPkcs12(Buffer.from(base64, "base64"), "new");
    expect(sent.encoding.label).to.equal("PBES2 AES-256, HMAC-SHA-256");
    expect(content.findings(surroundings.nowMs(), undefined).map(({ code }) => code)).to.include("passwordLineBreak");
    expect((await failureOf({ ...pem, privateKeyPassword: "not it" })).path).to.equal("source.pem.privateKeyPassword");
  });

  it("tells an empty variable from a missing one", async () => {
    const source = { kind: "file", path: bring("pem/c.p12") } as const;
    expect((await failureOf({ ...source, passwordEnv: "EMPTY" })).message).to.match(/EMPTY is set, but it is empty/);
    expect((await failureOf({ ...source, passwordEnv: "MISSING" })).message).to.match(/MISSING is not set/);
  });
});
