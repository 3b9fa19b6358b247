// Looks at what an issuer answered before anybody is sent it: our key, a chain up to a root, the days, the common name. What is
// not as asked for, and does no harm, is a remark. It waits for nobody; the issuers that it has met are handed to it.
// Follows docs/issuers.md, "What is checked".

import { type Certificate, type KeyMaterial, certificatesIn, chainOf, publicKeyKind } from "../../pkcs12";
import { readElement } from "../../pkcs12/asn1/ber";
import { daysLeft } from "../due";
import { IssuerError } from "../issuer";
import type { DeviceKey } from "../signing/keys";
import type { CertificateNames } from "../template/names";
import { partsOf } from "../x509/read";
import type { KnownIssuers } from "./known-issuers";
import { remarksOn } from "./remarks";

export interface Expected {
  readonly names: CertificateNames;
  readonly key: Pick<DeviceKey, "publicKey" | "pkcs8">;
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

/** More than any chain has. */
const maxCertificates = 100;

/** @throws IssuerError `refused`, with the reason as a clause */
export async function checkAnswer(answer: string, known: KnownIssuers, expected: Expected): Promise<CheckedAnswer> {
  const { publicKey, pkcs8 } = expected.key;
  const given = known.recognised(await readable(() => certificatesIn(answer, "certificate")));
  if (given.length > maxCertificates) throw refused(`gave ${given.length} certificates, more than any chain has`);
  const ownKey = { pkcs8, publicKey, keyKind: publicKeyKind(readElement(publicKey)) };
  const all = [...new Set([...given, ...known.chain])];
  const chain = chainOf({ certificates: all, privateKeys: [ownKey] }, { nowMs: expected.nowMs });
  const { leaf, key, issuers, complete, impostor } = chain;
  if (leaf === undefined || key === undefined) throw refused("gave a certificate for another key");
  if (impostor !== undefined)
    throw refused("gave a chain that does not hold: the issuer's certificate in it did not sign this one");
  if (!complete) throw refused("gave a chain that leads to no root; name what is missing in issuer.chain");
  known.remember(issuers);
  const badDays = daysProblem([leaf, ...issuers], expected);
  if (badDays !== undefined) throw refused(badDays);
  const parts = await readable(() => partsOf(leaf.der));
  const { problem, remarks } = remarksOn(parts, expected.names);
  if (problem !== undefined) throw refused(problem);
  return {
    material: { certificates: [leaf, ...issuers.slice(0, -1)], privateKeys: [key] },
    serialNumber: leaf.serialNumber,
    notAfterMs: Date.parse(leaf.notAfter),
    remarks,
  };
}

async function readable<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    // Its sentences hold no content.
    if (!(error instanceof Error) || error.name !== "Pkcs12Error") throw error;
    throw refused(`gave an answer that cannot be read: ${error.message}`);
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
