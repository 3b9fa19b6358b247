// The unit test that docs/testing.md prints: run as it stands there by Node's own runner, with this project's source as
// `pulumi-esper`. That both programs of the page compile is held by code.test.ts.

import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { linkPackages } from "../../tools/sandbox";
import { codeIn, document, root } from "./markdown";

const [program] = codeIn(document("docs/testing.md")).filter(({ language }) => language === "ts");

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
    const tsx = pathToFileURL(require.resolve("tsx")).href;
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
