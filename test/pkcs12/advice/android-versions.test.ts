// Which Android versions read a file, row by row of the measured table, and what that means for a fleet.
import { expect } from "chai";
import {
  type AndroidSupport,
  androidSentence,
  androidSupport,
  chooseEncoding,
  countVersions,
  incompatibleInShort,
} from "../../../provider/pkcs12/index";
import { read } from "../fixtures";

const all = [9, 10, 11, 12, 13, 14, 15, 16];
const from12 = [12, 13, 14, 15, 16];
const from14 = [14, 15, 16];
const readable = ({ versions }: AndroidSupport): number[] =>
  versions.filter(({ reads }) => reads).map(({ version }) => version);

async function supportOf(file: string, password?: string): Promise<AndroidSupport> {
  return androidSupport(await read(file, password));
}

describe("Android's reader", () => {
  const rows: readonly (readonly [what: string, file: string, versions: readonly number[]])[] = [
    ["SHA1-3DES with HMAC-SHA-1", "pbe-PBE-SHA1-3DES.p12", all],
    ["SHA1-2DES", "pbe-PBE-SHA1-2DES.p12", all],
    ["SHA1-RC2-40", "pbe-PBE-SHA1-RC2-40.p12", all],
    ["SHA1-RC2-128", "pbe-PBE-SHA1-RC2-128.p12", all],
    ["SHA1-RC4-128", "pbe-PBE-SHA1-RC4-128.p12", all],
    ["PBES2 AES-256 with HMAC-SHA-256", "iter-modern-2048.p12", from14],
    ["PBES2 AES-256 with HMAC-SHA-1", "macb-sha1.p12", from14],
    ["PBES2 AES-128 with PRF SHA-1", "pbes2b-aes128-sha1-keylen.p12", from14],
    ["PBES2 AES-192 with PRF SHA-384", "pbes2b-aes192-sha384-keylen.p12", from14],
    ["PBES2 with 3DES", "pbes2-DES-EDE3-CBC.p12", []],
    ["PBES2 with scrypt", "scrypt.p12", []],
    ["PBES2 with AES-GCM", "aes-gcm.p12", []],
    ["PBES1", "pbe-PBE-SHA1-DES.p12", []],
    ["HMAC-SHA-512", "mac-sha512.p12", from14],
    ["HMAC-SHA3-256", "mac-sha3-256.p12", []],
    ["PBMAC1", "pbmac1-sha512.p12", []],
    ["a key in the clear", "keypbe-none.p12", []],
    ["certificates in the clear", "certpbe-none.p12", from14],
    ["an EC key on P-521", "ossl-legacy-ec521.p12", all],
    ["an EC key on secp256k1", "ossl-legacy-eck1.p12", all],
    ["an EC key on a Brainpool curve", "ossl-legacy-bp256.p12", from12],
    ["an Ed25519 key", "ossl-legacy-ed25519.p12", []],
    ["an RSA-PSS key", "ossl-modern-rsapss.p12", []],
  ];

  for (const [what, file, versions] of rows) {
    it(`reads ${what} on ${versions.length === 0 ? "no version" : versions.join(", ")}`, async () => {
      expect(readable(await supportOf(file))).to.deep.equal(versions);
    });
  }

  it("reads HMAC-SHA-256 over SHA1-PBE content on 9 to 11 and from 14 on, but not on 12 and 13", async () => {
    const p12 = await read("pbe-PBE-SHA1-RC2-40.p12");
    const mac = { name: "HMAC-SHA-256", kind: "pkcs12", hash: "SHA-256", iterations: 2048 } as const;
    const support = androidSupport({ ...p12, encoding: { ...p12.encoding, mac } });
    expect(readable(support)).to.deep.equal([9, 10, 11, 14, 15, 16]);
  });

  it("reads an empty password with SHA1-PBE on every version", async () => {
    expect(readable(await supportOf("emptypw-legacy.p12", ""))).to.deep.equal(all);
  });

  it("reads an empty password with PBES2 on none", async () => {
    const p12 = await read("iter-modern-2048.p12");
    const support = androidSupport({ ...p12, encoding: { ...p12.encoding, emptyPassword: true } });
    expect(readable(support)).to.deep.equal([]);
    expect(support.versions.at(-1)?.obstacles).to.deep.equal([
      { cause: "emptyPassword", detail: "refuses PBES2 with an empty password" },
    ]);
  });

  it("says why, and that a module update makes 12 and 13 read more", async () => {
    const { versions } = await supportOf("iter-modern-2048.p12");
    const [nine, , , twelve] = versions;
    expect(nine?.obstacles.map(({ detail }) => detail)).to.deep.equal(["does not know PBES2 AES-256"]);
    expect(nine?.note).to.be.undefined;
    expect(twelve?.note).to.match(/ART module of 2023/);
  });
});

describe("a fleet of Android devices", () => {
  const fleet = countVersions([
    ...Array<string>(20).fill("10"),
    ...Array<string>(10).fill("11"),
    ...Array<string>(8).fill("12"),
    ...Array<string>(374).fill("14"),
  ]);

  it("is told how many devices cannot read the file", async () => {
    const support = await supportOf("iter-modern-2048.p12");
    expect(androidSentence(support, fleet)).to.equal(
      "38 of 412 devices run Android 10 to 12 and would answer 'wrong password'.",
    );
    expect(androidSentence(support, countVersions(["13", "16"]))).to.equal(
      "1 of 2 devices runs Android 13 and would answer 'wrong password'.",
    );
    expect(androidSentence(support, countVersions(["9", "12.1", "15"]))).to.match(
      /^2 of 3 devices run Android 9 and 12 and/,
    );
    expect(androidSentence(support, countVersions(["14", "15", "17"]))).to.be.undefined;
    expect(androidSentence(support, countVersions([]))).to.be.undefined;
  });

  it("is told in short who cannot read the file, whatever the reason", async () => {
    const support = await supportOf("iter-modern-2048.p12");
    expect(incompatibleInShort(support, fleet)).to.equal("38 run Android 10 to 12");
    expect(incompatibleInShort(support, countVersions(["13", "16", "unknown"]))).to.equal("1 runs Android 13");
    expect(incompatibleInShort(await supportOf("ossl-legacy-ed25519.p12"), countVersions(["14", "15"]))).to.equal(
      "2 run Android 14 and 15",
    );
    expect(incompatibleInShort(support, countVersions(["14", "15", "17"]))).to.be.undefined;
    expect(incompatibleInShort(support, countVersions([]))).to.be.undefined;
  });

  it("is told of keys that no encoding helps, also after re-encoding", async () => {
    const support = await supportOf("ossl-legacy-ed25519.p12");
    expect(androidSentence(support, countVersions(["14"]), "androidLegacy")).to.equal(
      "1 of 1 device runs Android 14 and cannot read a private key of type Ed25519.",
    );
    expect(chooseEncoding("auto", support, countVersions(["14"]))).to.deep.equal({
      sentAs: "asGiven",
      reason: "Android 14 cannot read a private key of type Ed25519, which no encoding changes.",
    });
  });

  it("is told of keys that would not be found", async () => {
    expect(androidSentence(await supportOf("keypbe-none.p12"), countVersions(["14"]))).to.match(
      /would find no private key in the file/,
    );
  });

  it("is told when the modern form, asked for, is too new for some", async () => {
    const support = await supportOf("pbe-PBE-SHA1-3DES.p12");
    expect(androidSentence(support, countVersions(["9", "14"]), "modern")).to.match(
      /^1 of 2 devices runs Android 9 and would answer/,
    );
  });

  it("gets the file as given when all can read it", async () => {
    const choice = { sentAs: "asGiven", reason: "Every targeted Android version reads the file as given." };
    expect(chooseEncoding("auto", await supportOf("iter-modern-2048.p12"), countVersions(["14", "15"]))).to.deep.equal(
      choice,
    );
    expect(chooseEncoding("auto", await supportOf("pbe-PBE-SHA1-3DES.p12"), countVersions([]))).to.deep.equal(choice);
  });

  it("gets it in the form that the oldest can read, and says so", async () => {
    const { sentAs, reason } = chooseEncoding("auto", await supportOf("iter-modern-2048.p12"), fleet);
    expect(sentAs).to.equal("androidLegacy");
    expect(reason).to.equal(
      "38 of 412 devices run Android 10 to 12 and would answer 'wrong password'. The file is re-encoded locally as SHA1-3DES, HMAC-SHA-1.",
    );
  });

  it("gets the stronger form when all can read that", async () => {
    expect(chooseEncoding("auto", await supportOf("pbmac1-sha512.p12"), countVersions(["14", "16"])).sentAs).to.equal(
      "modern",
    );
  });

  it("of unknown versions is reckoned to have every one", async () => {
    const support = await supportOf("iter-modern-2048.p12");
    expect(chooseEncoding("auto", support, countVersions([])).sentAs).to.equal("androidLegacy");
    expect(chooseEncoding("auto", support, countVersions([])).reason).to.match(/^Android 9 to 13 cannot read the file/);
    expect(chooseEncoding("auto", support, countVersions(["14", ""])).sentAs).to.equal("androidLegacy");
  });

  it("gets what the program asks for", async () => {
    const support = await supportOf("iter-modern-2048.p12");
    for (const wanted of ["asGiven", "androidLegacy", "modern"] as const) {
      expect(chooseEncoding(wanted, support, fleet).sentAs).to.equal(wanted);
    }
  });
});
