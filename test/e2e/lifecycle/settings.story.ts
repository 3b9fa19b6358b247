// Settings that are wrong or missing, and targets that Esper does not know, through the real engine: one sentence each that
// says what to do, nothing sent, no key printed (docs/design.md, "Configuration").

import { expect } from "chai";
import { createServer } from "node:net";
import type { Simulator } from "../../../simulator";
import { withStack, type Ran, type Stack } from "../../support/engine";
import { makeIdentity, p12Of } from "../../support/certificates";
import { at, commandsOf, connectionTo, expectOperations, programOf, storedResource } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

const password = "a-password-of-the-settings-story";
const source = { file: "corp.p12", password };
const wrongKey = "a-key-that-nobody-may-read";

describe("settings and targets that cannot be used", () => {
  let simulator: Simulator;
  let group: string;
  let p12: Uint8Array;
  const programFor = (target: unknown): string => programOf({ corp: { alias: "corp", target, source } });

  before(async () => {
    p12 = await p12Of(makeIdentity("settings.example"), password);
  });

  beforeEach(async () => {
    simulator = await givenFleet({ Shops: 3 }, { deviceMs: 60 });
    group = simulator.world.group("Shops").id;
  });

  afterEach(() => simulator.close());

  async function refusedUp(stack: Stack): Promise<Ran> {
    const ran = await stack.up();
    expect(ran.code, ran.text).not.to.equal(0);
    expect(ran.text).not.to.contain(wrongKey);
    expect(ran.text).not.to.contain(password);
    expect(commandsOf(simulator)).to.deep.equal([]);
    return ran;
  }

  it("says which setting is missing and both ways to set it", async function () {
    this.timeout(240_000);
    await withStack(programFor({ group }), {}, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const noTenant = await refusedUp(stack);
      expect(noTenant.text).to.contain("The Esper tenant is not set");
      expect(noTenant.text).to.contain(
        "`pulumi config set esper:tenant acme` or the environment variable ESPER_TENANT",
      );
      stack.setEnvironment("ESPER_BASE_URL", simulator.url);
      const noKey = await refusedUp(stack);
      expect(noKey.text).to.contain("The Esper API key is not set");
      expect(noKey.text).to.contain(
        "`pulumi config set esper:apiKey --secret` or the environment variable ESPER_API_KEY",
      );
    });
  });

  it("says what to do about a wrong key, and about a host that does not answer", async function () {
    this.timeout(240_000);
    const env = { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: wrongKey };
    await withStack(programFor({ group }), { env }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const unauthorized = await refusedUp(stack);
      expect(unauthorized.text).to.contain("Esper does not accept the API key (401)");
      expect(unauthorized.text).to.contain("`pulumi config set esper:apiKey --secret`");
      expect(await storedResource(stack, "corp")).to.equal(undefined);

      const port = await closedPort();
      stack.setEnvironment("ESPER_BASE_URL", `http://127.0.0.1:${port}/api`);
      stack.setEnvironment("ESPER_REQUEST_TIMEOUT_SECONDS", "1");
      const startedAt = Date.now();
      const unreachable = await refusedUp(stack);
      expect(unreachable.text).to.contain(`127.0.0.1:${port}`);
      expect(unreachable.text).to.contain("ECONNREFUSED");
      expect(unreachable.text).to.match(/esper:(tenant|baseUrl)/);
      expect(Date.now() - startedAt).to.be.lessThan(60_000);
    });
  });

  it("reads the stack's configuration, and lets the environment win over it, also in a destroy", async function () {
    this.timeout(240_000);
    await withStack(programFor({ group }), {}, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      await stack.setConfig("esper:baseUrl", simulator.url);
      await stack.setConfig("esper:apiKey", simulator.apiKey, true);
      expectOperations(await stack.up(), { created: 2 });
      expect(await stack.exported()).not.to.contain(simulator.apiKey);

      stack.setEnvironment("ESPER_API_KEY", wrongKey);
      const refused = await stack.refresh();
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.contain("Esper does not accept the API key (401)");
      expect(refused.text).not.to.contain(wrongKey);

      stack.setEnvironment("ESPER_API_KEY", simulator.apiKey);
      await stack.setConfig("esper:apiKey", wrongKey, true);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 3", "UNINSTALL corp GROUP 3"]);
    });
  });

  it("refuses ids that Esper does not know when they are new, and only warns of a device that is gone", async function () {
    this.timeout(240_000);
    const unknown = "00000000-0000-4000-8000-000000000042";
    const [one, two] = simulator.world.devices("Shops");
    await withStack(programFor({ group: unknown }), { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      const preview = await stack.preview();
      expect(preview.code, preview.text).not.to.equal(0);
      expect(preview.text).to.contain(`Esper does not know the group ${unknown}.`);
      const noGroup = await refusedUp(stack);
      expect(noGroup.text).to.contain(`Esper does not know the group ${unknown}. Check the ids in \`target\``);
      await stack.writeProgram(programFor({ devices: [one?.id, unknown] }));
      const noDevice = await refusedUp(stack);
      expect(noDevice.text).to.contain(`Esper does not know the device ${unknown}.`);
      expect(await storedResource(stack, "corp")).to.equal(undefined);

      await stack.writeProgram(programFor({ devices: [one?.id, two?.id] }));
      expectOperations(await stack.up(), { created: 1, unchanged: 1 });
      simulator.world.leave(two?.id ?? "");
      expect((await stack.refresh()).code).to.equal(0);
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ members: 1, installed: 1 });
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("later.example"), password));
      const warned = await stack.up();
      expectOperations(warned, { updated: 1, unchanged: 1 });
      expect(warned.text).to.contain(`warning: Esper no longer knows ${two?.id ?? ""}; the run leaves it out.`);
    });
  });

  it("refuses arguments that make no sense before anything is asked, each with its path and never its value", async function () {
    this.timeout(240_000);
    const start = programFor({ group: "not-a-uuid" });
    await withStack(start, { env: connectionTo(simulator) }, async (stack) => {
      await stack.writeFile("corp.p12", p12);
      expect((await refusedUp(stack)).text).to.match(/target\.group .*must be a group's id/);

      const both = { ...source, base64: password };
      const first = { alias: " ", target: { groups: [] }, source: both, wait: { for: "ever", timeoutMinutes: -1 } };
      await stack.writeProgram(programOf({ corp: first }));
      const { text } = await refusedUp(stack);
      expect(text).to.match(/alias: must not be empty/);
      expect(text).to.match(/target\.groups .*the target is empty/);
      expect(text).to.match(/source\.file .*exactly one of file, base64 and pem/);
      expect(text).to.match(/wait\.for .*must be one of "reachable", "all", "none"/);
      expect(text).to.match(/wait\.timeoutMinutes .*must be a number of minutes, 0 or more/);

      const second = {
        alias: "corp",
        target: { group, devices: [group] },
        source: { base64: `*${password}*` },
        wiat: {},
      };
      await stack.writeProgram(programOf({ corp: second }));
      const other = (await refusedUp(stack)).text;
      expect(other).to.match(/target\.group .*stands alone/);
      expect(other).to.match(/source\.base64 .*must be a whole PKCS#12 file in standard base64/);
      expect(other).to.match(/wiat: there is no such argument/);
      expect(simulator.traffic.total).to.equal(0);
    });
  });
});

/** A port of this machine on which nobody listens. */
function closedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
