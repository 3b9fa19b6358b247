// Runs every example as a user would who has copied its folder away, with the real engine against the simulator: from a
// copy that sees the packages its package.json names, and no others. The examples are found by listing the folder: a new
// one is under test from its first day. What each is to do stands in stories.ts.

import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { startSimulator, type Simulator } from "../../simulator";
import { makeSandbox, type Sandbox } from "../../tools/sandbox";
import { Stack } from "../support/engine";
import { at, connectionTo, expectOperations, holdersOf } from "../support/story";
import { storyOf } from "./stories";
import type { Beside } from "./story";

const projectFolder = join(__dirname, "..", "..");
const examples = readdirSync(join(projectFolder, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  // A policy pack is no program; test/e2e/programs runs it. test/languages runs those in other languages.
  .filter((name) => runtimeOf(join(projectFolder, "examples", name, "Pulumi.yaml")) === "nodejs");

describe("examples", function () {
  this.timeout(300_000);

  let simulator: Simulator;
  let sandbox: Sandbox;
  let beside: Beside | undefined;

  const start = async (devices: number, environment: Readonly<Record<string, string>>): Promise<void> => {
    simulator = await startSimulator({ devices, deviceMs: 40, pageSize: 4 });
    sandbox = await makeSandbox({ ...connectionTo(simulator), ...environment });
  };

  afterEach(async () => {
    await beside?.stop();
    beside = undefined;
    await simulator.close();
    await sandbox.remove();
  });

  const stackIn = async (folder: string, name = "test"): Promise<Stack> => {
    const stack = new Stack(folder, sandbox.environment, "ts");
    const ran = await stack.pulumi("stack", "init", name);
    expect(ran.code, ran.text).to.equal(0);
    return stack;
  };

  for (const example of examples) {
    it(`${example} does its work, has nothing to do the second time, and leaves nothing behind`, async function () {
      const { devices = 6, environment = {}, resources, holders, stack: name, ...story } = storyOf(example);
      await start(devices, environment);
      const found = await story.beside?.();
      if (found !== undefined && "missing" in found) {
        console.log(`      skipped: ${found.missing}`);
        this.skip();
      }
      beside = found;
      const folder = await copyAway(example, sandbox.folder);
      const filesBefore = await filesIn(folder);
      const stack = await stackIn(folder, name);
      for (const [key, value] of Object.entries(beside?.environment ?? {})) stack.setEnvironment(key, value);
      for (const [key, value] of Object.entries(beside?.config ?? {})) await stack.setConfig(key, value);

      const preview = await stack.preview();
      expect(preview.code, preview.text).to.equal(0);
      expect(preview.text).to.contain(`+ ${resources} to create`);
      expectOperations(await stack.up(), { created: resources });
      for (const [alias, names] of Object.entries(holders))
        expect(holdersOf(simulator, alias), alias).to.deep.equal(names);
      expect(aliasesOn(simulator)).to.have.members(Object.keys(holders));
      const sent = simulator.world.commandLog.length;
      expectOperations(await stack.up(), { unchanged: resources });
      expect(simulator.world.commandLog).to.have.length(sent);

      await story.furtherSteps?.(stack, simulator);

      expectOperations(await stack.destroy(), { deleted: resources });
      expect(aliasesOn(simulator)).to.deep.equal([]);
      const removed = await stack.pulumi("stack", "rm", "--yes");
      expect(removed.code, removed.text).to.equal(0);
      expect(await filesIn(folder)).to.deep.equal(filesBefore);
      await beside?.expectAtEnd();
    });
  }

  it("the clone's own Pulumi.yaml runs the quickstart", async () => {
    await start(6, {});
    const clone = join(sandbox.folder, "clone");
    await copyClone(clone);
    const stack = await stackIn(clone);
    const preview = await stack.preview();
    expect(preview.code, preview.text).to.equal(0);
    expect(preview.text)
      .to.include("quickstart")
      .and.match(/\+ 2 to create/);
  });
});

describe("the folder of an example", () => {
  for (const example of examples) {
    it(`${example} has a page, a project and the program that its package.json names`, async () => {
      const folder = join(projectFolder, "examples", example);
      const { main } = await manifestOf(folder);
      expect(main).to.be.a("string");
      expect(await readdir(folder)).to.include.members(["README.md", "Pulumi.yaml", "package.json", main]);
    });
  }

  for (const { example, type, kind } of [
    { example: "javascript", type: "commonjs", kind: "a CommonJS module" },
    { example: "esm", type: "module", kind: "an ES module" },
  ]) {
    it(`${example} is ${kind} that does without TypeScript`, async () => {
      const manifest = await manifestOf(join(projectFolder, "examples", example));
      expect(manifest).to.deep.include({ main: "index.js", type });
      expect(manifest.packages).to.have.members(["@pulumi/pulumi", "pulumi-esper"]);
    });
  }
});

function runtimeOf(projectFile: string): unknown {
  if (!existsSync(projectFile)) return undefined;
  const runtime = at(parse(readFileSync(projectFile, "utf8")), "runtime");
  return typeof runtime === "string" ? runtime : at(runtime, "name");
}

/** Aliases that some device holds. */
function aliasesOn({ world }: Simulator): readonly string[] {
  return [...new Set(world.devices().flatMap(({ keystore }) => [...keystore.keys()]))];
}

interface Manifest {
  readonly main: unknown;
  readonly type: unknown;
  /** Names of all dependencies. */
  readonly packages: readonly string[];
}

async function manifestOf(folder: string): Promise<Manifest> {
  const read: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const namesAt = (field: string): readonly string[] => {
    const named = at(read, field);
    return typeof named === "object" && named !== null ? Object.keys(named) : [];
  };
  return {
    main: at(read, "main"),
    type: at(read, "type") ?? "commonjs",
    packages: [...namesAt("dependencies"), ...namesAt("devDependencies")],
  };
}

/** The example's folder, beside the packages that it names. */
async function copyAway(example: string, into: string): Promise<string> {
  const folder = join(into, example);
  const isInstalled = (path: string): boolean => basename(path) === "node_modules";
  await cp(join(projectFolder, "examples", example), folder, { recursive: true, filter: (path) => !isInstalled(path) });
  for (const name of (await manifestOf(folder)).packages) {
    const link = join(into, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(projectFolder, "node_modules", name), link);
  }
  return folder;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

async function copyClone(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of ["Pulumi.yaml", "package.json", "examples"]) {
    await cp(join(projectFolder, name), join(folder, name), { recursive: true });
  }
  await symlink(join(projectFolder, "node_modules"), join(folder, "node_modules"));
}
