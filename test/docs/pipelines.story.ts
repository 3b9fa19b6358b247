// The pipelines of docs/pipelines/: their steps, run by the real engine against the simulator with the program that
// docs/pipelines.md prints; and that both CI files run these steps with what the steps ask for.

import { spawn } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { linkPackages, makeSandbox, type Sandbox } from "../../tools/sandbox";
import { makeIdentity, p12Of } from "../support/certificates";
import { outcomeOf, Stack, type Ran } from "../support/engine";
import { installCommand } from "../support/installed-command";
import { commandsOf, connectionTo, expectNoSecret, holdersOf } from "../support/story";
import { codeIn, document, root } from "./markdown";
import { givenFleet } from "../support/given-fleet";

const password = "a-password-of-the-pipelines";
const steps = ["preview", "up", "nightly"];
const dayMs = 24 * 3_600_000;

const script = join(root, "docs", "pipelines", "pipeline.sh");

async function projectIn(sandbox: Sandbox): Promise<string> {
  const folder = join(sandbox.folder, "project");
  // What `npm ci` would have put there: the packages, and the command of this one.
  await linkPackages(folder);
  await installCommand(folder);
  const [program] = codeIn(document("docs/pipelines.md")).filter(({ language }) => language === "ts");
  await writeFile(join(folder, "index.ts"), program?.text ?? "");
  await writeFile(join(folder, "Pulumi.yaml"), "name: fleet\nruntime: nodejs\nmain: index.ts\n");
  await mkdir(join(folder, "ci"));
  await symlink(script, join(folder, "ci", "pipeline.sh"));
  return folder;
}

function run(folder: string, env: NodeJS.ProcessEnv, step: string): Promise<Ran> {
  const child = spawn(join(folder, "ci", "pipeline.sh"), [step], { cwd: folder, env: { ...env, NO_COLOR: "1" } });
  return outcomeOf(child);
}

describe("the steps of the pipelines", function () {
  this.timeout(240_000);
  let sandbox: Sandbox;

  afterEach(() => sandbox.remove());

  it("preview, put the certificate on, stay quiet by night, and tell of a device that joined and of renewal", async () => {
    const devices = [{ alias: "till-1" }, { alias: "till-2" }];
    const simulator = await givenFleet({ Shops: devices }, { deviceMs: 50 });
    sandbox = await makeSandbox(connectionTo(simulator));
    try {
      const folder = await projectIn(sandbox);
      const stack = new Stack(folder, sandbox.environment, "ts");
      expect((await stack.pulumi("stack", "init", "prod")).code).to.equal(0);
      const p12 = await p12Of(makeIdentity("corp.example"), password);
      const soon = await p12Of(makeIdentity("soon.example", { notAfter: new Date(Date.now() + 5 * dayMs) }), password);
      const secrets = { password, p12, soon, key: simulator.apiKey };
      const step = async (name: string, file: Uint8Array, code: number): Promise<string> => {
        const P12_BASE64 = Buffer.from(file).toString("base64");
        const environment = { ...sandbox.environment, STACK: "prod", P12_PASSWORD: password, P12_BASE64 };
        const ran = await run(folder, environment, name);
        expect(ran.code, ran.text).to.equal(code);
        expectNoSecret(ran.text, secrets);
        return ran.text;
      };

      expect(await step("preview", p12, 0)).to.include("reaches 2 devices: 2 online, 0 offline");
      expect(commandsOf(simulator)).to.deep.equal([]);
      await step("up", p12, 0);
      expect(holdersOf(simulator, "corp-client")).to.deep.equal(["till-1", "till-2"]);
      await step("nightly", p12, 0);
      expect(await readFile(join(folder, "report.html"), "utf8")).to.include("corp-client");
      expect(await readFile(join(folder, "report.md"), "utf8")).to.include("2 of 2 (100 %)");
      expect(await readFile(join(folder, "report.prom"), "utf8")).to.match(
        /^pulumi_esper_certificate_devices\{.*\} 2$/mu,
      );

      simulator.world.join("Shops", { alias: "till-3" });
      const drifted = await step("nightly", p12, 2);
      expect(drifted).to.include("1 device joined");
      expect(holdersOf(simulator, "corp-client")).not.to.include("till-3");

      await step("up", soon, 0);
      expect(holdersOf(simulator, "corp-client")).to.deep.equal(["till-1", "till-2", "till-3"]);
      expect(await step("nightly", soon, 2)).to.match(/renew/i);
      expectNoSecret(await stack.exported(), secrets);
      expect(await stack.exported()).not.to.include('"secure"');
    } finally {
      await simulator.close();
    }
  });

  it("say what is missing before anything is done", async () => {
    sandbox = await makeSandbox();
    const folder = await projectIn(sandbox);
    const missing = await run(folder, sandbox.environment, "up");
    expect(missing.code).not.to.equal(0);
    expect(missing.text).to.include("set STACK to the name of the stack");
    const environment = { ...sandbox.environment, STACK: "prod", ESPER_API_KEY: "k", P12_PASSWORD: "p" };
    const other = await run(folder, environment, "destroy");
    expect(other).to.deep.equal({ code: 64, text: "usage: pipeline.sh preview | up | nightly\n" });
  });
});

describe("the CI files", () => {
  for (const name of ["github-actions.yml", "gitlab-ci.yml"]) {
    it(`${name} runs each step once, and names all that the steps ask for`, async () => {
      const text = await readFile(join(root, "docs", "pipelines", name), "utf8");
      const run = [...text.matchAll(/ci\/pipeline\.sh (\w+)/gu)].map(([, step]) => step);
      expect(run).to.deep.equal(steps);
      const asked = [...(await readFile(script, "utf8")).matchAll(/\$\{(\w+):[?-]\W*\w/gu)].map(
        ([, variable]) => variable,
      );
      for (const variable of [...asked, "ESPER_TENANT", "PULUMI_ACCESS_TOKEN"]) expect(text).to.include(variable);
    });
  }

  it("and the page says what to set", async () => {
    const { text } = document("docs/pipelines.md");
    for (const [, variable] of (await readFile(script, "utf8")).matchAll(/\$\{([A-Z]\w+)/gu)) {
      expect(text).to.include(`\`${variable ?? ""}\``);
    }
  });
});
