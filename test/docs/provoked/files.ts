// Each way in which a file cannot be used, and each finding about its content. By kind, so that a new one must come in here.

import { generateKeyPairSync } from "node:crypto";
import {
  countVersions,
  findings as findingsIn,
  fromPem,
  openPkcs12,
  writePkcs12,
  type Finding,
  type Pkcs12Error,
} from "../../../provider/pkcs12";
import type { Pkcs12 } from "../../../provider/pkcs12";
import { validate } from "../../../provider/lifecycle/preview/validate";
import { openSource } from "../../../provider/lifecycle/content/content";
import type { Schedule } from "../../../provider/lifecycle/arguments/schedule";
import { bytesOf, pathOf, read } from "../../pkcs12/fixtures";
import { makeIdentity } from "../../support/certificates";
import { messageOf, refusals, type Provocations, type Provoke } from "./provocation";
import { groupA, nowMs } from "../../lifecycle/given";

const password = "changeit";
const target = { group: groupA };

const refused =
  (file: string, more: Readonly<Record<string, unknown>> = { password }): Provoke =>
  () =>
    refusals({ alias: "corp", target, source: { file: pathOf(file), ...more } });

const pemRefused = (make: () => Parameters<typeof fromPem>[0]): Promise<string> => messageOf(() => fromPem(make()));

const problems: Readonly<Record<Pkcs12Error["kind"], Provoke>> = {
  notPkcs12: refused("not-pemcert.p12"),
  corrupt: refused("trunc-01218.p12"),
  unsupported: refused("mac-unknown-alg.p12"),
  limit: refused("dos-mac-iter-2e31.p12"),
  passwordRequired: refused("iter-modern-2048.p12", {}),
  wrongPassword: refused("iter-modern-2048.p12", { password: "not it" }),
  innerPassword: refused("two-passwords.p12"),
  noSuchEntry: refused("keytool-two-keys.p12", { password, friendlyName: "nobody" }),
  badPem: async () => {
    const { certificate, privateKey } = makeIdentity("pem.example");
    const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const encrypted = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
    return Promise.all([
      pemRefused(() => ({
        certificate,
        privateKey: stranger.export({ type: "pkcs8", format: "pem" }),
      })),
      pemRefused(() => ({ certificate, privateKey: stranger.export(encrypted) })),
      pemRefused(() => ({ certificate, privateKey: stranger.export(encrypted), privateKeyPassword: "not it" })),
      pemRefused(() => ({ certificate, privateKey: certificate })),
      pemRefused(() => ({ certificate, privateKey: privateKey.replace(/[A-Z]/gu, "x").replace(/x/gu, "A") })),
      pemRefused(() => ({ certificate, privateKey: privateKey.replace(/\n.{10}/u, "\nAAAAAAAAAA") })),
      pemRefused(() => ({
        certificate,
        privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
      })),
      pemRefused(() => ({ certificate: "no certificate", privateKey })),
      pemRefused(() => ({ certificate: certificate.replace(/\n.{10}/u, "\nAAAAAAAAAA"), privateKey })),
    ]);
  },
};

const found = async (file: string, code: Finding["code"], now = nowMs): Promise<readonly string[]> =>
  sentencesOf(findingsIn(await read(file), { nowMs: now }), code);

function sentencesOf(findings: readonly Finding[], code: Finding["code"]): readonly string[] {
  return findings.filter((finding) => finding.code === code).map(({ message }) => message);
}

async function changed(code: Finding["code"], change: (p12: Pkcs12) => Pkcs12): Promise<readonly string[]> {
  return sentencesOf(findingsIn(change(await read("iter-modern-2048.p12")), { nowMs }), code);
}

const inSources: Provocations = {
  "an empty variable": () => {
    process.env["EMPTY_P12_PASSWORD"] = "";
    return refused("iter-modern-2048.p12", { passwordEnv: "EMPTY_P12_PASSWORD" })();
  },
  "several candidates as given": () => {
    const source = { file: pathOf("keytool-two-keys.p12"), password };
    return refusals({ alias: "corp", target, encoding: "asGiven", source });
  },
};

const inYear = (year: number): number => Date.parse(`${year}-01-01T00:00:00Z`);

const inFiles: Readonly<Record<Finding["code"], Provoke>> = {
  noCertificate: () => found("key-no-cert.p12", "noCertificate"),
  keyMismatch: async () => {
    const other = await read("ossl-modern-rsa2048.p12");
    return changed("keyMismatch", (p12) => ({ ...p12, privateKeys: other.privateKeys }));
  },
  unreadableCertificate: () =>
    changed("unreadableCertificate", (p12) => ({
      ...p12,
      certificates: p12.certificates.map((each) => ({ ...each, der: each.der.subarray(0, 100) })),
    })),
  expired: () => found("dates-expired.p12", "expired"),
  notYetValid: () => found("dates-future-9999.p12", "notYetValid"),
  expiresSoon: () => found("iter-modern-2048.p12", "expiresSoon", inYear(2036) - 86_400_000),
  issuerExpired: () => found("many-100.p12", "issuerExpired", inYear(2099)),
  noPrivateKey: () => found("certonly-ossl.p12", "noPrivateKey"),
  severalKeys: () => found("keytool-two-keys.p12", "severalKeys"),
  chainGap: async () => [
    ...(await found("gap-no-intermediate.p12", "chainGap")),
    ...(await found("impostor-issuer.p12", "chainGap")),
  ],
  noRoot: () => found("no-root.p12", "noRoot"),
  extraCertificates: () => found("many-100.p12", "extraCertificates"),
  weakKey: () => changed("weakKey", weakened),
  weakSignature: () => changed("weakSignature", weakened),
  androidKeyType: () => found("ossl-modern-ed25519.p12", "androidKeyType"),
  noMac: () => found("bc180-aes256aes128gcm.p12", "noMac"),
  passwordLineBreak: async () =>
    sentencesOf(
      findingsIn(await openPkcs12(bytesOf("iter-modern-2048.p12"), "changeit\n"), { nowMs }),
      "passwordLineBreak",
    ),
  ignoredEntries: () => found("secret-bag.p12", "ignoredEntries"),
};

function weakened(p12: Pkcs12): Pkcs12 {
  const keyKind = { type: "RSA", bits: 1024, label: "RSA 1024" } as const;
  return {
    ...p12,
    certificates: p12.certificates.map((each) => ({ ...each, signatureAlgorithm: "RSA-SHA1", keyKind })),
  };
}

/** What an old file or schedule only warns of, and which devices cannot read the file. */
const aboutFleets: Provocations = {
  "a schedule that is over": async () => {
    const file = await writePkcs12(await fromPem(makeIdentity("corp.example")), { profile: "modern", password });
    const source = { kind: "base64", base64: Buffer.from(file).toString("base64"), password } as const;
    const content = await openSource(source, {
      readFile: () => Buffer.alloc(0),
      nowMs: () => Date.now(),
      environment: {},
    });
    const instants = { startAt: "2020-01-01T00:00:00Z", endAt: "2020-01-02T00:00:00Z" };
    const schedule: Schedule = { kind: "window", ...instants, timeZone: "device", days: [] };
    const inputs = { source, strict: false, schedule };
    const isNew = validate(inputs, content, undefined, Date.now());
    const isOld = validate(inputs, content, { digest: content.digest, schedule }, Date.now());
    return [...isNew.failures.map(({ property, reason }) => `${property}: ${reason}`), ...isOld.warnings];
  },
  "devices that cannot read the file": async () => {
    const file = await writePkcs12(await fromPem(makeIdentity("corp.example")), { profile: "modern", password });
    const source = { kind: "base64", base64: Buffer.from(file).toString("base64"), password } as const;
    const surroundings = { readFile: () => bytesOf("ossl-modern-ed25519.p12"), environment: {}, nowMs: () => nowMs };
    const content = await openSource(source, surroundings);
    const ed25519 = await openSource({ kind: "file", path: "x.p12", password }, surroundings);
    const told = [
      content.encodingFor("asGiven", countVersions(["10", "13", "14"])),
      content.encodingFor("auto", countVersions(["10", "13", "14"])),
      ed25519.encodingFor("asGiven", countVersions(["14"])),
    ];
    return told.flatMap(({ note, warning }) => [note, warning].filter((sentence) => sentence !== undefined));
  },
};

export const files: Provocations = { ...problems, ...inSources, ...inFiles, ...aboutFleets };
