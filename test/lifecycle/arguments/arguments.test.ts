import { expect } from "chai";
import fc from "fast-check";
import { hasUnknown, isObject, unknownValue, type RawObject } from "../../../provider/lifecycle/arguments/reader";
import { readInputs, type Inputs } from "../../../provider/lifecycle/arguments/arguments";
import { groupA, groupB, inputsOf, program, uuid } from "../given";

type Program = Readonly<Record<string, unknown>>;

interface Accepted {
  readonly write: Program;
  readonly means: Partial<Inputs>;
}

interface Refused {
  readonly write: Program;
  readonly property: string;
  readonly reason: string | RegExp;
}

const accepted: Readonly<Record<string, Accepted>> = {
  "an alias may hold blanks and any letters; it is taken as it is": {
    write: { alias: "Büro WLAN " },
    means: { alias: "Büro WLAN " },
  },
  "encoding is auto when nothing is said": { write: {}, means: { encoding: "auto" } },
  "encoding may be asGiven": { write: { encoding: "asGiven" }, means: { encoding: "asGiven" } },
  "encoding may be androidLegacy": { write: { encoding: "androidLegacy" }, means: { encoding: "androidLegacy" } },
  "encoding may be modern": { write: { encoding: "modern" }, means: { encoding: "modern" } },
  "deviceType is all when nothing is said": { write: {}, means: { deviceType: "all" } },
  "deviceType may be active": { write: { deviceType: "active" }, means: { deviceType: "active" } },
  "deviceType may be inactive": { write: { deviceType: "inactive" }, means: { deviceType: "inactive" } },
  "a run waits 10 minutes for reachable devices when nothing is said, and then fails": {
    write: {},
    means: { wait: { for: "reachable", timeoutMs: 600_000, onTimeout: "fail" } },
  },
  "an empty wait says nothing": {
    write: { wait: {} },
    means: { wait: { for: "reachable", timeoutMs: 600_000, onTimeout: "fail" } },
  },
  "wait may be for all devices, half a minute, with a warning": {
    write: { wait: { for: "all", timeoutMinutes: 0.5, onTimeout: "warn" } },
    means: { wait: { for: "all", timeoutMs: 30_000, onTimeout: "warn" } },
  },
  "wait may be for none": {
    write: { wait: { for: "none" } },
    means: { wait: { for: "none", timeoutMs: 600_000, onTimeout: "fail" } },
  },
  "failed devices are tried again by 3 later runs when nothing is said": { write: {}, means: { retryRounds: 3 } },
  "devices that leave a group keep it when nothing is said": { write: { onLeave: "keep" }, means: {} },
  "devices that leave a group lose it": { write: { onLeave: "remove" }, means: { onLeave: {} } },
  "devices that leave a group lose it, so many at once": {
    write: { onLeave: { remove: true, atMost: "5%" } },
    means: { onLeave: { atMost: { percent: 5 } } },
  },
  "retryRounds may be 0": { write: { retryRounds: 0 }, means: { retryRounds: 0 } },
  "reinstallAfterDays may be any number of days from 1": {
    write: { reinstallAfterDays: 1.5 },
    means: { reinstallAfterDays: 1.5 },
  },
  "renewBeforeDays may be 0": { write: { renewBeforeDays: 0 }, means: { renewBeforeDays: 0 } },
  "strict is off when nothing is said": { write: {}, means: { strict: false } },
  "strict may be on": { write: { strict: true }, means: { strict: true } },
  "there are no triggers when nothing is said": { write: {}, means: { triggers: [] } },
  "triggers may be anything": {
    write: { triggers: ["v2", 7, { host: "a" }, null] },
    means: { triggers: ["v2", 7, { host: "a" }, null] },
  },
  "resend names nobody when nothing is said": { write: {}, means: { resend: {} } },
  "resend takes any text under the id of a device, in any case": {
    write: { resend: { [groupA.toUpperCase()]: "", [uuid(2)]: "hardware swapped", [uuid(3)]: null } },
    means: { resend: { [groupA]: "", [uuid(2)]: "hardware swapped" } },
  },
  "an argument that is null counts as not given": {
    write: { wait: null, retryRounds: null },
    means: { retryRounds: 3 },
  },
  "what the engine and check add is no argument of the program and is let through": {
    write: { __provider: "exports.handler = ...", certificate: { digest: "00" }, drift: "7 devices joined" },
    means: { alias: "corp-client" },
  },
};

const refused: Readonly<Record<string, Refused>> = {
  "no alias": { write: { alias: undefined }, property: "", reason: /^alias: is required/ },
  "an empty alias": { write: { alias: "" }, property: "", reason: "alias: must not be empty" },
  "an alias of blanks": { write: { alias: "  \t" }, property: "", reason: "alias: must not be empty" },
  "an alias that is a number": { write: { alias: 7 }, property: "", reason: "alias: must be a string" },
  "an encoding that does not exist": {
    write: { encoding: "pfx" },
    property: "",
    reason: 'encoding: must be one of "auto", "asGiven", "androidLegacy", "modern"',
  },
  "an alias with a line break at its end": {
    write: { alias: "corp-client\n" },
    property: "",
    reason: "alias: must be one line, without control characters",
  },
  "an alias with a control character": {
    write: { alias: "corp\u0000client" },
    property: "",
    reason: "alias: must be one line, without control characters",
  },
  "a device type that does not exist": {
    write: { deviceType: "online" },
    property: "",
    reason: 'deviceType: must be one of "all", "active", "inactive"',
  },
  "a wait that is no object": { write: { wait: "all" }, property: "", reason: "wait: must be an object" },
  "a wait for somebody else": {
    write: { wait: { for: "online" } },
    property: "wait.for",
    reason: 'must be one of "reachable", "all", "none"',
  },
  "a time-out below zero": {
    write: { wait: { timeoutMinutes: -1 } },
    property: "wait.timeoutMinutes",
    reason: "must be a number of minutes, 0 or more",
  },
  "a time-out as text": {
    write: { wait: { timeoutMinutes: "10" } },
    property: "wait.timeoutMinutes",
    reason: "must be a number of minutes, 0 or more",
  },
  "a time-out that never ends": {
    write: { wait: { timeoutMinutes: Infinity } },
    property: "wait.timeoutMinutes",
    reason: "must be a number of minutes, 0 or more",
  },
  "an onTimeout that does not exist": {
    write: { wait: { onTimeout: "ignore" } },
    property: "wait.onTimeout",
    reason: 'must be one of "fail", "warn"',
  },
  "an unknown name in wait": {
    write: { wait: { timeout: 5 } },
    property: "wait.timeout",
    reason: "there is no such argument; known are for, timeoutMinutes, onTimeout",
  },
  "retry rounds below zero": {
    write: { retryRounds: -1 },
    property: "",
    reason: "retryRounds: must be a whole number, 0 or more",
  },
  "half a retry round": {
    write: { retryRounds: 1.5 },
    property: "",
    reason: "retryRounds: must be a whole number, 0 or more",
  },
  "a reinstall every day and less": {
    write: { reinstallAfterDays: 0 },
    property: "",
    reason: "reinstallAfterDays: must be a number of days, 1 or more",
  },
  "renewal after the end": {
    write: { renewBeforeDays: -3 },
    property: "",
    reason: "renewBeforeDays: must be a number of days, 0 or more",
  },
  "strict as text": { write: { strict: "yes" }, property: "", reason: "strict: must be true or false" },
  "resend for a device by its name": {
    write: { resend: { "till-0001": "1" } },
    property: "",
    reason: "resend: every entry must be a device's id (a UUID)",
  },
  "resend with a number": {
    write: { resend: { [uuid(1)]: 1 } },
    property: `resend.${uuid(1)}`,
    reason: "must be a string",
  },
  "resend that is a list": { write: { resend: [uuid(1)] }, property: "", reason: "resend: must be an object" },
  "triggers that are no list": { write: { triggers: "v2" }, property: "", reason: "triggers: must be a list" },
  "an argument that does not exist": {
    write: { passwort: "pass-word-1" },
    property: "",
    reason: /^passwort: there is no such argument; known are alias, target, .*source/,
  },
};

// Every argument and every form of it, so that each place of a program is met once.
const written: Readonly<Record<string, RawObject>> = {
  "a group, a file with a password, a window": program({
    ...{ encoding: "modern", deviceType: "active", retryRounds: 1, reinstallAfterDays: 90, renewBeforeDays: 20 },
    ...{ strict: true, triggers: ["v1", { rotation: 3 }] },
    wait: { for: "all", timeoutMinutes: 5, onTimeout: "warn" },
    schedule: { window: { start: "2026-12-01T22:00:00Z", end: "2026-12-02T04:00:00Z", timeZone: "console" } },
  }),
  "a set, base64 with a variable, a rollout": program({
    target: { groups: [groupA, groupB], devices: [uuid(1), uuid(2)] },
    source: { base64: "MIIKwQIBAzCC", passwordEnv: "P12_PASSWORD" },
    rollout: {
      ...{ waves: [5, "10%", "100%"], canary: { devices: [uuid(1)] }, soakMinutes: 30 },
      ...{ maxFailures: "2%", onFailure: "rollback", pauseAfterWave: 1 },
    },
  }),
  "pem, recurring, a canary group": program({
    source: { pem: { certificate: "-----BEGIN", privateKey: "-----BEGIN", chain: "-----BEGIN" } },
    rollout: { canary: { group: groupB } },
    schedule: {
      recurring: {
        ...{ start: "2026-12-01T00:00:00Z", end: "2027-02-01T00:00:00Z" },
        ...{ days: ["Monday", "sunday"], from: "22:00", to: "23:30" },
      },
    },
  }),
};

type Path = readonly (string | number)[];

/** Every place below `value`, each branch before its leaves. */
function places(value: unknown, path: Path = []): readonly Path[] {
  const entries = Array.isArray(value) ? value.map((each, index) => [index, each] as const) : [];
  const all = isObject(value) ? Object.entries(value) : entries;
  return all.flatMap(([key, each]) => [[...path, key], ...places(each, [...path, key])]);
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((each: unknown, index) => (index === key ? replaced(each, rest, by) : each));
  return isObject(value) ? { ...value, [key]: replaced(value[String(key)], rest, by) } : value;
}

function withAt(raw: RawObject, path: Path, value: unknown): RawObject {
  const result = replaced(raw, path, value);
  if (!isObject(result)) throw new Error("A program is an object.");
  return result;
}

describe("the arguments of a certificate", () => {
  describe("are accepted", () => {
    for (const [title, { write, means }] of Object.entries(accepted)) {
      it(title, () => {
        expect(inputsOf(program(write))).to.deep.include(means);
      });
    }

    for (const [title, raw] of Object.entries(written)) {
      it(`in every form: ${title}`, () => {
        expect(readInputs(raw).failures).to.deep.equal([]);
        expect(readInputs(raw).inputs).to.be.an("object");
      });
    }
  });

  describe("are refused", () => {
    for (const [title, { write, property, reason }] of Object.entries(refused)) {
      it(`with one sentence: ${title}`, () => {
        const { failures, inputs } = readInputs(program(write));
        expect(failures).to.have.length(1);
        expect(failures[0]?.property).to.equal(property);
        if (reason instanceof RegExp) expect(failures[0]?.reason).to.match(reason);
        else expect(failures[0]?.reason).to.equal(reason);
        expect(inputs).to.equal(undefined);
      });
    }

    it("all in one go, not one a run", () => {
      const { failures } = readInputs(program({ alias: "", wait: { for: "x" }, strict: 1 }));
      expect(failures.map(({ property }) => property)).to.have.members(["", "wait.for", ""]);
    });
  });

  // The engine prints the value of a top-level property that a failure names, secret or not.
  it("are never named as a whole by a failure, whatever a program writes", () => {
    const names = [
      "alias",
      "target",
      "source",
      "wait",
      "rollout",
      "schedule",
      "triggers",
      "encoding",
      "a.b",
      "source.x",
    ];
    const key = fc.oneof(fc.constantFrom(...names), fc.string());
    fc.assert(
      fc.property(fc.dictionary(key, fc.anything({ maxDepth: 3 })), (raw) => {
        const named = readInputs(raw).failures.map(({ property }) => property);
        expect(named.filter((property) => property !== "" && Object.hasOwn(raw, property))).to.deep.equal([]);
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 300), examples: [[{ source: { x: 0 }, "source.x": [] }]] },
    );
  });

  for (const [title, change] of Object.entries({
    "an alias": { alias: "corp <{%bogus%}>" },
    "an alias that the CLI would read as JSON": { alias: '["\\u003c{%bogus%}>"]' },
    "a trigger": { triggers: [{ when: "<{%bogus%}>" }] },
    "a trigger's name": { triggers: [{ "<{%bogus%}>": 1 }] },
    "a path": { source: { file: "<{%bogus%}>.p12" } },
    "a name in the file": { source: { file: "a.p12", friendlyName: "<{%bogus%}>" } },
  })) {
    it(`are refused where Pulumi's CLI would break off at them: ${title}`, () => {
      const { failures } = readInputs(program(change));
      expect(failures.map(({ reason }) => reason).join()).to.match(
        /^(alias|triggers|source): must not contain Pulumi's colour tag/,
      );
      expect(JSON.stringify(failures)).not.to.contain("<{%");
    });
  }

  it("may hold that sign where they are secret, for the CLI does not show them", () => {
    const { failures } = readInputs(program({ source: { file: "a.p12", password: "<{%bogus%}>" } }));
    expect(failures).to.deep.equal([]);
  });

  it("are told by a harmless name where the name is the program's", () => {
    const { failures } = readInputs(program({ "<{%bogus%}>\n": 1, wait: { "<{%x%}>": 1 } }));
    expect(failures.map(({ property, reason }) => `${property} ${reason}`).join()).to.contain("wait.<\\{%x%}>");
    expect(JSON.stringify(failures)).not.to.contain("<{%").and.not.contain("\\n");
  });

  it("are never repeated by a failure: any of them may be a secret", () => {
    const secret = "s3cr3t-value";
    for (const raw of Object.values(written)) {
      for (const path of places(raw)) {
        for (const value of [secret, [secret], { [path.at(-1) ?? ""]: secret }]) {
          const { failures } = readInputs(withAt(raw, path, value));
          expect(JSON.stringify(failures), path.join(".")).not.to.include(secret);
        }
      }
    }
  });

  describe("that a preview does not know yet", () => {
    for (const [title, raw] of Object.entries(written)) {
      for (const path of places(raw)) {
        it(`pass unjudged: ${path.join(".")} of ${title}`, () => {
          const { failures, inputs, alias, target, source } = readInputs(withAt(raw, path, unknownValue));
          expect(failures).to.deep.equal([]);
          expect(inputs, "nothing may be sent by half-known arguments").to.equal(undefined);
          expect(hasUnknown([alias, target, source]), "a half-known part is no part").to.equal(false);
        });
      }
    }

    it("do not hide what is wrong elsewhere", () => {
      const { failures } = readInputs(program({ alias: unknownValue, retryRounds: -1 }));
      expect(failures.map(({ reason }) => reason)).to.deep.equal(["retryRounds: must be a whole number, 0 or more"]);
    });
  });
});
