// Files that are written: the same bytes for the same content, the same content when they are read again.
import { expect } from "chai";
import { type KeyMaterial, type Profile, digestOf, readPkcs12, writePkcs12 } from "../../provider/pkcs12";
import { bytesOf, failureOf, password, quickEntries, read } from "./fixtures";

const profiles: readonly Profile[] = ["androidLegacy", "modern"];

describe("a written PKCS#12 file", function () {
  this.timeout(60_000);

  it("has the digest of the file it was made from, for every file of the corpus, and written again its own bytes", async () => {
    for (const entry of quickEntries()) {
      const given = await readPkcs12(bytesOf(entry.file), entry.password ?? undefined);
      // One profile for each file keeps this short; both occur with every kind of content.
      const profile = entry.file.length % 2 === 0 ? "androidLegacy" : "modern";
      const written = await writePkcs12(given, { profile, password, iterations: 10 });
      const again = await readPkcs12(written, password);
      expect(digestOf(again), entry.file).to.equal(digestOf(given));
      const twice = await writePkcs12(again, { profile, password, iterations: 10 });
      expect(Buffer.from(twice).equals(written), entry.file).to.be.true;
    }
  });

  for (const profile of profiles) {
    it(`says of itself what it is: ${profile}`, async () => {
      const { encoding } = await readPkcs12(
        await writePkcs12(await read("pbmac1-sha512.p12"), { profile, password }),
        password,
      );
      const legacy = profile === "androidLegacy";
      expect(encoding.label).to.equal(legacy ? "SHA1-3DES, HMAC-SHA-1" : "PBES2 AES-256, HMAC-SHA-256");
      expect(encoding.mac?.iterations).to.equal(legacy ? 2048 : 10_000);
      expect(encoding.privateKeys).to.deep.equal(encoding.certificates);
    });

    it(`opens with its password only, whatever that is: ${profile}`, async () => {
      const given = await read("iter-modern-1.p12");
      for (const chosen of ["", "pässwörd-密🔑", "x".repeat(200)]) {
        const written = await writePkcs12(given, { profile, password: chosen, iterations: 10 });
        expect(digestOf(await readPkcs12(written, chosen))).to.equal(digestOf(given));
        const { kind } = await failureOf(readPkcs12(written, "another"));
        expect(kind).to.equal("wrongPassword");
      }
    });
  }

  it("shares no salt with a file of other content, password or profile", async () => {
    const [one, two] = [await read("iter-modern-1.p12"), await read("rich-san.p12")];
    const saltsOf = async (material: KeyMaterial, profile: Profile, chosen: string): Promise<string[]> => {
      const bytes = await writePkcs12(material, { profile, password: chosen, iterations: 10 });
      // Every salt, of 8 or 16 bytes, stands before its iteration count (02 01 0a).
      const found = Buffer.from(bytes)
        .toString("hex")
        .matchAll(/04(?:08(.{16})|10(.{32}))02010a/gu);
      return Array.from(found, ([, short, long]) => short ?? long ?? "");
    };
    const salts = [
      ...(await saltsOf(one, "androidLegacy", "a")),
      ...(await saltsOf(one, "androidLegacy", "b")),
      ...(await saltsOf(one, "modern", "a")),
      ...(await saltsOf(two, "androidLegacy", "a")),
    ];
    // Certificates, key and MAC of four files.
    expect(salts).to.have.length(12);
    expect(new Set(salts).size).to.equal(12);
  });

  it("has the leaf first, then its issuers upwards, and names on leaf and key", async () => {
    const given = await read("long-chain-12-shuffled.p12");
    const written = await writePkcs12(given, { profile: "modern", password, friendlyName: "Büro-Zertifikat" });
    const { certificates, privateKeys } = await readPkcs12(written, password);
    const [leaf, ...issuers] = certificates;
    expect(leaf?.publicKey.equals(privateKeys[0]?.publicKey ?? Buffer.alloc(0))).to.be.true;
    for (const [index, issuer] of issuers.entries()) expect(certificates[index]?.issuer).to.equal(issuer.subject);
    expect([leaf, ...privateKeys].map((named) => named?.friendlyName)).to.deep.equal([
      "Büro-Zertifikat",
      "Büro-Zertifikat",
    ]);
    expect(leaf?.localKeyId?.toString("hex")).to.equal(privateKeys[0]?.localKeyId?.toString("hex"));
    expect(issuers.every(({ localKeyId, friendlyName }) => localKeyId === undefined && friendlyName === undefined)).to
      .be.true;
  });

  it("keeps the name of a certificate without a key, by which readers list it", async () => {
    const { certificates } = await read("rich-san.p12");
    const alone = { certificates: certificates.slice(0, 1), privateKeys: [] };
    const named = await writePkcs12(alone, { profile: "modern", password, friendlyName: "Corp Root" });
    const again = await writePkcs12(await readPkcs12(named, password), { profile: "androidLegacy", password });
    const [root] = (await readPkcs12(again, password)).certificates;
    expect(root?.friendlyName).to.equal("Corp Root");
    expect(root?.localKeyId).to.equal(undefined);
  });

  it("keeps the names of two keys apart", async () => {
    const written = await writePkcs12(await read("keytool-two-keys.p12"), { profile: "androidLegacy", password });
    const { certificates, privateKeys } = await readPkcs12(written, password);
    expect(privateKeys.map(({ friendlyName }) => friendlyName)).to.have.members(["leaf-rsa2048", "leaf-ec256"]);
    for (const key of privateKeys) {
      const leaf = certificates.find(({ localKeyId }) => key.localKeyId?.equals(localKeyId ?? Buffer.alloc(0)));
      expect(leaf?.publicKey.equals(key.publicKey)).to.be.true;
    }
  });

  it("is refused with iteration counts that no reader would take", async () => {
    const material = await read("iter-modern-1.p12");
    const write = (iterations: number) => writePkcs12(material, { profile: "modern", password, iterations });
    expect((await failureOf(write(0))).kind).to.equal("corrupt");
    expect((await failureOf(write(10_000_001))).kind).to.equal("limit");
  });
});
