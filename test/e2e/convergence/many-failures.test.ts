// Ten thousand devices of which five thousand fail, with words of their own: the run ends by itself, what it prints and
// what the stack keeps stay small, and the next `up` mends it (docs/design.md, sections 3 and 5).

import { expect } from "chai";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack } from "../../support/engine";
import { at, connectionTo, expectNothingToDo, expectOperations, programOf, storedResource } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-many";
const stateMaxBytes = 16_000;
/** A screen or two. */
const printedMaxCharacters = 10_000;

describe("ten thousand devices of which half fail", () => {
  it("end the run with a readable message, a state below 16 kB, and a next up that works", async function () {
    this.timeout(240_000);
    const simulator = await givenFleet({ Everywhere: 10_000 }, { deviceMs: 500, pageSize: 1_000 });
    const { world } = simulator;
    const failing = world.devices("Everywhere").filter((_, index) => index % 2 === 1);
    for (const [index, { id }] of failing.entries()) {
      // Most say the same; every tenth has long words that no other device says.
      world.failWith(
        id,
        index % 10 > 0 ? "The keystore is locked" : `Fault ${index}: ${"no key slot left; ".repeat(30)}`,
      );
    }
    const target = { group: world.group("Everywhere").id };
    const program = programOf({ corp: { alias: "corp", target, source: { file: "corp.p12", password } } });
    try {
      await withStack(program, { env: connectionTo(simulator) }, async (stack) => {
        await stack.writeFile("corp.p12", await p12Of(makeIdentity("many.example"), password));
        const first = await stack.up();
        expect(first.code, first.text.slice(0, 2_000)).not.to.equal(0);
        expect(first.text).to.match(
          /4500 devices did not take the certificate \(Failure, "The keystore is locked"\): .+ and 4495 more\. /,
        );
        expect(first.text).to.contain("481 more devices failed for other reasons.");
        expect(first.text.length, "characters printed").to.be.lessThan(printedMaxCharacters);
        const failed = await storedResource(stack, "corp");
        expect(at(failed, "outputs", "coverage")).to.include({ members: 10_000, installed: 5_000, failed: 5_000 });
        expect(Buffer.byteLength(JSON.stringify(failed)), "bytes in the state").to.be.lessThan(stateMaxBytes);

        for (const { id } of failing) world.failWith(id, undefined);
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        const mended = await storedResource(stack, "corp");
        expect(at(mended, "outputs", "coverage")).to.include({ members: 10_000, installed: 10_000, failed: 0 });
        expect(Buffer.byteLength(JSON.stringify(mended)), "bytes in the state").to.be.lessThan(stateMaxBytes);
        const [all, ...retries] = world.commandLog;
        expect(all).to.include({ commandType: "GROUP", resolved: 10_000 });
        expect(retries.map(({ commandType, resolved }) => `${commandType} ${resolved}`)).to.deep.equal(
          Array.from({ length: 10 }, () => "DEVICE 500"),
        );
        const holders = world.devices("Everywhere").filter(({ keystore }) => keystore.has("corp"));
        expect(holders).to.have.lengthOf(10_000);
        await expectNothingToDo(stack, simulator, 2);
      });
    } finally {
      await simulator.close();
    }
  });
});
