// The templates, as `pulumi new PATH` makes projects of them: each runs against the simulator with the settings that it comes
// with, and its program is that of an example.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { startSimulator, type Simulator } from "../../simulator";
import { root } from "../package/packed";
import type { Stack } from "../support/engine";
import { at, expectOperations, holdersOf } from "../support/story";
import { withProgram, type Language } from "./program";

const templates: Readonly<Record<Exclude<Language, "go">, readonly string[]>> = {
  yaml: [],
  typescript: ["quickstart/index.ts"],
  python: ["python/__main__.py", "python/requirements.txt"],
};
const languages = ["yaml", "typescript", "python"] as const;

describe("a project from a template", function () {
  this.timeout(300_000);
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ devices: 6, deviceMs: 40, apiKey: "simulator-key" });
  });
  afterEach(() => simulator.close());

  for (const language of languages) {
    const template = join(root, "templates", `esper-${language}`);

    it(`${language}: has its settings, and runs against the simulator from the first up`, async () => {
      const write = async (stack: Stack): Promise<void> => {
        // What is installed then comes from npm and PyPI; here it is put in place below.
        const files = language === "yaml" ? [] : ["--generate-only"];
        const settings = ["--config", `esper:baseUrl=${simulator.url}`];
        const made = await stack.pulumi(
          "new",
          template,
          "--yes",
          "--name",
          "fleet",
          "--stack",
          "test",
          ...files,
          ...settings,
        );
        expect(made.code, made.text).to.equal(0);
        if (files.length > 0) await setUp(stack, template, simulator.url);
      };
      await withProgram({ language, env: {}, write }, async (stack) => {
        expect(at(parse(await readFile(join(stack.folder, "Pulumi.yaml"), "utf8")), "name")).to.equal("fleet");
        expectOperations(await stack.up(), { created: 2 });
        expect(holdersOf(simulator, "corp-client")).to.deep.equal(["till-0001", "till-0002", "till-0003"]);
        expectOperations(await stack.up(), { unchanged: 2 });
        expectOperations(await stack.destroy(), { deleted: 2 });
      });
    });

    it(`${language}: names the simulator that \`pulumi-esper simulator\` starts`, async () => {
      const project: unknown = parse(await readFile(join(template, "Pulumi.yaml"), "utf8"));
      const defaultOf = (name: string): unknown => at(project, "template", "config", name, "default");
      expect(defaultOf("esper:baseUrl")).to.equal("http://127.0.0.1:4010/api");
      expect(defaultOf("esper:apiKey")).to.equal("simulator-key");
      expect(at(project, "template", "config", "esper:apiKey", "secret")).to.equal(true);
    });

    for (const path of templates[language]) {
      it(`${language}: has the program of an example: ${path}`, async () => {
        const name = path.split("/").at(-1) ?? "";
        expect(await readFile(join(template, name), "utf8")).to.equal(
          await readFile(join(root, "examples", path), "utf8"),
        );
      });
    }
  }
});

/** What `pulumi new` does with a template's settings where it also installs. */
async function setUp(stack: Stack, template: string, url: string): Promise<void> {
  await stack.pulumi("stack", "init", "test");
  const config = at(parse(await readFile(join(template, "Pulumi.yaml"), "utf8")), "template", "config");
  for (const [name, setting] of Object.entries(typeof config === "object" && config !== null ? config : {})) {
    const value = name === "esper:baseUrl" ? url : String(at(setting, "default"));
    await stack.setConfig(name, value, at(setting, "secret") === true);
  }
}
