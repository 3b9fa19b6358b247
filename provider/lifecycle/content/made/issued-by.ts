// Who issues, as the lifecycle asks: what tells this template and issuer from others, when its certificates are due, and what a
// run's desk works with. It asks the issuer nothing. Follows docs/design.md, section 13.

import type { Clock } from "../../../clock";
import {
  isIssuerError,
  issuerName,
  openDesk,
  renewBeforeDaysOf,
  templateDigest,
  type Desk,
  type IssuedSource,
} from "../../../issuers/index";
import { redaction } from "../../../redaction/redaction";
import { SourceError } from "../../errors";
import type { RawObject } from "../../arguments/reader";
import type { AskedMade, Revoking } from "../device-contents";
import type { Surroundings } from "../open-source";

export interface IssuingSurroundings extends Surroundings {
  readonly clock: Clock;
  readonly random: () => number;
}

/** 36 bits, which is what a label has room for; the ledger keeps them with zeros at their end. */
function templateMark(digest: string): string {
  return `${digest.slice(0, 9)}0`;
}

/** @throws SourceError where the authority's certificate cannot be read */
export function askedMade(
  source: IssuedSource,
  renewBeforeDays: number | undefined,
  { environment, readFile }: Pick<Surroundings, "environment" | "readFile">,
): AskedMade {
  const issuer = issuerName(source.issuer);
  try {
    return {
      template: templateMark(templateDigest(source, { environment, readFile })),
      issuer,
      beforeDays: Math.ceil(renewBeforeDaysOf(source.days, renewBeforeDays)),
      spreadDays: source.renewSpreadDays,
      revokes: source.revoke,
    };
  } catch (error) {
    if (isIssuerError(error)) throw new SourceError("source.issuer", `${issuer} ${error.message}`);
    throw error;
  }
}

/** @param written `source` as the program wrote it */
export function revokingBy(desk: Desk, written: RawObject): Revoking {
  return {
    source: written,
    revoke: async (serialNumber) => {
      const outcome = await desk.revoke(serialNumber);
      return outcome.kind === "failed" ? outcome.reason : undefined;
    },
  };
}

/** One for each run: what it has seen of its issuer's refusals holds for the whole of it. */
export function deskFor(
  source: IssuedSource,
  renewBeforeDays: number | undefined,
  { clock, random, environment, readFile }: IssuingSurroundings,
): Desk {
  return openDesk(source, renewBeforeDays, { clock, random, environment, readFile, secrecy: redaction });
}
