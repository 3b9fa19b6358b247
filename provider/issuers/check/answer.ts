// Looks at what an issuer answered before anybody is sent it: our key, a chain up to a root, the days, the common name. What is
// not as asked for, and does no harm, is a remark. Pure but for the library that it is handed.
// Follows docs/issuers.md, "What is checked".

import type * as X509 from "@peculiar/x509";
import { chainOf, fromPem, type Certificate, type KeyMaterial, type PemMaterial } from "../../pkcs12";
import { daysLeft } from "../due";
import { IssuerError } from "../issuer";
import { remarksOn } from "./remarks";
import type { CertificateNames } from "../template/names";

export interface Expected {
  readonly names: CertificateNames;
  /** Secret: PKCS#8 in DER. */
  readonly pkcs8: Buffer;
  /** The certificate must live longer than this from now on. */
  readonly renewBeforeDays: number;
  readonly renewSpreadDays: number;
  readonly nowMs: number;
}

export interface Issued {
  /** Holds the private key: leaf first, then the certificates between it and the root, which is left out. */
  readonly material: KeyMaterial;
  /** Hex in capitals, without colons. */
  readonly serialNumber: string;
  readonly notAfterMs: number;
}

export interface CheckedAnswer extends Issued {
  /** What is not as asked for: clauses that name no device. */
  readonly remarks: readonly string[];
}

/** What a clock may be behind the issuer's. */
const skewMs = 5 * 60_000;

/** @throws IssuerError `refused`, with the reason as a clause */
export async function checkAnswer(
  x509: typeof X509,
  answer: { readonly pem: string; readonly knownChain: string },
  expected: Expected,
): Promise<CheckedAnswer> {
  const material = await readAnswer(answer, expected.pkcs8);
  const { leaf, key, issuers, complete, impostor } = chainOf(material, { nowMs: expected.nowMs });
  if (leaf === undefined || key === undefined) throw refused("gave a certificate for another key");
  if (impostor !== undefined)
    throw refused("gave a chain that does not hold: the issuer's certificate in it did not sign this one");
  if (!complete) throw refused("gave a chain that leads to no root; name what is missing in issuer.chain");
  const badDays = daysProblem([leaf, ...issuers], expected);
  if (badDays !== undefined) throw refused(badDays);
  const read = new x509.X509Certificate(Uint8Array.from(leaf.der));
  const { problem, remarks } = remarksOn(x509, read, expected.names);
  if (problem !== undefined) throw refused(problem);
  const certificates = [leaf, ...issuers.slice(0, -1)];
  return {
    material: { certificates, privateKeys: [key] },
    serialNumber: leaf.serialNumber,
    notAfterMs: Date.parse(leaf.notAfter),
    remarks,
  };
}

async function readAnswer(
  { pem, knownChain }: { pem: string; knownChain: string },
  pkcs8: Buffer,
): Promise<PemMaterial> {
  const chain = knownChain === "" ? undefined : knownChain;
  try {
    return await fromPem({ certificate: pem, privateKey: pkcs8, chain });
  } catch (error) {
    // Its sentences hold no content.
    if (!(error instanceof Error) || error.name !== "Pkcs12Error") throw error;
    const isOtherKey = error.message.startsWith("The private key does not belong");
    throw refused(
      isOtherKey ? "gave a certificate for another key" : `gave an answer that cannot be read: ${error.message}`,
    );
  }
}

function daysProblem(chain: readonly Certificate[], expected: Expected): string | undefined {
  const { nowMs, renewBeforeDays, renewSpreadDays } = expected;
  const startsMs = Math.max(...chain.map(({ notBefore }) => Date.parse(notBefore)));
  const [leaf] = chain;
  const endsMs = Math.min(...chain.map(({ notAfter }) => Date.parse(notAfter)));
  if (startsMs > nowMs + skewMs) return `gave a certificate that is not valid before ${dayOf(startsMs)}`;
  if (endsMs <= nowMs) return `gave a certificate, or a chain, that ended on ${dayOf(endsMs)}`;
  if (daysLeft(endsMs, nowMs) > renewBeforeDays + renewSpreadDays) return undefined;
  const ofChain = leaf !== undefined && Date.parse(leaf.notAfter) > endsMs ? " in which its chain holds" : "";
  const given = daysLeft(endsMs, nowMs);
  const asked =
    renewSpreadDays === 0
      ? `renewBeforeDays is ${renewBeforeDays}`
      : `renewBeforeDays and renewSpreadDays are ${renewBeforeDays + renewSpreadDays}`;
  return `gave ${given} day${given === 1 ? "" : "s"}${ofChain}; ${asked}`;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function refused(clause: string): IssuerError {
  return new IssuerError("refused", clause);
}
