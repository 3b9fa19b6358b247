// `pulumi-esper plugin install` with a bundle of the test's own and a home of Pulumi's that is the test's too.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { pluginCommand } from "../../../cli/plugin/command";
import { packageVersion } from "../../../provider/packaged/schema";
import { consoleOf } from "../report-console";

const program = "pulumi-resource-esper";

describe("pulumi-esper plugin install", () => {
  let folder: string;
  let bundle: string;
  let home: string;
  let plugins: string;
  let installed: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-esper-install-"));
    [bundle, home] = [join(folder, "bundle"), join(folder, "home")];
    plugins = join(home, "plugins");
    installed = join(plugins, `resource-esper-v${packageVersion()}`);
    await mkdir(bundle);
    await writeFile(join(bundle, program), "#!/usr/bin/env node\n", { mode: 0o644 });
    await writeFile(join(bundle, "package.json"), "{}");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const install = async (from = bundle): Promise<string> => {
    const own = consoleOf({ env: { PULUMI_HOME: home } });
    await pluginCommand(own, from).parseAsync(["install"], { from: "user" });
    return own.kept.printed.replaceAll(installed, "FOLDER").replaceAll(packageVersion(), "VERSION");
  };
  const failure = async (...args: Parameters<typeof install>): Promise<string> => {
    try {
      return await install(...args);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it("puts the bundle into Pulumi's plugin cache, as a program that can be run, and says where", async () => {
    expect(await install()).to.equal("Installed the plugin esper VERSION in FOLDER.\n");
    expect((await readdir(installed)).toSorted()).to.deep.equal(["package.json", program]);
    expect((await stat(join(installed, program))).mode & 0o777).to.equal(0o755);
    expect(await readdir(plugins)).to.have.length(1);
  });

  it("leaves the same plugin alone, and says so", async () => {
    await install();
    const before = await stat(installed);
    expect(await install()).to.equal("The plugin esper VERSION is in FOLDER already.\n");
    expect((await stat(installed)).ino).to.equal(before.ino);
  });

  for (const [what, spoil] of Object.entries<() => Promise<void>>({
    "other content": () => writeFile(join(installed, program), "echo old\n"),
    "a file too many": () => writeFile(join(installed, "old.js"), ""),
    "a file too few": () => rm(join(installed, "package.json")),
    "a program that cannot be run": () => chmod(join(installed, program), 0o644),
  })) {
    it(`replaces a plugin of the same version with ${what}`, async () => {
      await install();
      await spoil();
      expect(await install()).to.equal("Replaced other files of the plugin esper VERSION in FOLDER.\n");
      expect(await install()).to.include("already");
      expect(await readdir(plugins)).to.have.length(1);
    });
  }

  it("takes away the mark of an installation that Pulumi did not end, so that the engine sees the plugin", async () => {
    await mkdir(plugins, { recursive: true });
    await writeFile(`${installed}.partial`, "");
    await install();
    expect(await readdir(plugins)).to.have.length(1);
  });

  it("leaves other versions and other plugins alone", async () => {
    const others = ["resource-esper-v0.0.1", "resource-random-v4.16.0"];
    for (const name of others) await mkdir(join(plugins, name), { recursive: true });
    await install();
    expect(await readdir(plugins)).to.include.members(others);
  });

  it("says where it could not write, and what to do", async () => {
    await writeFile(home, "");
    expect(await failure()).to.match(
      /^The plugin could not be put into \S+ \(ENOTDIR.*\): make that folder writable, or set PULUMI_HOME to another one\.$/u,
    );
  });

  it("says that the package is not whole where the bundle is missing", async () => {
    expect(await failure(join(folder, "nothing"))).to.match(
      /^The package has no plugin in \S+: install pulumi-esper again\.$/u,
    );
    expect(await readFile(join(bundle, program), "utf8")).to.include("node");
  });
});
