// Any value in place of any argument: programs in JavaScript and YAML write what types refuse.

import { expect } from "chai";
import fc from "fast-check";
import { readInputs } from "../../../provider/lifecycle/arguments/arguments";

/** FUZZ_RUNS=100000 by hand. */
const runs = Number(process.env["FUZZ_RUNS"] ?? 300);
const canary = "c4n4ry-0f-a-v4lu3";

const valid = {
  alias: "corp",
  target: { group: "01922b24-adae-787f-a08a-778067704f57" },
  source: { file: "corp.p12", password: "changeit" },
};
const names = [
  ...["alias", "target", "source", "group", "groups", "devices", "file", "base64", "pem", "password", "passwordEnv"],
  ...[
    "encoding",
    "deviceType",
    "wait",
    "for",
    "timeoutMinutes",
    "onTimeout",
    "rollout",
    "waves",
    "canary",
    "maxFailures",
  ],
  ...["onFailure", "soakMinutes", "pauseAfterWave", "schedule", "window", "start", "end", "recurring", "timeZone"],
  ...[
    "retryRounds",
    "reinstallAfterDays",
    "renewBeforeDays",
    "strict",
    "triggers",
    "privateKey",
    "certificate",
    "chain",
  ],
  ...["resend", "onLeave", "atMost", "remove", "friendlyName", "fingerprint"],
  ...["source.x", "wait.for", "<{%bogus%}>", "__proto__", "constructor", "toString", "length", "drift"],
];
const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      canary,
      `${canary}\n`,
      "",
      " ",
      "10%",
      "100%",
      "rollback",
      "<{%bogus%}>",
      "fleet",
      "2026-13-45T99:99:99Z",
    ),
    fc.constantFrom(null, true, false, 0, -1, 1e9, 1e300, -0, 0.1, Number.MAX_SAFE_INTEGER),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 5 }),
}));

describe("any arguments", () => {
  it("give inputs or failures, never an exception, and no failure repeats a value", function () {
    this.timeout(3_600_000);
    const some = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
    fc.assert(
      fc.property(some, fc.boolean(), (change, isValid) => {
        const { failures } = readInputs(isValid ? { ...valid, ...change } : change);
        for (const { property, reason } of failures) {
          expect(property + reason).not.to.contain("<{%");
          expect(reason).not.to.contain(canary).and.not.contain("changeit");
          expect(reason.length).to.be.below(1_000);
        }
      }),
      { numRuns: runs },
    );
  });
});
