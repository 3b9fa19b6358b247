// What the stack's stored state tells of one certificate: what it is, which devices it reaches, when it ends.
// Pure: the stored outputs and the time in, plain data out. It does not judge; attention.ts does.

import { StateError } from "../../provider/lifecycle/errors";
import type { Settings } from "../../provider/lifecycle/arguments/arguments";
import { isObject } from "../../provider/lifecycle/arguments/reader";
import { count } from "../../provider/lifecycle/messages/words";
import { readDeviceState } from "../../provider/lifecycle/state/ledger/device-record";
import { readState } from "../../provider/lifecycle/state/record";
import type { Coverage, RolloutProgress, State } from "../../provider/lifecycle/state/state";
import { renewalOf } from "../../provider/pkcs12";
import { listedDevices, type DeviceNames, type ListedDevices } from "./devices/listed-devices";
import { exceptionGroups, type ExceptionGroup } from "./exceptions";
import { issuedFacts, type IssuedFacts } from "./issued/issued-facts";
import type { StoredCertificate } from "./stack-export";

const dayMs = 24 * 3_600_000;

/** When a certificate ends, as of the report. */
export interface Expiry {
  /** ISO instants. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly renewAt: string;
  /** Whole days left, rounded down; negative once it has expired. */
  readonly days: number;
  readonly readyForRenewal: boolean;
  readonly expired: boolean;
}

/** What the state tells of a certificate. */
export interface CertificateFacts {
  readonly alias: string;
  readonly target: { readonly groups: readonly string[]; readonly devices: readonly string[] };
  /** Of the leaf certificate; empty where the state has none. */
  readonly subject: string;
  readonly issuer: string;
  readonly keyAlgorithm: string;
  readonly sha256Fingerprint: string;
  /** Absent where the state holds no dates. */
  readonly expiry?: Expiry;
  /** Where an issuer makes them. */
  readonly issued?: IssuedFacts;
  readonly coverage: Coverage;
  /** How many of the missing are left out on purpose: later waves, or a last wave below 100 %. */
  readonly heldBack: number;
  readonly progress: RolloutProgress;
  readonly drift?: string;
  /** Members that are not installed, by state and reason. */
  readonly exceptions: readonly ExceptionGroup[];
  /** How many more there are than the state lists. */
  readonly exceptionsOmitted: number;
  /** Where each device has a certificate of its own, and they were asked for. */
  readonly devices?: ListedDevices;
}

/** Whether each device has a certificate of its own. */
export function isOfDevices({ outputs: { record } }: StoredCertificate): boolean {
  return isObject(record) && "ledger" in record;
}

export function readStored(stored: StoredCertificate): State | { readonly message: string } {
  const { outputs, secrets } = stored;
  const hidden = {
    ...(secrets.includes("alias") && { alias: "(secret)" }),
    ...(secrets.includes("target") && { target: { group: "00000000-0000-0000-0000-000000000000" } }),
  };
  try {
    return (isOfDevices(stored) ? readDeviceState : readState)({ ...outputs, ...hidden });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return { message: error.message };
  }
}

/** @param names undefined where nobody asked which device has which certificate */
export function factsOf(
  state: State,
  stored: StoredCertificate,
  nowMs: number,
  names: DeviceNames | undefined,
): CertificateFacts {
  const { drift, secrets } = stored;
  const { settings, certificate, coverage, progress, record, exceptions, exceptionsOmitted } = state;
  const text = (name: string): string => {
    const value = certificate[name];
    return typeof value === "string" ? value : "";
  };
  const { own } = record;
  const expiry = own
    ? firstExpiry(text("notAfterFirst"), state.renewAt, nowMs)
    : expiryOf(text("notBefore"), text("notAfter"), settings, nowMs);
  const issued = issuedFacts(state, stored.issuer, nowMs);
  const devices = names && listedDevices(state, names);
  return {
    alias: settings.alias,
    target: secrets.includes("target") ? { groups: [], devices: [] } : targetOf(settings),
    subject: own ? ofDevices(issued?.issued ?? certificate["used"]) : text("subject"),
    ...{ issuer: own ? issuersOf(certificate["issuers"]) : text("issuer"), keyAlgorithm: text("keyAlgorithm") },
    sha256Fingerprint: text("sha256Fingerprint"),
    ...(expiry !== undefined && { expiry }),
    ...(issued !== undefined && { issued }),
    ...{ coverage, progress },
    heldBack: Math.min(record.heldBack ?? 0, coverage.missing),
    // A run that fails keeps the inputs of the refresh before it: only the record says whether drift is of now.
    ...(drift !== undefined && record.drifted === true && { drift }),
    exceptions: exceptionGroups(exceptions),
    exceptionsOmitted,
    ...(devices !== undefined && { devices }),
  };
}

function ofDevices(used: unknown): string {
  return `${count(typeof used === "number" ? used : 0, "certificate")} of devices`;
}

function issuersOf(issuers: unknown): string {
  return Array.isArray(issuers) ? issuers.filter((issuer) => typeof issuer === "string").join("; ") : "";
}

/** Of certificates of devices the first that ends, to the day. */
function firstExpiry(notAfter: string, renewAt: string, nowMs: number): Expiry | undefined {
  const endsAtMs = Date.parse(notAfter);
  if (Number.isNaN(endsAtMs) || renewAt === "") return undefined;
  return {
    ...{ notBefore: "", notAfter: new Date(endsAtMs).toISOString(), renewAt },
    readyForRenewal: nowMs >= Date.parse(renewAt),
    days: Math.floor((endsAtMs - nowMs) / dayMs),
    expired: nowMs > endsAtMs,
  };
}

function targetOf({ target }: Settings): CertificateFacts["target"] {
  return target.kind === "group" ? { groups: [target.group], devices: [] } : target;
}

function expiryOf(
  notBefore: string,
  notAfter: string,
  { renewBeforeDays }: Settings,
  nowMs: number,
): Expiry | undefined {
  const endsAtMs = Date.parse(notAfter);
  if (Number.isNaN(endsAtMs) || Number.isNaN(Date.parse(notBefore))) return undefined;
  return {
    ...{ notBefore, notAfter },
    ...renewalOf(notBefore, notAfter, renewBeforeDays, nowMs),
    days: Math.floor((endsAtMs - nowMs) / dayMs),
    expired: nowMs > endsAtMs,
  };
}
