// Makes the certificates in examples/ anew. They are for trying things out: their password is published, and so are their
// keys. Run by hand: npx tsx tools/make-example-certificates.ts

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeIdentity, p12Of } from "../test/support/certificates";

const examples = join(__dirname, "..", "examples");

const files = [
  { file: "quickstart/corp-client.p12", commonName: "Test Client", notAfter: "2045-01-01" },
  { file: "rotate/first.p12", commonName: "Test Client 1", notAfter: "2040-01-01" },
  { file: "rotate/second.p12", commonName: "Test Client 2", notAfter: "2045-01-01" },
];

async function main(): Promise<void> {
  for (const { file, commonName, notAfter } of files) {
    const validity = { notBefore: new Date("2026-01-01"), notAfter: new Date(notAfter) };
    await writeFile(join(examples, file), await p12Of(makeIdentity(commonName, validity), "changeit"));
  }
}

void main();
