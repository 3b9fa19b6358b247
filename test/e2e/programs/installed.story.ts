// A program that has the package, in a folder that does not: from a component's package, as pnpm installs it, or in a bundle.

import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../package/packed";
import { withStack } from "../../support/engine";

const program = `
const certs = require("@acme/certs-lib");
new certs.Site("berlin");
`;

const component = `
const pulumi = require("@pulumi/pulumi");
const esper = require("pulumi-esper");
exports.Site = class Site extends pulumi.ComponentResource {
  constructor(name) {
    super("acme:index:Site", name);
    new esper.Certificate("corp", { alias: "corp", target: { group: "none" }, source: { file: "no.p12" } }, { parent: this });
  }
};
`;

describe("a program that has the package from a component's package alone", function () {
  this.timeout(120_000);

  it("is told to install it beside the program, in a sentence, and runs when that is done", async () => {
    await withStack(program, {}, async (stack) => {
      const modules = join(stack.folder, "node_modules");
      const library = join(modules, "@acme", "certs-lib");
      await mkdir(join(library, "node_modules"), { recursive: true });
      await writeFile(join(library, "package.json"), JSON.stringify({ name: "@acme/certs-lib", version: "1.0.0" }));
      await writeFile(join(library, "index.js"), component);
      await symlink(root, join(library, "node_modules", "pulumi-esper"));
      await rm(join(modules, "pulumi-esper"));
      const refused = await stack.preview();
      expect(refused.code).not.to.equal(0);
      expect(refused.text).to.include("The package pulumi-esper is not installed in ");
      expect(refused.text).to.include("install it beside the program (npm install pulumi-esper, pnpm add pulumi-esper");
      expect(refused.text).not.to.include("Cannot find module");

      await symlink(root, join(modules, "pulumi-esper"));
      const heard = await stack.preview();
      expect(heard.text).not.to.include("is not installed");
      expect(heard.text).to.include("target.group");
    });
  });
});
