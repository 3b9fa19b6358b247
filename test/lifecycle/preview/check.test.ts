import { expect } from "chai";
import { SettingError } from "../../../provider/errors";
import { check } from "../../../provider/lifecycle/preview/check";
import { Impact } from "../../../provider/lifecycle/preview/impact";
import { makeIdentity, p12Of } from "../../support/certificates";
import { steppedClock } from "../../support/quick-clock";
import { nowMs, program } from "../given";

describe("the check of a new certificate", () => {
  it("goes without the reach where a setting is missing, and says so", async () => {
    const file = await p12Of(makeIdentity("check.example"), "pass-word-1");
    const problem = "The Esper tenant is not set.";
    const checked = await check(
      {
        surroundings: { readFile: () => Buffer.from(file), environment: {}, nowMs: () => nowMs },
        impact: new Impact(steppedClock(nowMs)),
        client: () => {
          throw new SettingError("esper:tenant", problem);
        },
        // Without a tenant nothing is put on record.
        claim: () => undefined,
        nowMs,
      },
      {},
      program(),
    );
    expect(checked.failures).to.deep.equal([]);
    expect(checked.notes).to.deep.equal([`The reach is not known: ${problem}`]);
  });
});
