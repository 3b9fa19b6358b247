// Which of the CLIs on a machine is taken: real folders with small scripts that play the CLI.
// Follows tools/pulumi-cli/installed.ts.

import { expect } from "chai";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findUsable } from "../../../tools/pulumi-cli/installed";

const helpers = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

describe("tools/pulumi-cli/installed", () => {
  let root = "";
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function program(path: string, says = ""): Promise<void> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "${says}"\n`);
    await chmod(file, 0o755);
  }

  async function cli(folder: string, version: string, itsHelpers = helpers): Promise<string> {
    await program(`${folder}/pulumi`, version);
    for (const helper of itsHelpers) await program(`${folder}/${helper}`);
    return join(root, folder);
  }

  it("takes the first CLI that is new enough and has its Node helpers, and says why it passed over the others", async () => {
    const folders = [
      join(root, "nothing-here"),
      await cli("old", "v3.215.0"),
      await cli("bare", "v3.250.0", ["pulumi-language-nodejs"]),
      await cli("mute", "hello"),
      await cli("good", "v3.250.0"),
      await cli("newer", "v3.265.0"),
    ];
    const { cli: found, passedOver } = await findUsable(folders, []);
    expect(found).to.deep.equal({
      command: join(root, "good", "pulumi"),
      binFolder: join(root, "good"),
      version: "3.250.0",
    });
    expect(passedOver).to.deep.equal([
      `${root}/old/pulumi is 3.215.0, not 3.216.0 or a later 3.x`,
      `${root}/bare/pulumi has no pulumi-resource-pulumi-nodejs beside it or on the PATH`,
      `${root}/mute/pulumi does not tell its version`,
    ]);
  });

  it("accepts helpers that stand on the PATH instead of beside the CLI", async () => {
    const bare = await cli("bare", "v3.250.0", []);
    for (const helper of helpers) await program(`elsewhere/${helper}`);
    expect((await findUsable([bare], [join(root, "elsewhere")])).cli?.version).to.equal("3.250.0");
  });

  it("never runs the npm package's launcher, which would download a CLI", async () => {
    await program("package/run.js", "v3.265.0");
    const folder = await cli("npm", "");
    await rm(join(folder, "pulumi"));
    await symlink("../package/run.js", join(folder, "pulumi"));
    expect(await findUsable([folder], [])).to.deep.equal({ cli: undefined, passedOver: [] });
  });
});
