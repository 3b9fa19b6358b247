// States that the engine stored at commit 3b56511 (test/fixtures/states/make.md). Whoever has such a stack keeps it: each is
// read, says what it said, and is written so that it is read again as the same.

import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type RawObject } from "../../../provider/lifecycle/arguments/reader";
import { diff } from "../../../provider/lifecycle/policy/diff";
import { digestHeld, rejectedDigest } from "../../../provider/lifecycle/state/holding";
import { readState, toOutputs } from "../../../provider/lifecycle/state/record";
import { facts, inShort } from "./former-facts";

const folder = join(__dirname, "../../fixtures/states");

/** The day on which they were made. */
const writtenMs = Date.parse("2026-11-27T12:00:00Z");

interface FormerState {
  readonly what: string;
  readonly outputs: RawObject;
}

function formerState(name: string): FormerState {
  const read: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  if (!isObject(read) || typeof read["what"] !== "string" || !isObject(read["outputs"])) {
    throw new Error(`${name}.json holds no state.`);
  }
  return { what: read["what"], outputs: read["outputs"] };
}

describe("a state that an earlier commit stored", () => {
  for (const [name, [short, more]] of Object.entries(facts)) {
    const { what, outputs } = formerState(name);

    it(`still says what it said: ${what}`, () => {
      const state = readState(outputs);
      expect(inShort(state)).to.deep.equal(short);
      more?.(state);
    });

    it(`is written so that it is read again as the same: ${what}`, () => {
      const state = readState(outputs);
      expect(readState(toOutputs(state))).to.deep.equal(state);
    });
  }

  const due: Readonly<Record<string, string>> = {
    "devices-failed": "devicesFailed",
    ...{ expired: "installsExpired", interrupted: "interruptedRun", "joined-missing": "devicesMissing" },
    ...{ "removals-left": "removalsFailed", "rollout-stopped": "devicesFailed", v2: "devicesFailed" },
    ...{ "rolled-back": "contentRejected", "rolled-back-to-nothing": "contentRejected" },
  };
  for (const name of Object.keys(facts)) {
    it(`asks of an unchanged program what it asked before: ${due[name] ?? "nothing"} (${name})`, () => {
      const state = readState(formerState(name).outputs);
      const { settings } = state;
      const digest = rejectedDigest(state) ?? digestHeld(state) ?? "0".repeat(64);
      const { reason } = diff(state, { alias: settings.alias, target: settings.target, digest, settings }, writtenMs);
      expect(reason).to.equal(due[name] ?? "unchanged");
    });
  }

  it("has its facts here, whichever it is", () => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
    expect(files.map((file) => file.replace(".json", ""))).to.have.members(Object.keys(facts));
  });
});
