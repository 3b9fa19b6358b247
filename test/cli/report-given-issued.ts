// Certificates that an issuer makes, as a stack export holds them: written by the provider's own code from what a test gives.

import type { RawObject } from "../../provider/lifecycle/arguments/reader";
import { dayOf } from "../../provider/issuers";
import { toDeviceOutputs } from "../../provider/lifecycle/state/ledger/device-record";
import { deviceKey, type LedgerEntry } from "../../provider/lifecycle/state/ledger/ledger";
import { at, nowMs, state, uuid } from "../lifecycle/given";

const dayMs = 24 * 3_600_000;
const beforeDays = 30;

export interface StoredIssued {
  readonly issuer: unknown;
  /** Of each device's certificate, by the day. */
  readonly endsInDays: readonly number[];
  /** With serial numbers 00A0, 00A1 and so on; these others are still to be revoked. */
  readonly toRevoke?: readonly string[];
  /** What `source` is in the inputs, where it is not what the program wrote. */
  readonly source?: unknown;
  /** The first so many wait for their wave. */
  readonly waiting?: number;
  readonly name?: (number: number) => string;
}

export const issuedUrn = "urn:pulumi:prod::fleet::pulumi-nodejs:dynamic/esper:DeviceCertificates::tills";

export function serialOf(number: number): string {
  return `A${number}`;
}

export function storedIssued(given: StoredIssued): RawObject {
  const { endsInDays, toRevoke, waiting = 0, issuer, name = (number) => `till-${number}` } = given;
  const days = endsInDays.map((inDays) => dayOf(nowMs) + inDays);
  const entries = days.map((endDay, number): readonly [string, LedgerEntry] => [
    deviceKey(uuid(number)),
    {
      ...{ digest: "abcdefabcdef", file: "1234567890", endDay, leadDays: beforeDays, at: at(dayMs) },
      ...{ isBehind: number < waiting, isStale: false },
      ...(toRevoke !== undefined && { serial: serialOf(number) }),
    },
  ]);
  const text = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
  const source = { issuer, subject: "CN={serial}", ...(toRevoke !== undefined && { revoke: true }) };
  const pending = (toRevoke ?? []).map((serial, number) => ({ key: deviceKey(uuid(number)), serial }));
  const written = state({
    program: { alias: "till" },
    coverage: { members: days.length, installed: days.length },
    rest: {
      certificate: {
        ...{ issued: days.length, issuers: ["CN=Acme Root"] },
        ...{ notAfterFirst: text(Math.min(...days)), notAfterLast: text(Math.max(...days)) },
        expiring: endsInDays.flatMap((inDays, number) =>
          inDays > beforeDays ? [] : [{ device: uuid(number), name: name(number), notAfter: text(days[number] ?? 0) }],
        ),
      },
      renewAt: new Date((Math.min(...days) - beforeDays) * dayMs).toISOString(),
      commands: [],
    },
    record: {
      own: {
        ledger: new Map(entries),
        unusedDigest: "",
        made: {
          ...{ beforeDays, spreadDays: 0, refused: [] },
          ...(toRevoke !== undefined && { revoke: { pending, source } }),
        },
      },
    },
  });
  return {
    ...{ urn: issuedUrn, custom: true, id: "till", type: "pulumi-nodejs:dynamic/esper:DeviceCertificates" },
    inputs: { ...written.written, source: "source" in given ? given.source : source, sourceDigest: "1234567890" },
    outputs: toDeviceOutputs(written),
  };
}
