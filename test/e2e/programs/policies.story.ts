// examples/policy-pack beside a program, with the real engine and the runner that comes with @pulumi/policy.

import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../package/packed";
import { makeIdentity, p12Of } from "../../support/certificates";
import { withStack, type Stack } from "../../support/engine";
import { connectionTo, programOf } from "../../support/story";
import { givenFleet } from "../../support/given-fleet";

/**
 * The pack, in a folder with what it depends on. The engine starts a pack of an unknown runtime by an executable of that name
 * on the PATH, as it did for Node.js before its language host could: so this works with every host.
 */
async function packIn(stack: Stack): Promise<string> {
  const folder = join(stack.folder, "..", "policy-pack");
  await cp(join(root, "examples", "policy-pack"), folder, { recursive: true });
  const definition = join(folder, "PulumiPolicy.yaml");
  const text = await readFile(definition, "utf8");
  await writeFile(definition, text.replace("runtime: nodejs", "runtime: node-by-hand"));
  await mkdir(join(folder, "node_modules"));
  await symlink(join(root, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  await symlink(root, join(folder, "node_modules", "pulumi-esper"));
  const bin = join(folder, "bin");
  await mkdir(bin);
  const runner = join(bin, "pulumi-analyzer-policy-node-by-hand");
  const script = join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
  await writeFile(runner, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  await chmod(runner, 0o755);
  return folder;
}

describe("the policy pack of the examples", function () {
  this.timeout(240_000);

  it("lets a good certificate through, and refuses secrets in the program and many devices at once", async () => {
    const simulator = await givenFleet({ Shops: 6 }, { deviceMs: 20 });
    const target = { group: simulator.world.group("Shops").id };
    const good = { alias: "corp", target, source: { file: "corp.p12", passwordEnv: "P12_PASSWORD" } };
    const waves = { waves: ["50%", "100%"] };
    const env = { ...connectionTo(simulator), P12_PASSWORD: "a-password" };
    try {
      await withStack(programOf({ corp: { ...good, rollout: waves } }), { env }, async (stack) => {
        await stack.writeFile("corp.p12", await p12Of(makeIdentity("corp.example"), "a-password"));
        const pack = await packIn(stack);
        stack.setEnvironment("PATH", `${join(pack, "bin")}:${stack.variable("PATH")}`);
        const staged = await stack.up("--policy-pack", pack);
        expect(staged.code, staged.text).to.equal(0);
        expect(staged.text).to.include("esper-certificate-key-per-device");

        await stack.writeProgram(programOf({ corp: { ...good, triggers: ["at once"] } }));
        const unstaged = await stack.up("--policy-pack", pack);
        expect(unstaged.text).to.include("It reaches 6 devices at once, and 4 are allowed");
        expect(unstaged.code).not.to.equal(0);

        const source = { file: "corp.p12", password: "a-password" };
        await stack.writeProgram(programOf({ corp: { ...good, source, rollout: waves } }));
        const inline = await stack.preview("--policy-pack", pack);
        expect(inline.text).to.include("source.password puts a secret into the stack's state; use passwordEnv");
        expect(inline.text).not.to.include("a-password");
        expect(inline.code).not.to.equal(0);
      });
    } finally {
      await simulator.close();
    }
  });
});
