// What `doctor` says of the plugin for other languages: folders of the test's own, and no engine.

import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { pluginFinding, readProgram } from "../../../cli/doctor/plugin";

const program = "pulumi-resource-esper";
const install = "npx pulumi-esper plugin install";

describe("the plugin, as doctor sees it,", () => {
  let folder: string;
  let project: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-plugin-"));
    project = join(folder, "project");
    await write("project/Pulumi.yaml", "name: fleet\nruntime:\n  name: python\n");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(path: string, text = ""): Promise<string> {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  function found(env: Readonly<Record<string, string>> = {}, hasProgram = true): string {
    const given = { PULUMI_HOME: join(folder, "pulumi"), PATH: join(folder, "path"), ...env };
    const { verdict, message } = pluginFinding(given, "0.2.0", hasProgram ? readProgram(project) : undefined);
    return `${verdict}: ${message.replaceAll(folder, "")}`;
  }

  it("is missing where a program in another language needs it", async () => {
    expect(found()).to.equal(`wrong: There is none, and a program in this language needs it: ${install}.`);
    for (const text of ["runtime: yaml\n", '{"name": "fleet", "runtime": "yaml"}', "runtime: 'go'\n"]) {
      await write("project/Pulumi.yaml", text);
      expect(found(), text).to.match(/^wrong/u);
    }
  });

  it("need not be there for TypeScript, or where there is no program", async () => {
    expect(found({}, false)).to.equal(
      `ok: There is none; a TypeScript program needs none. For other languages: ${install}.`,
    );
    await write("project/Pulumi.yaml", "name: fleet\nruntime:\n  name: nodejs\n");
    expect(found()).to.match(/^ok: There is none/u);
  });

  it("stands in Pulumi's cache, in the version of this command", async () => {
    await write(`pulumi/plugins/resource-esper-v0.1.0/${program}`);
    expect(found()).to.equal(
      `warning: It is /pulumi/plugins/resource-esper-v0.1.0, 0.1.0, and this command is 0.2.0: ${install}.`,
    );
    await write(`pulumi/plugins/resource-esper-v0.2.0/${program}`);
    expect(found()).to.equal("ok: It is /pulumi/plugins/resource-esper-v0.2.0, 0.2.0.");
  });

  it("is compared with the SDK that was generated for the program", async () => {
    await write(`pulumi/plugins/resource-esper-v0.2.0/${program}`);
    await write("project/sdks/esper/pulumi_esper/pulumi-plugin.json", '{ "name": "esper", "version": "0.1.0" }');
    expect(found()).to.equal(
      `warning: It is /pulumi/plugins/resource-esper-v0.2.0, 0.2.0, and the program's SDK is 0.1.0: ${install}.`,
    );
    await write(`pulumi/plugins/resource-esper-v0.1.0/${program}`);
    expect(found()).to.equal("ok: It is /pulumi/plugins/resource-esper-v0.1.0, 0.1.0.");
  });

  it("is taken from the PATH before the cache, with the version of the package that it belongs to", async () => {
    await write(`pulumi/plugins/resource-esper-v0.2.0/${program}`);
    const linked = await write("lib/pulumi-esper/dist/main.js");
    await write("lib/pulumi-esper/package.json", '{ "name": "pulumi-esper", "version": "0.2.0" }');
    await mkdir(join(folder, "path"));
    await symlink(linked, join(folder, "path", program));
    expect(found()).to.equal(`ok: It is /path/${program}, 0.2.0.`);
    await rm(join(folder, "lib", "pulumi-esper", "package.json"));
    expect(found()).to.equal(`unknown: It is /path/${program}, and nothing there tells its version.`);
  });

  it("is in the program's node_modules only where Pulumi.yaml names them, and npx's PATH does not count", async () => {
    await write(`project/node_modules/.bin/${program}`);
    const path = { PATH: join(project, "node_modules", ".bin") };
    expect(found(path)).to.match(/^wrong: There is none/u);
    await write("project/Pulumi.yaml", "runtime: yaml\nplugins:\n  providers:\n    - path: node_modules/.bin\n");
    expect(found(path)).to.include(`It is /project/node_modules/.bin/${program}`);
  });
});
