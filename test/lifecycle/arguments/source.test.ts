import { asset } from "@pulumi/pulumi";
import { expect } from "chai";
import type { RawObject } from "../../../provider/lifecycle/arguments/reader";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";
import { openParts, type Source } from "../../../provider/lifecycle/arguments/source";
import { program } from "../given";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const privateKey = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";

// As the engine hands assets to a provider (docs/background/pulumi-dynamic-providers.md, 2.4): Pulumi's own
// marks, and plain values.
function asReceived(given: asset.Asset | asset.Archive): RawObject {
  const isArchive = asset.Archive.isInstance(given);
  const signature = isArchive ? "0def7320c3a5731c473e5ecbe6d01bc7" : "c44067f5952c0a294b673a41bacd8c17";
  const content = Object.entries(given).filter(([name]) => ["text", "uri"].includes(name));
  const path = given instanceof asset.FileAsset ? { path: "certs/corp-client.p12" } : {};
  return { "4dabf18193072939515e22adb298388d": signature, hash: "5891b5b5", ...Object.fromEntries(content), ...path };
}

const accepted: Readonly<Record<string, { readonly source: unknown; readonly means: Source }>> = {
  "a file's path": {
    source: { file: "certs/corp-client.p12" },
    means: { kind: "file", path: "certs/corp-client.p12" },
  },
  "a FileAsset, which is its path": {
    source: { file: asReceived(new asset.FileAsset("certs/corp-client.p12")) },
    means: { kind: "file", path: "certs/corp-client.p12" },
  },
  "a file with its password": {
    source: { file: "a.p12", password: "pass-word-1" },
    means: { kind: "file", path: "a.p12", password: "pass-word-1" },
  },
  "a file with an empty password": {
    source: { file: "a.p12", password: "" },
    means: { kind: "file", path: "a.p12", password: "" },
  },
  "a file whose password stands in the environment": {
    source: { file: "a.p12", passwordEnv: "P12_PASSWORD" },
    means: { kind: "file", path: "a.p12", passwordEnv: "P12_PASSWORD" },
  },
  "base64, with line breaks or without": {
    source: { base64: "MIIK\r\nwQIB\nAzCC==" },
    means: { kind: "base64", base64: "MIIKwQIBAzCC==" },
  },
  "base64 with quotes and escaped line breaks": {
    source: { base64: '"MIIK\\r\\nwQIB\\nAzCC=="' },
    means: { kind: "base64", base64: "MIIKwQIBAzCC==" },
  },
  "PEM where base64 is asked for, which is opened as a file is": {
    source: { base64: certificate },
    means: { kind: "base64", base64: certificate },
  },
  "a choice of several keys": {
    source: { file: "a.p12", friendlyName: "client", fingerprint: "AB".repeat(32) },
    means: { kind: "file", path: "a.p12", friendlyName: "client", fingerprint: "AB".repeat(32) },
  },
  "pem with an encrypted key and the variable of its password": {
    source: { pem: { certificate, privateKey, privateKeyPasswordEnv: "KEY_PASSWORD" } },
    means: { kind: "pem", certificate, privateKey, privateKeyPasswordEnv: "KEY_PASSWORD" },
  },
  pem: {
    source: { pem: { certificate, privateKey } },
    means: { kind: "pem", certificate, privateKey },
  },
  "pem with the issuers, and a password for the file made of it": {
    source: { pem: { certificate, privateKey, chain: certificate }, password: "pass-word-1" },
    means: { kind: "pem", certificate, privateKey, chain: certificate, password: "pass-word-1" },
  },
};

const exactlyOne = "exactly one of file, base64 and pem says where the certificate comes from";
const noOtherAsset = "must be a path or a pulumi.asset.FileAsset; text and remote assets end up in the state";

interface Refused {
  readonly source: unknown;
  readonly failures: readonly (readonly [property: string, reason: string])[];
}

const refused: Readonly<Record<string, Refused>> = {
  "no source": { source: undefined, failures: [["", "source: is required: { file }, { base64 } or { pem }"]] },
  "a bare path": {
    source: "certs/a.p12",
    failures: [["", 'source: must be an object, such as { file: "certs/corp-client.p12" }']],
  },
  "nothing in it": { source: {}, failures: [["source.file", exactlyOne]] },
  "a file and base64": { source: { file: "a.p12", base64: "MIIK" }, failures: [["source.file", exactlyOne]] },
  "an empty path": { source: { file: "" }, failures: [["source.file", "must not be empty"]] },
  "a path that is a number": { source: { file: 7 }, failures: [["source.file", "must be a string"]] },
  "a StringAsset, whose text would stand in the state": {
    source: { file: asReceived(new asset.StringAsset("pass-word-1")) },
    failures: [["source.file", noOtherAsset]],
  },
  "a RemoteAsset": {
    source: { file: asReceived(new asset.RemoteAsset("https://files.example/a.p12")) },
    failures: [["source.file", noOtherAsset]],
  },
  "an archive": {
    source: { file: { ...asReceived(new asset.FileArchive("certs")), path: "certs" } },
    failures: [["source.file", noOtherAsset]],
  },
  "an object that only looks like an asset": {
    source: { file: { path: "a.p12" } },
    failures: [["source.file", noOtherAsset]],
  },
  "both kinds of password": {
    source: { file: "a.p12", password: "pass-word-1", passwordEnv: "P12_PASSWORD" },
    failures: [["source.passwordEnv", "stands instead of password; give one of the two"]],
  },
  "a password that is a number": {
    source: { file: "a.p12", password: 1234 },
    failures: [["source.password", "must be a string"]],
  },
  "base64 of the URL kind": {
    source: { base64: "MIIK-_wQ" },
    failures: [
      [
        "source.base64",
        "must be a whole PKCS#12 file in standard base64; this is base64url, which has - and _ for + and /",
      ],
    ],
  },
  "a fingerprint that is none": {
    source: { file: "a.p12", fingerprint: "ab:cd" },
    failures: [
      ["source.fingerprint", "must be the certificate's SHA-256: 64 hexadecimal digits, with or without colons"],
    ],
  },
  "both kinds of password for a key": {
    source: { pem: { certificate, privateKey, privateKeyPassword: "pass-word-1", privateKeyPasswordEnv: "KEY" } },
    failures: [["source.pem.privateKeyPasswordEnv", "stands instead of privateKeyPassword; give one of the two"]],
  },
  "a data URL for base64": {
    source: { base64: "data:application/x-pkcs12;base64,MIIKwQIBAzCC" },
    failures: [
      [
        "source.base64",
        "must be a whole PKCS#12 file in standard base64; this is a data URL: remove everything up to and including its comma",
      ],
    ],
  },
  "a password where its variable's name belongs, which is not repeated": {
    source: { file: "a.p12", passwordEnv: "pass-word-1!" },
    failures: [["source.passwordEnv", 'must be the name of an environment variable, such as "P12_PASSWORD"']],
  },
  "empty base64": {
    source: { base64: " \n" },
    failures: [["source.base64", "must be a whole PKCS#12 file in standard base64"]],
  },
  "pem as one text": { source: { pem: certificate }, failures: [["source.pem", "must be an object"]] },
  "pem without its parts": {
    source: { pem: {} },
    failures: [
      ["source.pem.certificate", "is required, as PEM text"],
      ["source.pem.privateKey", "is required, as PEM text"],
    ],
  },
  "an unknown name in pem": {
    source: { pem: { certificate, privateKey, key: privateKey } },
    failures: [
      [
        "source.pem.key",
        "there is no such argument; known are certificate, privateKey, chain, privateKeyPassword, privateKeyPasswordEnv",
      ],
    ],
  },
  "an unknown name": {
    source: { file: "a.p12", passphrase: "pass-word-1" },
    failures: [
      [
        "source.passphrase",
        "there is no such argument; known are file, base64, pem, password, passwordEnv, friendlyName, fingerprint",
      ],
    ],
  },
};

describe("the source", () => {
  for (const [title, { source, means }] of Object.entries(accepted)) {
    it(`is ${title}`, () => {
      const read = readInputs(program({ source }));
      expect(read.failures).to.deep.equal([]);
      expect(read.source).to.deep.equal(means);
    });
  }

  for (const [title, { source, failures }] of Object.entries(refused)) {
    it(`is refused: ${title}`, () => {
      const read = readInputs(program({ source }));
      expect(read.failures.map(({ property, reason }) => [property, reason])).to.deep.equal(failures);
      expect(read.inputs).to.equal(undefined);
    });
  }

  it("leaves its path, its variable's name and its choice in the state, and nothing else", () => {
    const kept = Object.values(accepted).map(({ means }) => openParts(means));
    expect(new Set(kept.flatMap((parts) => Object.keys(parts)))).to.deep.equal(
      new Set(["file", "passwordEnv", "friendlyName", "fingerprint"]),
    );
    expect(JSON.stringify(kept)).not.to.match(/pass-word-1|BEGIN|MII/);
  });
});
