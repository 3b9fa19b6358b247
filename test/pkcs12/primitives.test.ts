// The building blocks against published test vectors: derivation, RC2, RC4, and the odd corners of BER.
import { createHash } from "node:crypto";
import { expect } from "chai";
import { Tag, childrenOf, octetsOf, readElement } from "../../provider/pkcs12/asn1/ber";
import { Pkcs12Error } from "../../provider/pkcs12/errors";
import { integerOf, oidOf } from "../../provider/pkcs12/asn1/sequence-reader";
import { hashByOid, md5, sha1, sha256 } from "../../provider/pkcs12/crypto/hashes";
import { Purpose, pbkdf1, pkcs12Kdf } from "../../provider/pkcs12/crypto/kdf";
import { passwordForms, wide } from "../../provider/pkcs12/crypto/password-forms";
import { rc2CbcDecrypt } from "../../provider/pkcs12/crypto/rc2";
import { rc4Decryption } from "../../provider/pkcs12/crypto/rc4";

const hex = (text: string): Buffer => Buffer.from(text.replace(/ /gu, ""), "hex");

describe("PKCS#12 key derivation", () => {
  // The vectors that implementations have passed on since 1999 (OpenSSL, Bouncy Castle and others carry them).
  const vectors = [
    [Purpose.key, "smeg", "0A58CF64530D823F", 1, "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3"],
    [Purpose.iv, "smeg", "0A58CF64530D823F", 1, "79993DFE048D3B76"],
    [Purpose.key, "smeg", "642B99AB44FB4B1F", 1, "F3A95FEC48D7711E985CFE67908C5AB79FA3D7C5CAA5D966"],
    [Purpose.mac, "smeg", "3D83C0E4546AC140", 1, "8D967D88F6CAA9D714800AB3D48051D63F73A312"],
    [Purpose.key, "queeg", "05DEC959ACFF72F7", 1000, "ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4"],
    [Purpose.iv, "queeg", "05DEC959ACFF72F7", 1000, "11DEDAD7758D4860"],
    [Purpose.mac, "queeg", "263216FCC2FAB31C", 1000, "5EC4C7A80DF652294C3925B6489A7AB857C83476"],
  ] as const;

  for (const [purpose, password, salt, iterations, expected] of vectors) {
    it(`gives the known bytes for ${password}, salt ${salt}, purpose ${purpose}`, async () => {
      const derived = await pkcs12Kdf(sha1, purpose, wide(password), hex(salt), iterations, expected.length / 2);
      expect(derived.toString("hex")).to.equal(expected.toLowerCase());
    });
  }

  for (const hash of [md5, sha1, sha256, hashByOid("2.16.840.1.101.3.4.2.3"), hashByOid("2.16.840.1.101.3.4.2.8")]) {
    it(`hashes as often as it should with ${hash?.name ?? "?"}`, async () => {
      if (hash === undefined) throw new Error("this hash is not in the table");
      let expected = createHash(hash.nodeName).update("password").update("salt").digest();
      for (let count = 1; count < 45_001; count++) expected = createHash(hash.nodeName).update(expected).digest();
      const derived = await pbkdf1(hash, Buffer.from("password"), Buffer.from("salt"), 45_001);
      expect(derived.equals(expected)).to.be.true;
    });
  }
});

describe("ciphers that node:crypto lacks", () => {
  // RFC 2268 section 5: key, effective bits, plain, encrypted.
  const vectors = [
    ["00000000 00000000", 63, "0000000000000000", "ebb773f993278eff"],
    ["ffffffff ffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"],
    ["30000000 00000000", 64, "1000000000000001", "30649edf9be7d2c2"],
    ["88", 64, "0000000000000000", "61a8a244adacccf0"],
    ["88bca90e 90875a", 64, "0000000000000000", "6ccf4308974c267f"],
    ["88bca90e 90875a7f 0f79c384 627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"],
    ["88bca90e 90875a7f 0f79c384 627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"],
    [
      "88bca90e 90875a7f 0f79c384 627bafb2 16f80a6f 85920584 c42fceb0 be255daf 1e",
      129,
      "0000000000000000",
      "5b78d3a43dfff1f1",
    ],
  ] as const;

  it("decrypt the vectors of RFC 2268 (RC2)", () => {
    for (const [key, effectiveBits, plain, encrypted] of vectors) {
      const decrypted = rc2CbcDecrypt(hex(key), effectiveBits, Buffer.alloc(8), hex(encrypted));
      expect(decrypted.toString("hex")).to.equal(plain);
    }
  });

  it("make the key stream of RFC 6229 (RC4)", () => {
    const stream = rc4Decryption(hex("0102030405"))(Buffer.alloc(32));
    expect(stream.toString("hex")).to.equal("b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919");
  });
});

describe("the BER reader", () => {
  const failure = (action: () => unknown): string | undefined => {
    try {
      action();
    } catch (error) {
      if (error instanceof Pkcs12Error) return error.kind;
      throw error;
    }
    return undefined;
  };

  it("puts together strings in pieces, in indefinite lengths and inside one another", () => {
    const nested = hex("2480 0402 6869 2404 0402 2c20 0000");
    expect(octetsOf(readElement(nested)).toString()).to.equal("hi, ");
  });

  it("takes lengths that are longer than they need to be", () => {
    const element = readElement(hex("30 84 00000003 02 01 05"));
    expect(childrenOf(element).map(integerOf)).to.deep.equal([5]);
  });

  it("reads numbers and identifiers of every size", () => {
    expect(integerOf(readElement(hex("02 01 ff")))).to.equal(-1);
    expect(integerOf(readElement(hex("02 05 00 ffffffff")))).to.equal(0xffffffff);
    expect(oidOf(readElement(hex("06 09 2a864886f70d010701")))).to.equal("1.2.840.113549.1.7.1");
    expect(oidOf(readElement(hex("06 03 883703")))).to.equal("2.999.3");
  });

  it("refuses what is cut off, has no end or makes no sense", () => {
    for (const bytes of ["", "30", "3005 0201", "3080 0201", "0480 00", "30ff"]) {
      expect(
        failure(() => childrenOf(readElement(hex(bytes)))),
        bytes,
      ).to.equal("corrupt");
    }
  });

  it("refuses structures that nest without end", () => {
    const deep = Buffer.alloc(100_000, hex("3080"));
    expect(failure(() => readElement(deep))).to.equal("limit");
    const nested = (depth: number): Buffer => hex("3080".repeat(depth) + "0000".repeat(depth));
    expect(readElement(nested(65)).end).to.equal(260);
    expect(failure(() => readElement(nested(66)))).to.equal("limit");
    expect(readElement(hex("3000")).tag).to.equal(Tag.sequence);
  });
});

describe("the forms of a password", () => {
  it("are UTF-16 with two zero bytes and UTF-8 first", () => {
    const { wide: wideForms, narrow } = passwordForms("pä");
    expect(wideForms[0]?.toString("hex")).to.equal("007000e40000");
    expect(narrow[0]?.toString("utf8")).to.equal("pä");
  });

  it("tell no password from an empty one, and try both", () => {
    expect(passwordForms(undefined).wide.map((form) => form.length)).to.deep.equal([0, 2]);
    expect(passwordForms("").wide.map((form) => form.length)).to.deep.equal([2, 0]);
  });
});
