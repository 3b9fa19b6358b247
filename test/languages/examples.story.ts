// The examples in other languages than TypeScript's, each with its real language host: as a user runs them who has copied the
// folder away. test/examples runs the others.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator, type Simulator } from "../../simulator";
import { makeIdentity, p12Of } from "../support/certificates";
import { connectionTo, commandsOf, expectNoSecret, expectOperations, holdersOf } from "../support/story";
import { root } from "../package/packed";
import type { Stack } from "../support/engine";
import { withProgram, type Language } from "./program";

const shops = ["till-0001", "till-0002", "till-0003"];
const languages: readonly Language[] = ["yaml", "python", "go"];

describe("an example in another language", function () {
  // A first Go program compiles Pulumi's SDK.
  this.timeout(1_200_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: 6, deviceMs: 40 });
  });
  afterEach(() => simulator.close());

  for (const language of languages) {
    it(`${language}: is previewed, created, left alone, changed, failed in part and mended, refreshed, and destroyed`, async () => {
      const write = async (stack: Stack): Promise<void> => {
        await cp(join(root, "examples", language), stack.folder, { recursive: true });
        await stack.pulumi("stack", "init", "test");
      };
      await withProgram({ language, env: connectionTo(simulator), write }, async (stack) => {
        const preview = await stack.preview();
        expect(preview.code, preview.text).to.equal(0);
        expect(preview.text).to.contain("+ 2 to create").and.contain("reaches 3 devices");
        expectOperations(await stack.up(), { created: 2 });
        expect(holdersOf(simulator, "corp-client")).to.deep.equal(shops);
        expect((await stack.outputs())["coverage"]).to.include({ members: 3, installed: 3 });
        // The password is plain text in the program.
        expectNoSecret(await stack.exported(), { password: "changeit" });
        expectOperations(await stack.up(), { unchanged: 2 });
        expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp-client GROUP 3"]);

        await stack.writeFile("corp-client.p12", await p12Of(makeIdentity("second.example"), "changeit"));
        expect((await stack.preview()).text).to.match(/~ subject *: ".*" => "CN=second.example"/);
        const second = simulator.world.devices("Shops").find(({ alias }) => alias === "till-0002");
        simulator.world.flaky(second?.id ?? "", 1, "no space");
        const partly = await stack.up();
        expect(partly.code, partly.text).not.to.equal(0);
        expect(partly.text).to.include('1 device did not take the certificate (Failure, "no space"): till-0002.');
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(commandsOf(simulator).slice(1)).to.deep.equal([
          "INSTALL corp-client GROUP 3",
          "INSTALL corp-client DEVICE 1",
        ]);

        simulator.world.join("Shops", { alias: "till-new" });
        const found = await stack.pulumi("refresh", "--yes", "--skip-preview", "--non-interactive", "--diff");
        expect(found.text).to.match(/\+ drift *: "1 device joined"/);
        expectOperations(await stack.up(), { updated: 1, unchanged: 1 });
        expect(holdersOf(simulator, "corp-client")).to.deep.equal([...shops, "till-new"]);
        expectNoSecret(await stack.exported(), { password: "changeit" });
        expectOperations(await stack.destroy(), { deleted: 2 });
        expect(holdersOf(simulator, "corp-client")).to.deep.equal([]);
      });
    });
  }
});
