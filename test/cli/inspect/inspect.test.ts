// `pulumi-esper inspect`, called with a terminal of the test's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inspectCommand } from "../../../cli/inspect/inspect";
import type { Terminal } from "../../../cli/terminal/terminal";
import { pathOf } from "../../pkcs12/fixtures";
import { makeIdentity } from "../../support/certificates";

async function inspect(flags: readonly string[], input = ""): Promise<string> {
  let printed = "";
  const terminal: Terminal = {
    env: { P12_PASSWORD: "changeit" },
    readInput: () => Promise.resolve(input),
    print: (text) => {
      printed += text;
    },
    now: () => Date.parse("2026-11-23T00:00:00Z"),
  };
  await inspectCommand(terminal).parseAsync([...flags], { from: "user" });
  return printed;
}

const messageOf = (running: Promise<unknown>): Promise<string> =>
  running.then(
    () => "it went well",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

describe("pulumi-esper inspect", () => {
  it("shows encoding, certificate, chain, findings, digest and Android versions", async () => {
    const text = await inspect([pathOf("keytool-two-keys.p12"), "--password-env", "P12_PASSWORD"]);
    for (const line of [
      /^ {2}encoding +PBES2 AES-256, HMAC-SHA-256$/m,
      /^ {2}keys +2, PBES2 AES-256, PBKDF2 with SHA-256, 10,000 iterations$/m,
      /^ {2}digest +[0-9a-f]{64}$/m,
      /^ {2}subject +CN=leaf rsa2048,O=Research Oy,C=FI$/m,
      /^ {2}valid +2026-01-01 to 2036-01-01$/m,
      /^ {2}2 {2}CN=Research Root R,O=Research Oy,C=FI$/m,
      /^ {2}warning {2}The file holds 2 private keys/m,
      /^ {2}9 to 11 +does not know PBES2 AES-256$/m,
      /^ {2}14 to 16 +reads it$/m,
    ]) {
      expect(text).to.match(line);
    }
    // No colours, whatever the terminal.
    expect(text).not.to.contain("\u001b");
    expect(text).not.to.contain("changeit");
  });

  it("takes the password from standard input, and says the same in JSON without a key in it", async () => {
    const text = await inspect([pathOf("dates-expired.p12"), "--json", "--password-stdin"], "changeit\n");
    const inspection: unknown = JSON.parse(text);
    expect(inspection).to.have.nested.property("certificate.keyAlgorithm", "EC P-256");
    expect(inspection).to.have.nested.property("findings[0].code", "expired");
    expect(inspection).to.have.nested.property("android.versions[7].reads", true);
    expect(text).not.to.match(/pkcs8|BEGIN|"type": "Buffer"|changeit/);
  });

  it("shows certificate and key out of one PEM text as the file that is made of them", async () => {
    const identity = makeIdentity("pem.example");
    const folder = mkdtempSync(join(tmpdir(), "inspect-"));
    try {
      const file = join(folder, "pair.pem");
      writeFileSync(file, identity.privateKey + identity.certificate);
      const text = await inspect([file]);
      expect(text).to.match(/^ {2}form +PEM; what is sent is the PKCS#12 file made of it$/m);
      expect(text)
        .to.match(/^ {2}subject +CN=pem\.example$/m)
        .and.match(/^ {2}9 to 16 +reads it$/m);
      expect(JSON.parse(await inspect([file, "--json"]))).to.include({ isMadeOfPem: true });
      expect(await inspect([file, "--json"])).not.to.match(/pkcs8"|BEGIN|"type": "Buffer"/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("shows a file that holds nothing but a key", async () => {
    const text = await inspect([pathOf("key-no-cert.p12"), "--password-env", "P12_PASSWORD"]);
    expect(text).to.match(/^ {2}error {2}The file holds no certificate/m);
  });

  it("fails in one sentence where it cannot open the file", async () => {
    expect(await messageOf(inspect([pathOf("iter-modern-2048.p12")]))).to.match(
      /iter-modern-2048\.p12 is protected by a password: .* with --password-env, or give it with --password-stdin\.$/,
    );
    expect(await messageOf(inspect([pathOf("iter-modern-2048.p12"), "--password-env", "NO_SUCH"]))).to.equal(
      "The environment variable NO_SUCH is not set; it should hold the password.",
    );
    expect(await messageOf(inspect([pathOf("not-pemcert.p12")]))).to.match(/^This is not a PKCS#12 file but/);
  });
});
