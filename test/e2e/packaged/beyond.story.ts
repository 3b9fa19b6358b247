// What the packaged provider has beyond the dynamic resource, under the real engine: several tenants in a stack, import, an end
// by Ctrl-C or by `customTimeouts`, and an end with its engine.

import { expect } from "chai";
import type { Simulator } from "../../../simulator";
import { makeIdentity, p12Of } from "../../support/certificates";
import type { Stack } from "../../support/engine";
import { givenFleet } from "../../support/given-fleet";
import { buildYamlHost, withPackagedStack } from "../../support/packaged-stack";
import { until } from "../../support/until";
import { descendantsOf, kill } from "../../support/processes";
import {
  at,
  commandsOf,
  connectionTo,
  expectNoSecret,
  expectOperations,
  holdersOf,
  storedResource,
} from "../../support/story";

const password = "a-password-beyond";

describe("the packaged provider", function () {
  this.timeout(240_000);
  let simulator: Simulator;
  let group: string;

  before(buildYamlHost);
  beforeEach(async () => {
    simulator = await givenFleet({ Shops: ["s1", "s2", "s3"] }, { deviceMs: 60 });
    group = simulator.world.group("Shops").id;
  });
  afterEach(() => simulator.close());

  function certificate(more: object = {}, options?: object): object {
    const properties = { alias: "corp", target: { group }, source: { file: "corp.p12", password }, ...more };
    return { type: "esper:Certificate", properties, ...(options !== undefined && { options }) };
  }

  async function writeFileTo(stack: Stack): Promise<void> {
    await stack.writeFile("corp.p12", await p12Of(makeIdentity("first.example"), password));
  }

  it("serves two tenants in one stack, each with its own key, whatever the environment says", async () => {
    const apiKey = "key-of-the-other-tenant";
    const other = await givenFleet({ Shops: 2 }, { deviceMs: 60, apiKey });
    const target = { group: other.world.group("Shops").id };
    const provider = (more: object): object => ({
      type: "pulumi:providers:esper",
      properties: { baseUrl: other.url, ...more },
    });
    const found = { "fn::invoke": { function: "esper:getGroup", arguments: { name: "Shops" }, return: "id" } };
    const resources = {
      own: certificate({ target: { group: found } }),
      there: certificate({ target }, { provider: "${other}" }),
    };
    await withPackagedStack({}, connectionTo(simulator), async (stack) => {
      await writeFileTo(stack);
      await stack.write({ ...resources, other: provider({}) });
      const keyless = await stack.preview();
      expect(keyless.text).to.include("apiKey: is required where the provider names its tenant");
      await stack.write({ ...resources, other: provider({ apiKey }) });
      await stack.setConfig("esper:pollSecond", "1");
      const created = await stack.up();
      expectOperations(created, { created: 4 });
      expect(created.text).to.include("esper:pollSecond: there is no such setting");
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 3"]);
      expect(commandsOf(other)).to.deep.equal(["INSTALL corp GROUP 2"]);
      expectNoSecret(await stack.exported(), { apiKey });
      expectOperations(await stack.refresh(), { unchanged: 4 });
      expectOperations(await stack.destroy(), { deleted: 4 });
      expect(other.traffic.byStatus["401"] ?? 0).to.equal(0);
    });
    await other.close();
  });

  it("imports a certificate by alias and group; it removes nothing before its first up, which overwrites", async () => {
    const imported = `corp@${group}`;
    await withPackagedStack({}, connectionTo(simulator), async (stack) => {
      await writeFileTo(stack);
      await simulator.world.sendAsOther({ alias: "corp", groups: ["Shops"] });
      const wrong = await stack.pulumi("import", "esper:index:Certificate", "corp", "corp", "--yes");
      expect(wrong.text).to.include('An import needs "<alias>@<group id>" as its id: this one has no @.');
      const ran = await stack.pulumi("import", "esper:index:Certificate", "corp", imported, "--yes", "--protect=false");
      expect(ran.code, ran.text).to.equal(0);
      expect(ran.text).not.to.include("almost certainly a bug");
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ members: 3, missing: 3 });
      const gone = await stack.destroy();
      expectOperations(gone, { deleted: 2 });
      expect(gone.text).to.include('"corp" was imported and has not been sent since, so nothing is removed');
      expect(commandsOf(simulator)).to.have.length(1);

      await stack.write({ corp: certificate({}, { import: imported }) });
      const up = await stack.up();
      expect(up.code, up.text).to.equal(0);
      await stack.write({ corp: certificate() });
      const after = await stack.up();
      expect(after.code, after.text).to.equal(0);
      expect(commandsOf(simulator).slice(1)).to.deep.equal(["INSTALL corp GROUP 3"]);
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    });
  });

  it("ends a wait at once on Ctrl-C and after `customTimeouts`, with all that is known in the state, and ends with its engine", async () => {
    const slow = await givenFleet({ Shops: 3 }, { deviceMs: 600_000 });
    const target = { group: slow.world.group("Shops").id };
    const corp = certificate({ target });
    await withPackagedStack({ corp }, connectionTo(slow), async (stack) => {
      await writeFileTo(stack);
      const { pid = 0, ended } = await stack.start("up", "--yes", "--skip-preview", "--non-interactive");
      await until(() => slow.world.commandLog.length > 0);
      const cancelledAtMs = Date.now();
      process.kill(pid, "SIGINT");
      const ran = await ended;
      expect(Date.now() - cancelledAtMs).to.be.below(15_000);
      expect(ran.code).not.to.equal(0);
      expect(ran.text).to.include("3 devices did not answer before the run was cancelled");
      expect(at(await storedResource(stack, "corp"), "outputs", "coverage")).to.include({ pending: 3, missing: 0 });
      expect(await stack.exported()).not.to.include('pending_operations": [{');

      await stack.write({ corp: certificate({ target }, { customTimeouts: { update: "2s" } }) });
      const late = await stack.up();
      expect(late.text).to.include("3 devices did not answer within the 2 seconds of `customTimeouts`");
      expect(commandsOf(slow)).to.have.length(1);

      const killed = await stack.start("up", "--yes", "--skip-preview", "--non-interactive");
      const plugins = async (): Promise<readonly { readonly pid: number }[]> =>
        (await descendantsOf(killed.pid ?? 0)).filter(({ command }) =>
          command.some((word) => word.endsWith("packaged/main.js")),
        );
      let seen = await plugins();
      while (seen.length === 0) seen = await plugins();
      kill(killed.pid ?? 0);
      await killed.ended;
      await until(() => seen.every((one) => !isAlive(one.pid)));
    });
    await slow.close();
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Nobody is there to take the signal.
    return false;
  }
}
