// The plugin as `npx pulumi-esper plugin install` leaves it: one file in Pulumi's own cache, under the real engine, with nothing
// on the PATH and with the npm package gone.

import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { packageVersion } from "../../../provider/packaged/schema";
import { helperFolder } from "../../../tools/pulumi-cli/language-hosts";
import { makeSandbox } from "../../../tools/sandbox";
import { pack } from "../../package/packed";
import { makeIdentity, p12Of } from "../../support/certificates";
import { Stack } from "../../support/engine";
import { givenFleet } from "../../support/given-fleet";
import { buildYamlHost } from "../../support/packaged-stack";
import { commandsOf, connectionTo, expectNoSecret, expectOperations, holdersOf } from "../../support/story";

const password = "a-password-of-the-installed-plugin";

describe("a program after `npx pulumi-esper plugin install`", function () {
  this.timeout(240_000);
  before(buildYamlHost);

  it("finds the plugin in Pulumi's cache, without a warning, a PATH or the npm package", async () => {
    const simulator = await givenFleet({ Shops: ["s1", "s2"] }, { deviceMs: 60 });
    const sandbox = await makeSandbox(connectionTo(simulator));
    try {
      await install(sandbox.environment);
      const path = [await helperFolder("yaml"), sandbox.environment["PATH"] ?? ""].join(delimiter);
      const stack = new Stack(join(sandbox.folder, "program"), { ...sandbox.environment, PATH: path }, "js");
      await mkdir(stack.folder);
      const group = { "fn::invoke": { function: "esper:getGroup", arguments: { name: "Shops" }, return: "id" } };
      const properties = { alias: "corp", target: { group }, source: { file: "corp.p12", password } };
      const resources = { corp: { type: "esper:Certificate", properties } };
      await stack.writeFile("Pulumi.yaml", JSON.stringify({ name: "fleet", runtime: "yaml", resources }));
      await stack.writeFile("corp.p12", await p12Of(makeIdentity("first.example"), password));
      await stack.pulumi("stack", "init", "test");

      expect((await stack.pulumi("plugin", "ls")).text).to.match(
        new RegExp(`esper +resource +${packageVersion().replaceAll(".", "[.]")}`, "u"),
      );
      const created = await stack.up();
      expectOperations(created, { created: 2 });
      expect(created.text).not.to.include("pulumi-resource-esper");
      expect(commandsOf(simulator)).to.deep.equal(["INSTALL corp GROUP 2"]);
      expectNoSecret(await stack.exported(), { password });
      expectOperations(await stack.up(), { unchanged: 2 });
      expectOperations(await stack.destroy(), { deleted: 2 });
      expect(holdersOf(simulator, "corp")).to.deep.equal([]);
    } finally {
      await sandbox.remove();
      await simulator.close();
    }
  });
});

/** From the packed package, which is gone when this ends. */
async function install(env: NodeJS.ProcessEnv): Promise<void> {
  const packed = await pack();
  try {
    const command = join(packed.programFolder, "node_modules", "pulumi-esper", "dist", "cli", "main.js");
    const { stdout } = await promisify(execFile)(process.execPath, [command, "plugin", "install"], { env });
    expect(stdout).to.include(`Installed the plugin esper ${packageVersion()} in ${env["PULUMI_HOME"] ?? ""}`);
  } finally {
    await packed.remove();
  }
}
