// The set-up does what is missing and nothing else: the real script in a small clone, with a stand-in for npm that
// notes what it is asked for. Follows tools/setup.mjs.

import { expect } from "chai";
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  readdirSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const npm = `#!/bin/sh
echo "npm $*" >> npm.log
case "$*" in
  ci*) mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json ;;
  *build) grep -q broken provider/index.ts && exit 2; mkdir -p dist && cp -R provider dist/ ;;
esac
`;
const lock = (version: string): string =>
  JSON.stringify({
    packages: {
      "": { name: "pulumi-esper" },
      "node_modules/io-ts": { version, integrity: "sha512-abc" },
    },
  });

describe("tools/setup", () => {
  let clone = "";
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "setup-"));
    for (const folder of ["bin", "tools", "provider"]) mkdirSync(join(clone, folder));
    copyFileSync(join(__dirname, "../../tools/setup.mjs"), join(clone, "tools/setup.mjs"));
    writeFileSync(join(clone, "bin/npm"), npm, { mode: 0o755 });
    write("package-lock.json", lock("2.2.22"));
    write("tsconfig.json", "{}");
    write("provider/index.ts", "export {};");
  });
  afterEach(() => {
    rmSync(clone, { recursive: true });
  });

  function write(path: string, text: string): void {
    writeFileSync(join(clone, path), text);
  }

  function filesIn(path: string): readonly string[] {
    return readdirSync(join(clone, path)).sort();
  }

  /** Runs the set-up; what npm was asked for, what was said, and how it ended. */
  function setup(): { readonly npm: readonly string[]; readonly said: string; readonly status: number | null } {
    write("npm.log", "");
    const env = { ...process.env, PATH: [join(clone, "bin"), process.env["PATH"] ?? ""].join(delimiter) };
    const script = join(clone, "tools/setup.mjs");
    const { stderr, stdout, status } = spawnSync(process.execPath, [script, "--without-cli"], {
      env,
      encoding: "utf8",
    });
    const asked = readFileSync(join(clone, "npm.log"), "utf8").split("\n").filter(Boolean);
    return { npm: asked, said: stdout + stderr, status };
  }

  it("installs and builds in a fresh clone, and does nothing and says nothing the second time", () => {
    const first = setup();
    expect(first.npm).to.deep.equal(["npm ci --include=dev", "npm run --silent build"]);
    expect(first.said.trim().split("\n")).to.have.length(2);
    expect(setup()).to.deep.equal({ npm: [], said: "", status: 0 });
  });

  it("makes the package importable by its own name inside the clone", () => {
    setup();
    expect(readlinkSync(join(clone, "node_modules/pulumi-esper"))).to.equal("..");
  });

  it("installs again when the lock file asks for other versions than are there", () => {
    setup();
    write("package-lock.json", lock("2.2.23"));
    expect(setup().npm).to.deep.equal(["npm ci --include=dev"]);
  });

  it("does not miss packages that are optional", () => {
    setup();
    const wanted = JSON.parse(lock("2.2.22")) as { packages: Record<string, object> };
    wanted.packages["node_modules/fsevents"] = { version: "2.3.3", optional: true };
    write("package-lock.json", JSON.stringify(wanted));
    expect(setup().npm).to.deep.equal([]);
  });

  it("builds again when a source came, changed or went, or when dist is not what it built", () => {
    setup();
    for (const change of [
      () => {
        write("provider/errors.ts", "export {};");
      },
      () => {
        write("provider/errors.ts", "export const one = 1;");
      },
      () => {
        rmSync(join(clone, "provider/errors.ts"));
      },
      () => {
        write("tsconfig.build.json", "{}");
      },
      () => {
        write("dist/provider/index.ts", "damaged");
      },
      () => {
        rmSync(join(clone, "dist"), { recursive: true });
      },
    ]) {
      change();
      expect(setup().npm, change.toString()).to.deep.equal(["npm run --silent build"]);
      expect(filesIn("dist/provider")).to.deep.equal(filesIn("provider"));
    }
    expect(setup().npm).to.deep.equal([]);
  });

  it("ends with an error when the build fails, and tries again the next time", () => {
    write("provider/index.ts", "broken");
    const failed = setup();
    expect(failed.status).to.equal(1);
    expect(failed.said).to.contain("The build failed");
    expect(setup().npm).to.deep.equal(["npm run --silent build"]);
  });
});
