// Nothing secret is shown or kept in clear: not in the stack, not in the most talkative output, not in any error; and the
// provider's text in the stack is the one line of docs/design.md, section 5.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { withStack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import { at, connectionTo, expectNoSecret, operationsOf, storedResource } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "pässword with traps: + 1/2 = 0.5";
const wrongPassword = "another-pässword of nobody";
const wrongKey = "a-key-that-nobody-may-read";
const talkative = ["--logtostderr", "-v=3"];

describe("secrets", () => {
  let simulator: Simulator;
  let p12: Uint8Array;
  let secrets: Readonly<Record<string, string | Uint8Array>>;
  let group: string;
  const programWith = (source: string, target: unknown = { group }): string => `
const pulumi = require("@pulumi/pulumi");
const esper = require("pulumi-esper");
const config = new pulumi.Config();
new esper.Certificate("corp", { alias: "corp", target: ${JSON.stringify(target)}, source: ${source} });
`;

  before(async () => {
    const { privateKey, certificate } = makeIdentity("secrets.example");
    p12 = await p12Of({ privateKey, certificate }, password);
    const [, , keyLine = ""] = privateKey.split("\n");
    secrets = {
      password,
      p12,
      "wrong password": wrongPassword,
      "wrong key": wrongKey,
      "line of the private key": keyLine,
    };
  });

  beforeEach(async () => {
    simulator = await givenFleet({ Shops: 200, Office: 1 }, { deviceMs: 50, pageSize: 100 });
    group = simulator.world.group("Shops").id;
    secrets = { ...secrets, "API key": simulator.apiKey };
  });

  afterEach(() => simulator.close());

  it("are nowhere in the stack nor in the most talkative output, and the stored text is one constant line", async function () {
    this.timeout(240_000);
    const base64 = Buffer.from(p12).toString("base64");
    const configured = `{ base64: config.requireSecret("p12"), password: config.requireSecret("password") }`;
    await withStack(programWith(configured), { env: connectionTo(simulator) }, async (stack) => {
      await stack.setConfig("p12", base64, true);
      await stack.setConfig("password", password, true);
      const preview = await stack.preview(...talkative);
      expect(preview.code, preview.text).to.equal(0);
      const up = await stack.up(...talkative);
      expect(operationsOf(up), up.text).to.deep.equal({ created: 2 });
      // Given as plain text, it is the resource that marks what is secret.
      await stack.writeProgram(programWith(JSON.stringify({ base64, password })));
      const again = await stack.up();
      expect(operationsOf(again), again.text).to.deep.equal({ unchanged: 2 });
      const exported = await stack.exported();
      for (const { text } of [preview, up, again, { text: exported }]) expectNoSecret(asAskedFor(text), secrets);

      const stored = await storedResource(stack, "corp");
      const urn = String(at(stored, "urn"));
      const text = `exports.handler = () => require("pulumi-esper/provider").certificate("${urn}")`;
      expect(at(stored, "inputs", "__provider")).to.equal(text);
      expect(at(stored, "outputs", "__provider")).to.equal(text);
      expect(exported.split("require(")).to.have.length(3);
      expect(JSON.stringify(at(stored, "outputs")).length).to.be.lessThan(4_096);

      const destroyed = await stack.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", ...talkative);
      expect(destroyed.code, destroyed.text).to.equal(0);
      expectNoSecret(asAskedFor(destroyed.text), secrets);
    });
  });

  it("are in no error: wrong password, wrong key, wrong group, unreachable host, 200 failing devices", async function () {
    this.timeout(240_000);
    const source = `{ file: "corp.p12", passwordEnv: "P12_PASSWORD" }`;
    const env = { ...connectionTo(simulator), P12_PASSWORD: wrongPassword };
    await withStack(programWith(source), { env }, async (stack) => {
      const failedUp = async (sentence: string | RegExp): Promise<string> => {
        const { code, text } = await stack.up(...talkative);
        expect(code, text).not.to.equal(0);
        expect(text).to.match(new RegExp(sentence));
        expectNoSecret(text, secrets);
        return text;
      };
      await stack.writeFile("corp.p12", p12);
      await failedUp("source\\.passwordEnv .*The password does not open the PKCS#12 file");
      stack.setEnvironment("P12_PASSWORD", password);
      await stack.writeProgram(programWith(source, { group: "00000000-0000-4000-8000-000000000042" }));
      await failedUp("Esper does not know the group");
      await stack.writeProgram(programWith(source));
      stack.setEnvironment("ESPER_API_KEY", wrongKey);
      await failedUp("Esper does not accept the API key");
      stack.setEnvironment("ESPER_API_KEY", simulator.apiKey);
      stack.setEnvironment("ESPER_BASE_URL", "http://127.0.0.1:9/api");
      await failedUp("ECONNREFUSED");
      stack.setEnvironment("ESPER_BASE_URL", simulator.url);

      // The worst a device could say.
      const reason = `cannot open it with ${password}`;
      for (const { id } of simulator.world.devices("Shops")) simulator.world.failWith(id, reason);
      const many = await failedUp("200 devices did not take the certificate \\(Failure, ");
      expect(
        asAskedFor(many).match(/devices did not take the certificate/g)?.length,
        "once or twice, not 200 times",
      ).to.be.below(5);
      expectNoSecret(await stack.exported(), secrets);
      const stored = await storedResource(stack, "corp");
      expect(JSON.stringify(at(stored, "outputs")).length).to.be.lessThan(16_384);
      expect(at(stored, "outputs", "coverage", "failed")).to.equal(200);

      // A refresh reads the devices' words again, in a process that has sent nothing.
      simulator.world.join("Shops");
      const refreshed = await stack.refresh();
      expect(refreshed.code, refreshed.text).to.equal(0);
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage", "members")).to.equal(201);
      expectNoSecret(refreshed.text, secrets);
      expectNoSecret(await stack.exported(), secrets);
    });
  });
});

/**
 * The output without the engine's own log lines above level 3. CLI 3.250 prints them with `--logtostderr` whatever `-v` says,
 * and in them what a program or the stack's configuration gives in clear (its SDK does so on level 3 too, for what does not
 * come out of the configuration). Only what never passes through Pulumi (`passwordEnv`, ESPER_API_KEY) is not in them.
 */
function asAskedFor(text: string): string {
  const levelOf = (line: string): number => Number(/^\{"time":.*"v":(\d+)\}$/.exec(line)?.[1] ?? 0);
  return text
    .split("\n")
    .filter((line) => levelOf(line) <= 3)
    .join("\n");
}
