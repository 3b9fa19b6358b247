// Reads faults that come as JSON, from the command line or by HTTP. Each codec follows its field in answer-faults.ts or tenant-faults.ts.

import { isLeft } from "fp-ts/Either";
import * as t from "io-ts";
import { PathReporter } from "io-ts/PathReporter";
import type { FaultName, Faults } from "./faults";
import { routeFamilies } from "./when";

const family = t.keyof(Object.fromEntries(routeFamilies.map((name) => [name, null])));
const when = { times: t.number, on: t.array(family), share: t.number, everyNth: t.number };
const plain = t.partial(when);
const withStatus = t.partial({ ...when, status: t.number });
const withRetryAfter = t.partial({ ...when, status: t.number, retryAfter: t.number });
const withMs = t.intersection([t.type({ ms: t.number }), plain]);

const codecs = {
  rateLimit: t.partial({
    ...when,
    perSecond: t.number,
    perMinute: t.number,
    retryAfter: t.union([t.number, t.literal("date"), t.literal("absent"), t.literal("absurd")]),
  }),
  failEveryNthRead: t.intersection([t.type({ n: t.number }), withRetryAfter]),
  failPostAfterAccept: withStatus,
  cutPostAfterAccept: plain,
  failPostBeforeAccept: withRetryAfter,
  closeAtOnce: plain,
  forbidden: plain,
  slowMs: withMs,
  hang: plain,
  trickle: t.partial({ ...when, everyMs: t.number }),
  htmlErrors: plain,
  htmlAnswers: plain,
  emptyBodies: plain,
  truncatedJson: plain,
  hugeBody: t.partial({ ...when, bytes: t.number }),
  wrongContentType: plain,
  redirect: plain,
  lyingNextHost: plain,
  lateStatusRowsMs: withMs,
  countsRouteMissing: plain,
  historyPurged: t.partial({ ...when, requests: t.array(t.string), olderThanMs: t.number }),
  echoSecretsInErrors: t.partial({ ...when, where: t.union([t.literal("message"), t.literal("content")]) }),
  smallPages: t.partial({ ...when, size: t.number }),
  clockSkewMs: withMs,
  maxBodyBytes: t.intersection([t.type({ bytes: t.number }), plain]),
  v2RefusesCertificates: plain,
  unknownState: t.partial({ ...when, name: t.string }),
  dateHeaderSkewMs: withMs,
  unknownIdsRefused: plain,
  largePagesFail: t.intersection([t.type({ rows: t.number }), withStatus]),
  overlappingPages: t.partial({ ...when, by: t.number }),
  deviceTypeIgnored: plain,
  deviceTypeRefused: plain,
  missingRows: t.partial({ ...when, devices: t.array(t.string), lateMs: t.number }),
  cancelIgnored: plain,
  labelsRefused: t.partial({ ...when, maxLength: t.number }),
  hiddenArguments: t.partial({ ...when, as: t.keyof({ empty: null, null: null, masked: null }) }),
  narrowedRole: plain,
  createdAtAheadMs: t.intersection([withMs, t.partial({ requests: t.array(t.string) })]),
} satisfies Record<FaultName, t.Mixed>;

function isFaultName(name: string): name is FaultName {
  return name in codecs;
}

/** The order is part of what a seed means: new names come last. */
export const faultNames: readonly FaultName[] = Object.keys(codecs).filter(isFaultName);

const faultsCodec = t.partial(codecs);

function isFaults(value: unknown): value is Faults {
  return faultsCodec.is(value);
}

/** Throws an Error whose message says which switch is wrong, or lists the switches there are. */
export function readFaults(value: unknown): Faults {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("Faults must be a JSON object of switches.");
  const unknownName = Object.keys(value).find((name) => !isFaultName(name));
  if (unknownName !== undefined) {
    throw new Error(`There is no fault "${unknownName}". There are: ${faultNames.join(", ")}.`);
  }
  if (isFaults(value)) return value;
  // Each by itself: the report names the whole type, and that of all faults together fills a page.
  const given = new Map<string, unknown>(Object.entries(value));
  const wrong = faultNames.flatMap((name) => {
    const setting = given.get(name);
    const decoded = codecs[name].decode(setting);
    return setting === undefined || !isLeft(decoded) ? [] : [{ name, report: PathReporter.report(decoded)[0] ?? "" }];
  });
  throw new Error(wrong.map(({ name, report }) => `The fault "${name}" cannot be set so: ${report}`).join("; "));
}
