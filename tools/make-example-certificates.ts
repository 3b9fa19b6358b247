// Makes the certificates in examples/ that are not there; to have one made anew, delete its files. They are for trying things out:
// their password is published, and so are their keys. Run by hand: npx tsx tools/make-example-certificates.ts

import { createPrivateKey } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import forge from "node-forge";
import { makeIdentity, p12Of, type Identity } from "../test/support/certificates";

const examples = join(__dirname, "..", "examples");
const password = "changeit";
const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date("2045-01-01") };

/** Certificates that sign themselves, and the files that hold them: examples that show the same share one. */
const selfSigned = [
  {
    files: ["quickstart", "canary", "scheduled", "javascript", "esm"].map((example) => `${example}/corp-client.p12`),
    commonName: "Test Client",
  },
  {
    files: ["rotate/first.p12", "renewal/corp-client.p12"],
    commonName: "Test Client 1",
    notAfter: new Date("2040-01-01"),
  },
  { files: ["rotate/second.p12", "renewal/renewed.p12"], commonName: "Test Client 2" },
  ...["SN00000005", "SN00000006", "SN00000007"].map((serial) => ({
    files: [`per-device/certs/${serial}.p12`],
    commonName: `Test Device ${serial}`,
  })),
];

/** A root and what it signed: made together, for the root's key is not kept. */
const underOneRoot = {
  root: { file: "component/certs/root.p12", commonName: "Test Root" },
  clients: [
    { file: "component/certs/berlin.p12", commonName: "Test Client Berlin" },
    { file: "component/certs/hamburg.p12", commonName: "Test Client Hamburg" },
  ],
};

/** An authority whose key is kept, under the password. */
const authority = { certificate: "own-authority/ca.pem", key: "own-authority/ca.key", commonName: "Test Authority" };

async function main(): Promise<void> {
  for (const { files, commonName, ...life } of selfSigned) {
    await make(files, () => p12Of(makeIdentity(commonName, { ...validity, ...life }), password));
  }
  await makeAuthority();
  await makeUnderOneRoot();
}

async function makeAuthority(): Promise<void> {
  const { certificate, key, commonName } = authority;
  if ([certificate, key].every(isThere)) return;
  const made = makeIdentity(commonName, { ...validity, isAuthority: true });
  const protection = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: password } as const;
  await write(certificate, Buffer.from(made.certificate.replaceAll("\r\n", "\n")));
  await write(key, Buffer.from(createPrivateKey(made.privateKey).export(protection)));
}

async function makeUnderOneRoot(): Promise<void> {
  const { root, clients } = underOneRoot;
  if ([root, ...clients].every(({ file }) => isThere(file))) return;
  const issuer = makeIdentity(root.commonName, { ...validity, isAuthority: true });
  await write(root.file, certificateAlone(issuer));
  for (const { file, commonName } of clients) {
    await write(file, await p12Of(makeIdentity(commonName, { ...validity, issuer }), password));
  }
}

/** A PKCS#12 file without a private key, as `openssl pkcs12 -export -nokeys -caname …` makes it. */
function certificateAlone({ certificate }: Identity): Uint8Array {
  const given = forge.pki.certificateFromPem(certificate);
  const options = { algorithm: "3des", friendlyName: "Test Root", generateLocalKeyId: false } as const;
  const made = forge.pkcs12.toPkcs12Asn1(null, [given], password, options);
  return Buffer.from(forge.asn1.toDer(made).getBytes(), "latin1");
}

/** The same bytes in all of the files: those of one that is there, else new ones. */
async function make(files: readonly string[], content: () => Promise<Uint8Array>): Promise<void> {
  const there = files.find(isThere);
  const bytes = there === undefined ? await content() : await readFile(join(examples, there));
  for (const file of files.filter((one) => !isThere(one))) await write(file, bytes);
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(examples, file)), { recursive: true });
  await writeFile(join(examples, file), bytes);
}

function isThere(file: string): boolean {
  return existsSync(join(examples, file));
}

void main();
