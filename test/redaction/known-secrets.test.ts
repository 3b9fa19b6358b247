// From when on the process knows a secret that it has not opened: what a state keeps, and what the last program gave.

import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { toOutputs } from "../../provider/lifecycle/state/record";
import { certificate } from "../../provider/provider";
import { redaction, secretMark } from "../../provider/redaction/redaction";
import { groupA, keptContent, state } from "../lifecycle/given";

const urn = "urn:pulumi:test::fleet::pulumi-nodejs:dynamic/esper:Certificate::known";

function expectUnknown(secret: string): void {
  expect(redaction.withoutSecrets(`near ${secret}`)).to.equal(`near ${secret}`);
}

function expectKnown(secret: string): void {
  for (const writing of [secret, secret.toUpperCase(), Buffer.from(secret).toString("hex")]) {
    expect(redaction.withoutSecrets(`near ${writing}`)).to.equal(`near ${secretMark}`);
  }
}

describe("a secret that this process has not opened", () => {
  it("is known as soon as a state that keeps it for a rollback is read", async () => {
    const password = randomBytes(12).toString("hex");
    const file = randomBytes(1_000);
    const kept = [{ ...keptContent("d"), base64: file.toString("base64"), password }];
    expectUnknown(password);
    await certificate(urn).diff("id", toOutputs(state({ rest: { kept } })), {});
    expectKnown(password);
    const piece = file.subarray(400, 424);
    expect(redaction.withoutSecrets(`near ${piece.toString("hex")}`)).to.equal(`near ${secretMark}`);
  });

  it("is known where the program gave it in the last run, and gives another one now", async () => {
    const password = randomBytes(12).toString("hex");
    const olds = { alias: "corp", target: { group: groupA }, source: { file: "corp.p12", password } };
    expectUnknown(password);
    await certificate(urn).check(olds, {});
    expectKnown(password);
  });
});
