// `pulumi-esper convert`: files made from files and from PEM, in a folder of the test's own.
import { createPrivateKey } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { convertCommand } from "../../cli/convert";
import { digestOf, readPkcs12 } from "../../provider/pkcs12";
import { pathOf, read } from "../pkcs12/fixtures";

const given = pathOf("iter-modern-2048.p12");

describe("pulumi-esper convert", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "convert-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function convert(...flags: readonly string[]): Promise<string> {
    let printed = "";
    const command = convertCommand({
      env: { OLD_PASSWORD: "changeit", NEW_PASSWORD: "another one", BROKEN_PASSWORD: "changeit\n" },
      readInput: () => Promise.resolve("changeit\r\n"),
      print: (text) => {
        printed += text;
      },
      now: () => 0,
    });
    await command.parseAsync([...flags], { from: "user" });
    return printed;
  }

  const messageOf = (running: Promise<unknown>): Promise<string> =>
    running.then(
      () => "it went well",
      (error: unknown) => (error instanceof Error ? error.message : ""),
    );

  it("writes what Android 9 reads, with the same content, for its owner only", async () => {
    const printed = await convert(given, "--password-env", "OLD_PASSWORD", "--out", at("legacy.p12"));
    const p12 = await readPkcs12(readFileSync(at("legacy.p12")), "changeit");
    expect(p12.encoding.label).to.equal("SHA1-3DES, HMAC-SHA-1");
    expect(digestOf(p12)).to.equal(digestOf(await read("iter-modern-2048.p12")));
    expect(printed).to.contain(digestOf(p12));
    if (process.platform !== "win32") expect(statSync(at("legacy.p12")).mode & 0o777).to.equal(0o600);
  });

  it("gives the new file another password and profile where they are asked for", async () => {
    const passwords = ["--password-stdin", "--out-password-env", "NEW_PASSWORD"];
    await convert(given, ...passwords, "--profile", "modern", "--name", "corp", "--out", at("modern.p12"));
    const p12 = await readPkcs12(readFileSync(at("modern.p12")), "another one");
    expect(p12.encoding.label).to.equal("PBES2 AES-256, HMAC-SHA-256");
    expect(p12.privateKeys.map(({ friendlyName }) => friendlyName)).to.deep.equal(["corp"]);
  });

  it("builds a file from PEM and DER", async () => {
    const p12 = await read("iter-modern-2048.p12");
    const [leaf, issuer, root] = p12.certificates;
    const key = createPrivateKey({ key: p12.privateKeys[0]?.pkcs8 ?? Buffer.alloc(0), format: "der", type: "pkcs8" });
    for (const [name, certificate] of Object.entries({ leaf, issuer, root })) {
      writeFileSync(at(`${name}.der`), certificate?.der ?? "");
    }
    writeFileSync(at("key.pem"), key.export({ type: "sec1", format: "pem" }));
    const chain = ["--chain", at("issuer.der"), at("root.der")];
    const parts = ["--certificate", at("leaf.der"), "--private-key", at("key.pem"), ...chain];
    await convert(...parts, "--out-password-env", "NEW_PASSWORD", "--out", at("built.p12"));
    expect(digestOf(await readPkcs12(readFileSync(at("built.p12")), "another one"))).to.equal(digestOf(p12));
  });

  it("takes PEM with certificate and key as one file, a PKCS#7 chain, and a key that is encrypted", async () => {
    const bring = (name: string): string => join(__dirname, "../fixtures/bring/pem", name);
    const pair = Buffer.concat([readFileSync(bring("cert.pem")), readFileSync(bring("key-escaped.pem"))]);
    writeFileSync(at("pair.p12"), pair);
    await convert(at("pair.p12"), "--out-password-env", "NEW_PASSWORD", "--out", at("of-pair.p12"));
    const parts = ["--certificate", bring("chain.p7b"), "--private-key", bring("key-encrypted.der")];
    const passwords = ["--private-key-password-env", "OLD_PASSWORD", "--out-password-env", "NEW_PASSWORD"];
    await convert(...parts, ...passwords, "--out", at("of-parts.p12"));
    await convert(bring("pkcs12.pem"), "--password-env", "OLD_PASSWORD", "--out", at("of-armour.p12"));
    const [one, other] = [readFileSync(at("of-pair.p12")), readFileSync(at("of-parts.p12"))];
    expect(one.equals(other)).to.equal(true);
    const armour = await readPkcs12(readFileSync(at("of-armour.p12")), "changeit");
    expect(digestOf(armour)).to.equal(digestOf(await readPkcs12(one, "another one")));
  });

  it("uses a password without the line break at its end, for the new file too, and says so", async () => {
    const printed = await convert(given, "--password-env", "BROKEN_PASSWORD", "--out", at("trimmed.p12"));
    expect(printed).to.match(/line break, which is no part of it/);
    expect((await readPkcs12(readFileSync(at("trimmed.p12")), "changeit")).privateKeys).to.have.length(1);
  });

  it("keeps an existing file unless it is told to overwrite it", async () => {
    writeFileSync(at("kept.p12"), "kept");
    const flags = [given, "--password-env", "OLD_PASSWORD", "--out", at("kept.p12")];
    expect(await messageOf(convert(...flags))).to.match(/exists already; .* with --force/);
    expect(readFileSync(at("kept.p12"), "utf8")).to.equal("kept");
    await convert(...flags, "--force");
    expect(readFileSync(at("kept.p12"))).to.have.length.greaterThan(1000);
  });

  it("leaves a file that it overwrites to its owner only, whoever could read it before", async () => {
    writeFileSync(at("open.p12"), "open");
    chmodSync(at("open.p12"), 0o644);
    await convert(given, "--password-env", "OLD_PASSWORD", "--out", at("open.p12"), "--force");
    if (process.platform !== "win32") expect(statSync(at("open.p12")).mode & 0o777).to.equal(0o600);
  });

  it("says what is missing, and writes nothing then", async () => {
    const out = ["--out", at("none.p12")];
    expect(await messageOf(convert(...out))).to.match(/^Nothing to convert: give a PKCS#12 file, or --certificate/);
    expect(await messageOf(convert(given, "--certificate", given, ...out))).to.match(/^Give either/);
    expect(await messageOf(convert(given, ...out))).to.match(/is protected by a password: .* with --password-env, or/);
    const parts = ["--certificate", at("leaf.der"), "--private-key", at("key.pem")];
    expect(await messageOf(convert(...parts, ...out))).to.match(/^The new file needs a password; name its variable/);
    expect(existsSync(at("none.p12"))).to.be.false;
  });
});
