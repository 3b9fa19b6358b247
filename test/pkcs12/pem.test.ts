// Key material out of PEM and DER: every form of a key gives the same, and what does not fit is named.
import { type KeyObject, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { type KeyMaterial, digestOf, fromPem, writePkcs12 } from "../../provider/pkcs12";
import { failureOf, password, read } from "./fixtures";

interface Parts {
  readonly material: KeyMaterial;
  readonly key: KeyObject;
  readonly certificates: readonly string[];
}

async function partsOf(file: string): Promise<Parts> {
  const material = await read(file);
  const pkcs8 = material.privateKeys[0]?.pkcs8;
  if (pkcs8 === undefined) throw new Error("the fixture has no key");
  const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  return { material, key, certificates: material.certificates.map(({ der }) => pem("CERTIFICATE", der)) };
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/gu) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function pkcs8Pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

describe("material from PEM", () => {
  for (const [file, oldType] of [
    ["ossl-modern-rsa2048.p12", "pkcs1"],
    ["iter-modern-2048.p12", "sec1"],
  ] as const) {
    it(`gives the same file from every form of the key: PKCS#8 or ${oldType}, PEM or DER`, async () => {
      const { material, key, certificates } = await partsOf(file);
      const old = oldType === "pkcs1" ? { type: "pkcs1" as const } : { type: "sec1" as const };
      const forms = [
        pkcs8Pem(key),
        key.export({ ...old, format: "pem" }).toString(),
        key.export({ type: "pkcs8", format: "der" }),
        key.export({ ...old, format: "der" }),
        Buffer.from(pkcs8Pem(key).replaceAll("\n", "\r\n")),
      ];
      const [certificate = "", ...chain] = certificates;
      const files = new Set<string>();
      for (const privateKey of forms) {
        const taken = await fromPem({ certificate, privateKey, chain });
        expect(digestOf(taken)).to.equal(digestOf(material));
        const written = await writePkcs12(taken, { profile: "modern", password, iterations: 10 });
        files.add(Buffer.from(written).toString("hex"));
      }
      expect(files.size).to.equal(1);
    });
  }

  it("takes bundles in any order, doubles, DER, and the key in the certificate's text", async () => {
    const { material, key, certificates } = await partsOf("shuffled.p12");
    const bundle = ["text before\n", ...[...certificates].reverse(), pkcs8Pem(key), certificates[0]].join("");
    const taken = await fromPem({ certificate: bundle, privateKey: bundle, chain: certificates.join("") });
    expect(digestOf(taken)).to.equal(digestOf(material));
    expect(taken.certificates).to.have.length(3);
    expect(taken.certificates[0]?.subject).to.match(/^CN=leaf/);
    const [leaf] = taken.certificates;
    if (leaf === undefined) throw new Error("no leaf");
    const issuers = taken.certificates.slice(1).map(({ der }) => der);
    expect(
      digestOf(
        await fromPem({
          certificate: leaf.der,
          privateKey: key.export({ type: "pkcs8", format: "der" }),
          chain: issuers,
        }),
      ),
    ).to.equal(digestOf(material));
  });

  it("is refused in a sentence that names the part at fault", async () => {
    const { key, certificates } = await partsOf("iter-modern-2048.p12");
    const [certificate = ""] = certificates;
    const good = pkcs8Pem(key);
    const other = pkcs8Pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
    const encrypted = key.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "x" }).toString();
    const oldEncrypted = good.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\n");
    const broken = pem("CERTIFICATE", Buffer.from("not a certificate"));
    const cases = [
      [{ certificate, privateKey: other }, "certificate", /does not belong to the certificate; give the key/],
      [
        { certificate, privateKey: encrypted },
        "privateKeyPassword",
        /protected by a password; give it as privateKeyPassword/,
      ],
      [{ certificate, privateKey: oldEncrypted }, "privateKey", /The private key is damaged/],
      [{ certificate, privateKey: certificate }, "privateKey", /holds no "BEGIN PRIVATE KEY"/],
      [
        { certificate, privateKey: pem("PRIVATE KEY", Buffer.alloc(40)) },
        "privateKey",
        /damaged or of an unknown kind/,
      ],
      [{ certificate, privateKey: pem("OPENSSH PRIVATE KEY", Buffer.alloc(40)) }, "privateKey", /ssh-keygen/],
      [{ certificate: good, privateKey: good }, "certificate", /holds no "BEGIN CERTIFICATE"/],
      [{ certificate: broken, privateKey: good }, "certificate", /damaged or is no X\.509 certificate/],
      [{ certificate, privateKey: good, chain: broken }, "chain", /The chain is damaged/],
      [{ certificate, privateKey: good, chain: "" }, "chain", /The chain holds no "BEGIN CERTIFICATE"/],
    ] as const;
    for (const [source, field, sentence] of cases) {
      const { kind, problem, message } = await failureOf(fromPem(source));
      expect(kind).to.equal("badPem");
      expect(problem).to.include({ field });
      expect(message).to.match(sentence);
      expect(message).not.to.match(/MII|M[A-Z]{2}[A-Za-z0-9+/]{20}/);
    }
  });
});
