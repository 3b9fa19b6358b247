import { expect } from "chai";
import { mayInstall, validate, unknownTarget, type Validation } from "../../../provider/lifecycle/preview/validate";
import type { Content } from "../../../provider/lifecycle/content/content";
import type { Finding, FindingCode } from "../../../provider/pkcs12/advice/findings";
import { dayMs, digestA, digestB, groupA, groupB, inputsOf, nowMs, program, uuid } from "../given";

function finding(code: FindingCode, severity: Finding["severity"]): Finding {
  return { code, severity, message: `The sentence about ${code}.` };
}

/** Content of which only the digest and the findings matter here. */
function contentOf(found: readonly Finding[], digest = digestA): Content {
  return {
    digest,
    summary: {},
    findings: () => found,
    encodingFacts: { support: { versions: [], emptyPassword: false, encoding: "" }, isMade: false },
    keysDigest: digest,
    encodingFor: () => ({ sentAs: "asGiven" }),
    hasChoice: false,
    incompatible: () => undefined,
    toSend: () => Promise.reject(new Error("Nothing is sent when arguments are checked.")),
  };
}

function windowAround(fromDays: number, toDays: number): unknown {
  const at = (days: number): string => new Date(nowMs + days * dayMs).toISOString();
  return { window: { start: at(fromDays), end: at(toDays) } };
}

const over = windowAround(-3, -1);
const open = windowAround(-1, 1);
const ahead = windowAround(1, 2);

interface Row {
  readonly program?: Readonly<Record<string, unknown>>;
  readonly findings?: readonly Finding[];
  /** What the last run had: `null` for a new resource; the same as now when nothing is said. */
  readonly before?: null | { readonly digest?: string; readonly schedule?: unknown };
  readonly failures?: readonly string[];
  readonly warnings?: readonly (string | RegExp)[];
}

const expired = finding("expired", "error");
const keyMismatch = finding("keyMismatch", "error");
const weakKey = finding("weakKey", "warning");
const noRoot = finding("noRoot", "warning");
const expiresSoon = finding("expiresSoon", "warning");
const base64Program = { source: { base64: "AAAA", password: "pass-word-1" } };

const fileAtFault = (code: FindingCode): string => `source.file: The sentence about ${code}.`;
const said = (code: FindingCode): string => `The sentence about ${code}.`;
const scheduleIsOver = /^The schedule is over: what is still to be sent waits/;

const rows: Readonly<Record<string, Row>> = {
  "a new certificate without any finding passes": { before: null },
  "a new certificate that is expired is refused": {
    ...{ before: null, findings: [expired], failures: [fileAtFault("expired")] },
  },
  "a certificate changed to an expired one is refused": {
    ...{ before: { digest: digestB }, findings: [expired], failures: [fileAtFault("expired")] },
  },
  "a certificate that expired meanwhile is a warning: time must not break the next up": {
    ...{ findings: [expired], warnings: [said("expired")] },
  },
  "a key that does not belong is refused, also when nothing has changed": {
    ...{ findings: [keyMismatch], failures: [fileAtFault("keyMismatch")] },
  },
  "the failure names the part of the source that the program gives": {
    ...{ before: null, program: base64Program, findings: [keyMismatch] },
    failures: ["source.base64: The sentence about keyMismatch."],
  },
  "a weak key is warned of when it is new": {
    ...{ before: null, findings: [weakKey], warnings: [said("weakKey")] },
  },
  "a weak key is not warned of on every run": { findings: [weakKey, noRoot] },
  "an approaching end is warned of on every run": { findings: [expiresSoon], warnings: [said("expiresSoon")] },
  "an issuer that expired meanwhile is warned of on every run": {
    ...{ findings: [finding("issuerExpired", "warning")], warnings: [said("issuerExpired")] },
  },
  "with strict, what would be warnings refuses a new certificate": {
    ...{ before: null, program: { strict: true }, findings: [weakKey, noRoot] },
    failures: [fileAtFault("weakKey"), fileAtFault("noRoot")],
  },
  "with strict, a certificate that passed once passes again: time alone does not refuse it": {
    ...{ program: { strict: true }, findings: [expired, expiresSoon, weakKey] },
    warnings: [said("expired"), said("expiresSoon")],
  },
  "a schedule that lies ahead passes": { before: null, program: { schedule: ahead } },
  "a window that is open passes": { before: null, program: { schedule: open } },
  "a schedule that is over is refused with a new certificate": {
    ...{ before: null, program: { schedule: over } },
    failures: ["schedule.window.end: is in the past"],
  },
  "a schedule moved to the past is refused": {
    ...{ before: { schedule: ahead }, program: { schedule: over } },
    failures: ["schedule.window.end: is in the past"],
  },
  "a schedule that is over is refused for another certificate, which it could not carry": {
    ...{ before: { digest: digestB, schedule: over }, program: { schedule: over } },
    failures: ["schedule.window.end: is in the past"],
  },
  "a schedule that is over by now is a warning: time must not break the next up": {
    ...{ program: { schedule: over }, warnings: [scheduleIsOver] },
  },
  "a recurring schedule that is over is named as such": {
    before: null,
    program: {
      schedule: {
        recurring: {
          start: "2020-01-01T00:00:00Z",
          end: "2020-02-01T00:00:00Z",
          days: ["Monday"],
          from: "01:00",
          to: "02:00",
        },
      },
    },
    failures: ["schedule.recurring.end: is in the past"],
  },
  "all objections are named at once": {
    ...{ before: null, program: { schedule: over }, findings: [expired, keyMismatch] },
    failures: [fileAtFault("expired"), fileAtFault("keyMismatch"), "schedule.window.end: is in the past"],
  },
};

function objectionsTo({ program: change, findings = [], before = {} }: Row): Validation {
  const inputs = inputsOf(program(change));
  const last = before && {
    digest: before.digest ?? digestA,
    schedule: "schedule" in before ? inputsOf(program({ schedule: before.schedule })).schedule : inputs.schedule,
  };
  return validate(inputs, contentOf(findings), last ?? undefined, nowMs);
}

describe("before anything is sent", () => {
  for (const [title, row] of Object.entries(rows)) {
    it(title, () => {
      const { failures, warnings } = objectionsTo(row);
      expect(failures.map(({ property, reason }) => `${property}: ${reason}`)).to.deep.equal(row.failures ?? []);
      const wanted = row.warnings ?? [];
      expect(warnings, warnings.join("\n")).to.have.length(wanted.length);
      for (const [index, sentence] of wanted.entries()) {
        if (sentence instanceof RegExp) expect(warnings[index]).to.match(sentence);
        else expect(warnings[index]).to.equal(sentence);
      }
    });
  }

  it("no failure names a top-level property, whose value the engine would print, secret or not", () => {
    const properties = Object.values(rows).flatMap((row) => objectionsTo(row).failures.map(({ property }) => property));
    expect(properties).not.to.deep.equal([]);
    for (const property of properties) expect(property).to.contain(".");
  });

  it("findings are those of this moment and of the program's renewBeforeDays", () => {
    const asked: unknown[] = [];
    const content: Content = {
      ...contentOf([]),
      findings: (...args) => {
        asked.push(...args);
        return [];
      },
    };
    validate(inputsOf(program({ renewBeforeDays: 14 })), content, undefined, nowMs);
    expect(asked).to.deep.equal([nowMs, 14]);
  });
});

describe("whom it reaches", () => {
  const setOf = (...numbers: readonly number[]): unknown => ({ groups: [groupA], devices: numbers.map(uuid) });
  const seen = (change: Readonly<Record<string, unknown>>) => {
    const { alias, target, triggers } = inputsOf(program(change));
    return { alias, target, triggers };
  };
  const before = { ...seen({ target: setOf(1, 2), triggers: ["v1"] }), digest: digestA, schedule: undefined };
  const isTold = (change: Readonly<Record<string, unknown>>, digest = digestA): boolean =>
    mayInstall(seen({ target: setOf(1, 2), triggers: ["v1"], ...change }), contentOf([], digest), before);

  it("is told of what is new, of other content, another target and other triggers", () => {
    expect(mayInstall(seen({}), contentOf([]), undefined)).to.equal(true);
    expect(isTold({}, digestB)).to.equal(true);
    expect(isTold({ target: setOf(1, 2, 3) })).to.equal(true);
    expect(isTold({ triggers: ["v2"] })).to.equal(true);
  });

  it("is not asked where nothing is to be sent, in whatever order the set is written", () => {
    expect(isTold({})).to.equal(false);
    expect(isTold({ target: setOf(2, 1, 2), wait: { for: "all" } })).to.equal(false);
  });

  it("is refused for ids that Esper does not know and the program did not name before", () => {
    const { target } = before;
    expect(unknownTarget(target, { reach: "", unknownDevices: [uuid(2)] }, before)).to.equal(undefined);
    const device = unknownTarget(target, { reach: "", unknownDevices: [uuid(2), uuid(3)] }, before);
    expect(device).to.have.property("property", "target.devices");
    expect(device?.reason).to.match(new RegExp(`^Esper does not know the device ${uuid(3)}\\. Check the ids`));
    const group = unknownTarget(target, { reach: "", unknownGroups: [groupB] }, undefined);
    expect(group).to.have.property("property", "target.groups");
    const one = seen({ target: { group: groupB } }).target;
    expect(unknownTarget(one, { reach: "", unknownGroups: [groupB] }, before)?.property).to.equal("target.group");
    expect(unknownTarget(one, { reach: "The reach is not known: …" }, undefined)).to.equal(undefined);
  });
});
