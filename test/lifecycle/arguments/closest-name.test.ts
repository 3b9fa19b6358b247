import { expect } from "chai";
import { settingNames } from "../../../provider/lifecycle/arguments/arguments";
import { closestName } from "../../../provider/lifecycle/arguments/closest-name";

const rollout = ["waves", "canary", "soakMinutes", "maxFailures", "onFailure", "pauseAfterWave"];
const source = ["file", "base64", "pem", "password", "passwordEnv"];

const meant: readonly (readonly [written: string, known: readonly string[], meant: string | undefined])[] = [
  ["alais", settingNames, "alias"],
  ["Alias", settingNames, "alias"],
  ["wiat", settingNames, "wait"],
  ["trigger", settingNames, "triggers"],
  ["reinstalAfterDay", settingNames, "reinstallAfterDays"],
  ["maxFailure", rollout, "maxFailures"],
  ["pauseafterwave", rollout, "pauseAfterWave"],
  ["wave", rollout, "waves"],
  ["passwort", source, "password"],
  ["passwordenv", source, "passwordEnv"],
  ["pen", source, "pem"],
  ["timeout", ["for", "timeoutMinutes", "onTimeout"], undefined],
  ["key", source, undefined],
  ["path", source, undefined],
  ["certificate", settingNames, undefined],
  ["x", source, undefined],
  ["", source, undefined],
];

describe("a name that is none", () => {
  for (const [written, known, name] of meant) {
    it(`"${written}" ${name === undefined ? "means nothing that is known" : `means ${name}`}`, () => {
      expect(closestName(written, known)).to.equal(name);
    });
  }

  it("is never taken for another when it is right", () => {
    for (const name of [...settingNames, ...rollout, ...source]) {
      expect(closestName(name, [...settingNames, ...rollout, ...source])).to.equal(name);
    }
  });
});
