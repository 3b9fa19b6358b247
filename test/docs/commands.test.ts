// The commands that read and write files, as docs/pkcs12.md and the command's own help print them: each is run by a shell in
// a folder with the files that it names. What is piped into other programs is left to those. (packed.test.ts runs the
// README's, pipelines.story.ts those of docs/pipelines.md.)

import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { makeIdentity, p12Of } from "../support/certificates";
import { installCommand } from "../support/installed-command";
import { codeIn, document } from "./markdown";

/** The documents write `P12_PASSWORD=...`, and a shell takes that at its word. */
const password = "...";

/** Commands of a block, those over several lines as one. */
function commandsIn(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/gu, "")
    .split("\n")
    .filter((line) => line.includes("pulumi-esper "))
    .map((line) => line.replace(/ \| .*$/u, ""));
}

const documented = codeIn(document("docs/pkcs12.md"))
  .filter(({ language }) => language === "sh")
  .flatMap(({ text }) => commandsIn(text));

describe("the commands that the documents print", function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-documented-"));
    path = [await installCommand(folder), process.env["PATH"] ?? ""].join(delimiter);
    const identity = makeIdentity("corp.example");
    await writeFile(join(folder, "leaf.pem"), identity.certificate);
    await writeFile(join(folder, "key.pem"), identity.privateKey);
    await writeFile(join(folder, "ca.pem"), makeIdentity("ca.example").certificate);
    await writeFile(join(folder, "password.txt"), `${password}\n`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function type(command: string): Promise<{ readonly status: number | null; readonly said: string }> {
    const [input] = /\S+\.p12/u.exec(command.replace(/--out \S+/u, "")) ?? [];
    if (input !== undefined) await writeFile(join(folder, input), await p12Of(makeIdentity("corp.example"), password));
    const env = { ...process.env, PATH: path, P12_PASSWORD: password };
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, env, encoding: "utf8" });
    return { status, said: stdout + stderr };
  }

  it("are found in docs/pkcs12.md", () => {
    expect(documented).to.have.length.above(2);
  });

  for (const command of documented) {
    it(`run: ${command}`, async () => {
      const { status, said } = await type(command);
      expect(status, said).to.equal(0);
    });
  }

  for (const subcommand of ["inspect", "convert"]) {
    it(`run as the help of ${subcommand} has them`, async () => {
      const help = (await type(`pulumi-esper ${subcommand} --help`)).said;
      const examples = commandsIn(help).filter((line) => line.startsWith("  $ "));
      expect(examples).to.have.length(2);
      for (const example of examples) {
        const { status, said } = await type(example.slice(4));
        expect(status, `${example}\n${said}`).to.equal(0);
        await rm(join(folder, "corp.p12"), { force: true });
      }
    });
  }

  it("are refused when they are printed wrongly", async () => {
    expect((await type("npx pulumi-esper inspect corp.p12 --password P12_PASSWORD")).status).to.equal(1);
  });
});
