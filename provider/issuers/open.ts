// Puts an issuer together from what a program says of it. Opening reads and asks nothing: files, variables and the network are
// touched with the first certificate, so that a preview needs none of them.

import { type Certificate, certificatesIn } from "../pkcs12";
import { Authority } from "./authority/authority";
import { Command } from "./command/command";
import { Desk } from "./desk/desk";
import { renewBeforeDaysOf } from "./due";
import { type Issuer, type IssuerContext, IssuerError } from "./issuer";
import { readKept } from "./kept";
import { issuerName, type IssuedSource, type IssuerSettings } from "./settings";
import { Vault } from "./vault/vault";

/** One desk for one run: what it has seen of its issuer's refusals holds for the whole of it. */
export function openDesk(source: IssuedSource, renewBeforeDays: number | undefined, context: IssuerContext): Desk {
  const { issuer, template, days, concurrency, renewSpreadDays } = source;
  const options = {
    name: issuerName(issuer),
    key: template.key,
    days,
    renewBeforeDays: renewBeforeDaysOf(days, renewBeforeDays),
    renewSpreadDays,
    concurrency,
    readChain: () => readChain(issuer, context),
  };
  return new Desk(issuerOf(issuer, context), options, context);
}

function issuerOf(settings: IssuerSettings, context: IssuerContext): Issuer {
  switch (settings.kind) {
    case "vault":
      return new Vault(settings, context);
    case "ca":
      return new Authority(settings, context);
    case "command":
      return new Command(settings, context);
  }
}

async function readChain({ chain }: IssuerSettings, context: IssuerContext): Promise<readonly Certificate[]> {
  if (chain === undefined) return [];
  const read = readKept(chain, "issuer.chain", context);
  try {
    return await certificatesIn(read, "chain");
  } catch (error) {
    // Its sentences hold no content.
    if (!(error instanceof Error) || error.name !== "Pkcs12Error") throw error;
    throw new IssuerError("closed", `was not asked: issuer.chain cannot be used: ${error.message}`);
  }
}
