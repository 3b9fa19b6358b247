// A service that runs several stacks in one process, by Pulumi's Automation API with programs inside it: each asks the tenant
// of its own stack, and what failed before is tried again.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { linkPackages, makeSandbox, type Sandbox } from "../../../tools/sandbox";
import { outcomeOf, type Ran } from "../../support/engine";
import { givenFleet } from "../../support/given-fleet";

/** Reads stacks from its environment; runs each as often as it says, with the configuration that it has by then. */
const service = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const esper = require("pulumi-esper");

async function program() {
  const group = await esper.getGroup({ name: "Shops" });
  return { group: group.id };
}

async function main() {
  const attempts = JSON.parse(process.env.ATTEMPTS);
  for (const { stackName, config } of attempts) {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName, projectName: "inline", program });
    for (const [key, value] of Object.entries(config)) await stack.setConfig(key, { value, secret: key === "esper:apiKey" });
    try {
      const { outputs } = await stack.up();
      console.log(JSON.stringify({ stackName, group: outputs.group.value }));
    } catch (error) {
      console.log(JSON.stringify({ stackName, failed: String(error.message) }));
    }
  }
}
main();
`;

interface Attempt {
  readonly stackName: string;
  readonly config: Readonly<Record<string, string>>;
}

describe("a service with several stacks in one process", function () {
  this.timeout(240_000);
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await makeSandbox();
  });
  afterEach(() => sandbox.remove());

  async function run(attempts: readonly Attempt[]): Promise<readonly unknown[]> {
    const folder = join(sandbox.folder, "service");
    await mkdir(folder);
    await linkPackages(folder);
    await writeFile(join(folder, "service.js"), service);
    const env = { ...sandbox.environment, ATTEMPTS: JSON.stringify(attempts) };
    const { code, text } = await runNode(folder, env);
    expect(code, text).to.equal(0);
    const lines = text.split("\n").filter((line) => line.startsWith('{"stackName"'));
    return lines.map((line): unknown => JSON.parse(line));
  }

  it("looks groups up in the tenant of the stack that runs", async () => {
    const tenants = await Promise.all(
      [1, 2].map((seed) => givenFleet({ Shops: 1 }, { seed, apiKey: `key-of-${seed}` })),
    );
    try {
      const attempts = tenants.map(({ url, apiKey }, index) => ({
        stackName: `tenant-${index}`,
        config: { "esper:baseUrl": url, "esper:apiKey": apiKey },
      }));
      const groups = tenants.map(({ world }, index) => ({
        stackName: `tenant-${index}`,
        group: world.group("Shops").id,
      }));
      expect(new Set(groups.map(({ group }) => group)).size).to.equal(2);
      expect(await run(attempts)).to.deep.equal(groups);
    } finally {
      await Promise.all(tenants.map((tenant) => tenant.close()));
    }
  });

  it("tries again what failed for want of a setting, once that is set", async () => {
    const tenant = await givenFleet({ Shops: 1 });
    try {
      const config = { "esper:baseUrl": tenant.url, "esper:apiKey": tenant.apiKey };
      const [first, second] = await run([
        { stackName: "again", config: {} },
        { stackName: "again", config },
      ]);
      expect(first).to.have.property("failed").that.includes("The Esper tenant is not set");
      expect(second).to.deep.equal({ stackName: "again", group: tenant.world.group("Shops").id });
    } finally {
      await tenant.close();
    }
  });
});

function runNode(folder: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn(process.execPath, ["service.js"], { cwd: folder, env });
  return outcomeOf(child);
}
