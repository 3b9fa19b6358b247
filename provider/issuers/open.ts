// Puts an issuer together from what a program says of it. Opening reads and asks nothing: files, variables and the network are
// touched with the first certificate, so that a preview needs none of them.

import { Authority } from "./authority/authority";
import { Command } from "./command/command";
import { Desk } from "./desk/desk";
import { renewBeforeDaysOf } from "./due";
import type { Issuer, IssuerContext } from "./issuer";
import { readKept } from "./kept";
import { issuerName, type IssuedSource, type IssuerSettings } from "./settings";
import { Vault } from "./vault/vault";

/** One desk for one run: what it has seen of its issuer's refusals holds for the whole of it. */
export function openDesk(source: IssuedSource, renewBeforeDays: number | undefined, context: IssuerContext): Desk {
  const { issuer, template, days, concurrency, renewSpreadDays } = source;
  let chain: string | undefined;
  const options = {
    name: issuerName(issuer),
    key: template.key,
    days,
    renewBeforeDays: renewBeforeDaysOf(days, renewBeforeDays),
    renewSpreadDays,
    concurrency,
    readChain: () => (chain ??= readChain(issuer, context)),
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

function readChain({ chain }: IssuerSettings, context: IssuerContext): string {
  return chain === undefined ? "" : Buffer.from(readKept(chain, "issuer.chain", context)).toString("latin1");
}
