// What a user installs: what the sources become, the papers, and nothing else. Each file has to be expected by a rule, and
// each rule's file has to be there.

import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect } from "chai";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { pack, root, type Packed } from "./packed";

const papers = ["CHANGELOG.md", "LICENSE", "NOTICE", "README.md", "package.json"];
const sourceFolders = ["cli", "provider", "simulator"];

/** What `plugin install` copies: the plugin as one file, and what belongs to it. */
const plugin = ["LICENSES.txt", "package.json", "pulumi-resource-esper", "pulumi-resource-esper.cmd"];

/** Source maps or test files would go beyond it. Of this the plugin's one file has 1.3 million, the provider's 0.7. */
const mostBytes = 4_500_000;

/** What the compiler makes of every source. */
function wantedFiles(): readonly string[] {
  const sources = sourceFolders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => posix.join("dist", folder, name.replaceAll("\\", "/").replace(/\.ts$/u, ""))),
  );
  const schema = "dist/provider/packaged/schema.json";
  const bundles = ["dist/bundle/provider.js", ...plugin.map((name) => `dist/plugin/${name}`)];
  return [...papers, schema, ...bundles, ...sources.flatMap((source) => [`${source}.js`, `${source}.d.ts`])];
}

function differences(files: readonly string[], wanted: readonly string[]): readonly string[] {
  return [
    ...files
      .filter((file) => !wanted.includes(file))
      .map((file) => `${file} is in the package, and no rule expects it`),
    ...wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing in the package`),
  ];
}

describe("the packed package", function () {
  this.timeout(60_000);
  let packed: Packed;

  before(async () => {
    packed = await pack();
  });
  after(() => packed.remove());

  it("holds the compiled sources with their types, the papers, and nothing else", () => {
    expect(packed.files.length).to.be.above(200);
    expect(differences(packed.files, wantedFiles())).to.deep.equal([]);
  });

  it("would be refused with a file too many or too few", () => {
    const wanted = wantedFiles();
    const extra = [
      "test/x.test.js",
      "dist/bench/main.js",
      "dist/provider/index.js.map",
      "dist/test/fixtures/p12/files/x.p12",
    ];
    expect(differences([...wanted, ...extra], wanted)).to.have.length(extra.length);
    expect(differences(wanted.slice(1), wanted)).to.have.length(1);
  });

  it("stays small", () => {
    expect(packed.unpackedBytes).to.be.below(mostBytes);
  });

  it("names in the plugin's licences every package whose code is in its one file", () => {
    const read = (name: string): string => readFileSync(join(root, "dist", "plugin", name), "utf8");
    const licences = read("LICENSES.txt");
    for (const name of ["@grpc/grpc-js", "@pulumi/pulumi", "google-protobuf", "io-ts", "node-fetch", "protobufjs"]) {
      expect(licences).to.match(new RegExp(`(^|, )${name} \\d`, "mu"));
    }
    expect(licences).not.to.include("Licence: undefined");
  });

  it("names no source map, and nothing of the machine it was built on", () => {
    const folder = join(packed.programFolder, "node_modules", "pulumi-esper");
    const speaking = packed.files.filter((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return text.includes("sourceMappingURL=") || text.includes(root);
    });
    expect(speaking).to.deep.equal([]);
  });

  it("is found in order by publint", async () => {
    const folder = join(packed.programFolder, "node_modules", "pulumi-esper");
    const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).to.deep.equal([]);
  });

  it("has a package.json that npm has nothing to correct in when it publishes", () => {
    const folder = join(packed.programFolder, "node_modules", "pulumi-esper");
    copyFileSync(join(root, "package.json"), join(folder, "package.json"));
    execFileSync("npm", ["pkg", "fix"], { cwd: folder, shell: process.platform === "win32" });
    const fixed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    expect(fixed).to.deep.equal(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  });
});
