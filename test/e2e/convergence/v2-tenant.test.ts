// A tenant whose Commands V2 endpoint does not know the certificate commands (Esper's published list has none): people are
// told so, and which setting helps; nothing is lost by having tried.

import { expect } from "chai";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack } from "../../support/engine";
import { connectionTo, expectNothingToDo, expectOperations, holdersOf, programOf } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-v2-tenant";

describe("a tenant whose Commands V2 endpoint refuses certificates", () => {
  it("is named in a sentence with the setting that helps, and that setting helps", async function () {
    this.timeout(240_000);
    const simulator = await givenFleet(
      { Berlin: ["b1", "b2"] },
      { deviceMs: 60, faults: { v2RefusesCertificates: {} } },
    );
    const target = { group: simulator.world.group("Berlin").id };
    const program = programOf({ corp: { alias: "corp", target, source: { file: "corp.p12", password } } });
    try {
      const env = { ...connectionTo(simulator), ESPER_COMMANDS_API: "v2" };
      await withStack(program, { env }, async (stack) => {
        await stack.writeFile("corp.p12", await p12Of(makeIdentity("v2.example"), password));
        const refused = await stack.up();
        expect(refused.code, refused.text).not.to.equal(0);
        expect(refused.text).to.contain("the tenant's Commands V2 endpoint does not take this command (400)");
        expect(refused.text).to.contain("ESPER_COMMANDS_API=request");
        expect(simulator.world.commandLog).to.deep.equal([]);

        stack.setEnvironment("ESPER_COMMANDS_API", "request");
        expectOperations(await stack.up(), { created: 1, unchanged: 1 });
        expect(holdersOf(simulator, "corp")).to.deep.equal(["b1", "b2"]);
        await expectNothingToDo(stack, simulator, 2);
      });
    } finally {
      await simulator.close();
    }
  });
});
