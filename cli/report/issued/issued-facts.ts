// What the stored state tells of certificates that an issuer makes: who issues, how many there are, when they end, and who is due
// when. Pure: it judges by the time of the report, and knows devices by name where the outputs name them. Follows docs/issuers.md.

import { Fields, isObject, type RawObject } from "../../../provider/lifecycle/arguments/reader";
import { readDeviceSource } from "../../../provider/lifecycle/arguments/devices/device-source";
import { dayText } from "../../../provider/lifecycle/facts/own/certificates-summary";
import { entryOf, hasLeft, holdsContent, type Ledger } from "../../../provider/lifecycle/state/ledger/ledger";
import type { State } from "../../../provider/lifecycle/state/state";
import { dayOf, issuerName } from "../../../provider/issuers/index";

const dayMs = 24 * 3_600_000;

/** A certificate that was past its renewal when the last run or refresh looked. */
export interface DueDevice {
  /** Esper's id. */
  readonly device: string;
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly notAfter: string;
  /** Where the state keeps it, which it does for `revoke`. */
  readonly serialNumber?: string;
}

export interface IssuedFacts {
  /** For example `Vault (pki/till)`; absent where the state does not say it, as after a refresh that has found drift. */
  readonly by?: string;
  /** How many devices hold one, or have one on its way. */
  readonly issued: number;
  /** `YYYY-MM-DD`; absent without certificates. */
  readonly notAfterFirst?: string;
  readonly notAfterLast?: string;
  /** For so many devices the next `pulumi up` gets a new one, since theirs ends soon. */
  readonly due: number;
  /** For so many it would, that many days from now. */
  readonly dueIn7Days: number;
  readonly dueIn30Days: number;
  /** From which day on so many are due, the first on top: every certificate that does not wait for its wave. */
  readonly dueDays: readonly { readonly day: string; readonly devices: number }[];
  /** Devices with a certificate that has ended. */
  readonly ended: number;
  /** At most 20, the first to end on top. */
  readonly dueDevices: readonly DueDevice[];
  /** Serial numbers of certificates that devices are to hold no more, and that were not revoked yet. */
  readonly toRevoke: readonly string[];
}

/** Undefined where certificates are files. */
export function issuedFacts(
  { certificate, record: { own } }: State,
  by: string | undefined,
  nowMs: number,
): IssuedFacts | undefined {
  if (own?.made === undefined) return undefined;
  const { ledger, made } = own;
  const here = [...ledger.values()].filter((entry) => holdsContent(entry) && !hasLeft(entry));
  const today = dayOf(nowMs);
  const waitDays = here.filter(({ isBehind }) => !isBehind).map(({ endDay, leadDays }) => endDay - leadDays - today);
  const dueIn = (days: number): number => waitDays.filter((wait) => wait <= days).length;
  const { notAfterFirst: first, notAfterLast: last } = certificate;
  const issuer = by ?? issuerIn(made.revoke?.source);
  return {
    ...(issuer !== undefined && { by: issuer }),
    issued: typeof certificate["issued"] === "number" ? certificate["issued"] : here.length,
    ...(typeof first === "string" && { notAfterFirst: first }),
    ...(typeof last === "string" && { notAfterLast: last }),
    ...{ due: dueIn(0), dueIn7Days: dueIn(7), dueIn30Days: dueIn(30), dueDays: dueDaysOf(waitDays, today) },
    ended: here.filter(({ endDay }) => endDay * dayMs <= nowMs).length,
    dueDevices: dueDevicesOf(certificate, ledger),
    toRevoke: (made.revoke?.pending ?? []).map(({ serial }) => serial),
  };
}

function dueDaysOf(waitDays: readonly number[], today: number): IssuedFacts["dueDays"] {
  const byWait = new Map<number, number>();
  for (const wait of waitDays) byWait.set(wait, (byWait.get(wait) ?? 0) + 1);
  return [...byWait]
    .sort(([one], [other]) => one - other)
    .map(([wait, devices]) => ({ day: dayText(today + wait), devices }));
}

function dueDevicesOf({ expiring }: RawObject, ledger: Ledger): readonly DueDevice[] {
  return (Array.isArray(expiring) ? expiring : []).flatMap((one: unknown) => {
    if (!isObject(one)) return [];
    const { device, name, notAfter } = one;
    if (typeof device !== "string" || typeof name !== "string" || typeof notAfter !== "string") return [];
    const serialNumber = entryOf(ledger, device)?.serial;
    return [{ device, name, notAfter, ...(serialNumber !== undefined && { serialNumber }) }];
  });
}

/** The issuer in a sentence, by `source` as the program wrote it; undefined where that is not there, or is somebody's secret. */
export function issuerIn(source: unknown): string | undefined {
  const read = readDeviceSource(new Fields({ source }, "", []));
  return read?.kind === "issuer" ? issuerName(read.issued.issuer) : undefined;
}
