// What the tests of the issuers start from: devices, a source, a context whose time and secrets the test sees.

import { readFileSync } from "node:fs";
import {
  nameDevices,
  openDesk,
  type CertificateNames,
  type Desk,
  type DeviceNames,
  type IssuedSource,
  type IssueOutcome,
  type IssuerContext,
  type IssuerSettings,
  type Template,
} from "../../provider/issuers";
import { systemClock, type Clock } from "../../provider/clock";
import { Redaction } from "../../provider/redaction/redaction";

export function device(number: number): DeviceNames {
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    serial: `SN-${1000 + number}`,
    name: `till ${number}`,
  };
}

export const plainTemplate: Template = {
  subject: "CN={serial},OU=Tills,O=Acme",
  dns: ["{serial}.tills.acme.com"],
  uri: [],
  email: [],
  key: "ec-p256",
};

export function sourceOf(issuer: IssuerSettings, more: Partial<IssuedSource> = {}): IssuedSource {
  return { issuer, template: plainTemplate, days: 90, concurrency: 8, renewSpreadDays: 0, revoke: false, ...more };
}

export interface GivenContext extends IssuerContext {
  readonly secrecy: Redaction;
}

export function contextWith(
  environment: Readonly<Record<string, string | undefined>> = {},
  clock: Clock = systemClock,
): GivenContext {
  return { clock, random: () => 0.5, environment, readFile: (path) => readFileSync(path), secrecy: new Redaction() };
}

/** A clock on which waiting takes no time, but passes it. */
export function quickClock(startMs = Date.now()): Clock & { readonly waitedMs: () => number } {
  let passedMs = 0;
  return {
    now: () => startMs + passedMs,
    // A time-out is ended by its signal, so it never passes here.
    sleep: (ms, signal) => {
      if (signal !== undefined) return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      passedMs += ms;
      return Promise.resolve();
    },
    waitedMs: () => passedMs,
  };
}

export function namesOf(source: IssuedSource, given: DeviceNames): CertificateNames {
  const names = nameDevices(source.template, [given]).named.get(given.id);
  if (names === undefined) throw new Error("The device has no names.");
  return names;
}

export interface Run {
  readonly desk: Desk;
  readonly issue: (given: DeviceNames) => Promise<IssueOutcome>;
}

export function runOf(source: IssuedSource, context: IssuerContext, renewBeforeDays?: number): Run {
  const desk = openDesk(source, renewBeforeDays, context);
  return { desk, issue: (given) => desk.issue(given, namesOf(source, given)) };
}

/** The certificate of an outcome; an error with the reason for any other. */
export function issuedIn(outcome: IssueOutcome): Extract<IssueOutcome, { kind: "issued" }> {
  if (outcome.kind !== "issued") throw new Error(outcome.kind === "failed" ? outcome.reason : outcome.kind);
  return outcome;
}
