// The two tests that docs/testing.md prints, run as they stand there: the one with mocks by Node's own runner, with this
// project's source as `pulumi-esper`; the one with the simulator by the real engine, with the built package.

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { linkPackages, makeSandbox } from "../../tools/sandbox";
import { makeIdentity, p12Of } from "../support/certificates";
import { codeIn, document, root } from "./markdown";

const [program, story] = codeIn(document("docs/testing.md")).filter(({ language }) => language === "ts");

const tsx = pathToFileURL(require.resolve("tsx")).href;

describe("the unit test with mocks on docs/testing.md", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-testing-"));
    await linkPackages(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(text: string): Promise<{ readonly status: number | null; readonly said: string }> {
    const source = JSON.stringify(join(root, "provider", "index.ts"));
    await writeFile(join(folder, "program.test.ts"), text.replace(`"pulumi-esper"`, source));
    // No network: whoever asked Esper would be told that there is none.
    const env = { ...process.env, ESPER_BASE_URL: "http://127.0.0.1:1/api", ESPER_API_KEY: "k" };
    const args = ["--import", tsx, "--test", "program.test.ts"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
    return { status, said: stdout + stderr };
  }

  it("passes as it is printed", async () => {
    const { status, said } = await run(program?.text ?? "");
    expect(status, said).to.equal(0);
    expect(said).to.match(/pass 1\b/u);
  });

  it("fails when the program declares another alias", async () => {
    const other = (program?.text ?? "").replace(`alias: "corp-client"`, `alias: "Corp-Client"`);
    const { status, said } = await run(other);
    expect(status).to.equal(1);
    expect(said).to.contain("Corp-Client");
  });
});

describe("the test with the simulator on docs/testing.md", function () {
  this.timeout(240_000);

  it("passes as it is printed, against the real engine", async () => {
    const sandbox = await makeSandbox();
    try {
      const folder = join(sandbox.folder, "project");
      await linkPackages(folder);
      await mkdir(join(folder, "certs"));
      const password = "a-password-of-the-printed-test";
      await writeFile(join(folder, "certs", "corp-client.p12"), await p12Of(makeIdentity("corp.example"), password));
      const call = 'everyTillGetsTheCertificate().then(() => console.log("every till has it"));';
      await writeFile(join(folder, "story.ts"), `${story?.text ?? ""}\n${call}\n`);
      const env = { ...sandbox.environment, P12_PASSWORD: password };
      const args = ["--import", tsx, "story.ts"];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
      expect(status, stdout + stderr).to.equal(0);
      expect(stdout).to.contain("every till has it");
    } finally {
      await sandbox.remove();
    }
  });
});
