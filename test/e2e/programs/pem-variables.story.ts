// A pipeline whose certificate and encrypted key come out of variables, as AWS ACM and acme.sh give them, through the real
// engine: nothing secret is in the program's folder, and the password of the key is in the environment only.

import { createPrivateKey } from "node:crypto";
import { expect } from "chai";
import { makeIdentity } from "../../support/certificates";
import { withStack } from "../../support/engine";
import { givenFleet } from "../../support/given-fleet";
import { connectionTo, digestsOf, expectNothingToDo, expectOperations, holdersOf } from "../../support/story";

const keyPassword = "a-password-of-the-key";

describe("a pipeline with PEM out of variables", () => {
  it("installs a certificate whose encrypted key and its password are in the environment", async function () {
    this.timeout(240_000);
    const simulator = await givenFleet({ Shops: ["d1", "d2"] }, { deviceMs: 20 });
    const { certificate, privateKey } = makeIdentity("pipeline.example");
    const encrypted = createPrivateKey(privateKey).export({
      ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: keyPassword },
    });
    // Variables of a pipeline are often one line.
    const env = {
      ...connectionTo(simulator),
      CLIENT_CERT: certificate.replaceAll("\n", "\\n"),
      CLIENT_KEY: encrypted.toString().replaceAll("\n", "\\n"),
      CLIENT_KEY_PASSWORD: keyPassword,
    };
    const program = `
      const esper = require("pulumi-esper");
      new esper.Certificate("corp", {
        alias: "corp",
        target: { group: "${simulator.world.group("Shops").id}" },
        source: {
          pem: {
            certificate: process.env.CLIENT_CERT,
            privateKey: process.env.CLIENT_KEY,
            privateKeyPasswordEnv: "CLIENT_KEY_PASSWORD",
          },
        },
      });`;
    try {
      await withStack(program, { env }, async (stack) => {
        expectOperations(await stack.up(), { created: 2 });
        expect(holdersOf(simulator, "corp")).to.deep.equal(["d1", "d2"]);
        expect(digestsOf(simulator, "corp")).to.have.length(1);
        await expectNothingToDo(stack, simulator, 2);
        expect(await stack.exported()).not.to.include(keyPassword);
        expectOperations(await stack.destroy(), { deleted: 2 });
      });
    } finally {
      await simulator.close();
    }
  });
});
