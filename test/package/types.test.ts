// The types of the packed package in each way that TypeScript finds modules: Node's two, a bundler's, and the classic one
// that older Pulumi projects have. Programs are compiled strictly against the tarball's files, not against the sources.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { pack, type Packed } from "./packed";

interface Way {
  readonly file: string;
  readonly options: ts.CompilerOptions;
}

const ways: Readonly<Record<string, Way>> = {
  "node16, CommonJS": {
    file: "program.cts",
    options: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  },
  "node16, ES modules": {
    file: "program.mts",
    options: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  },
  bundler: {
    file: "bundled.ts",
    options: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
  },
  "classic node": {
    file: "classic.ts",
    options: { module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
  },
};

// A module that is found without its types would be `any`, which has every property: the last line sees to that.
const program = `
import * as esper from "pulumi-esper";
import { certificate } from "pulumi-esper/provider";
import { startSimulator, type Simulator } from "pulumi-esper/simulator";
import { certificatePolicies } from "pulumi-esper/policies";

export const rules: readonly { readonly name: string }[] = certificatePolicies();
export const one = new esper.Certificate("one", {
  alias: "one",
  target: { groups: ["g"], devices: [esper.getDevices({ serial: "s" }).then(([first]) => first?.id ?? "")] },
  source: { file: "f", passwordEnv: "P" },
  rollout: { waves: ["10%", 50], onFailure: "rollback" },
});
export const installed: Promise<number> = new Promise((resolve) => one.coverage.apply((c) => resolve(c.installed)));
export const stored: (urn: string) => unknown = certificate;
export const simulator: Promise<Simulator> = startSimulator({ devices: 3 });
export const wrong = [
  // @ts-expect-error an argument that does not exist
  { wiat: {} } satisfies Partial<esper.CertificateArgs>,
  // @ts-expect-error no such export
  certificate.nothing,
  // @ts-expect-error no such option
  () => startSimulator({ device: 3 }),
];
`;

/** What the compiler objects to in the program and in this package's types; other packages answer for theirs. */
function objections(folder: string, { file, options }: Way): readonly string[] {
  const path = join(folder, file);
  writeFileSync(path, program);
  const strict = { strict: true, exactOptionalPropertyTypes: true, target: ts.ScriptTarget.ES2022, types: ["node"] };
  const compiled = ts.createProgram([path], { ...strict, ...options, noEmit: true });
  const own = [`${sep}pulumi-esper${sep}dist${sep}`, path];
  const files = compiled.getSourceFiles().filter(({ fileName }) => own.some((part) => fileName.includes(part)));
  const found = files.flatMap((source) => [
    ...compiled.getSyntacticDiagnostics(source),
    ...compiled.getSemanticDiagnostics(source),
  ]);
  return [...compiled.getOptionsDiagnostics(), ...found].map(({ messageText, file: where }) => {
    return `${where?.fileName ?? "options"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

describe("the types of the packed package", function () {
  this.timeout(120_000);
  let packed: Packed;

  before(async () => {
    packed = await pack();
  });
  after(() => packed.remove());

  it("are found right from every kind of module", async () => {
    // Its own dependencies are ES modules, which only an import at this point leaves to Node.
    const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
    const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(packed.tarball)));
    const result = await checkPackage(tarball);
    expect(result).to.have.deep.property("problems", []);
    expect(result)
      .to.have.property("entrypoints")
      .that.has.all.keys(".", "./policies", "./provider", "./simulator", "./package.json");
  });

  for (const [name, way] of Object.entries(ways)) {
    it(`compile in a strict program: ${name}`, () => {
      expect(objections(packed.programFolder, way)).to.deep.equal([]);
    });
  }

  it("belong to names that are there when a program runs, from CommonJS and from ES modules", () => {
    const names = "Certificate, getDevices, getGroup, readPkcs12, writePkcs12, Pkcs12Error";
    const used = `if ([${names}, certificate, startSimulator].some((one) => typeof one !== "function")) throw 1;`;
    const programs = {
      "run.cjs": `const { ${names} } = require("pulumi-esper"); const { certificate } = require("pulumi-esper/provider");
        const { startSimulator } = require("pulumi-esper/simulator"); ${used}`,
      "run.mjs": `import { ${names} } from "pulumi-esper"; import { certificate } from "pulumi-esper/provider";
        import { startSimulator } from "pulumi-esper/simulator"; ${used}`,
    };
    for (const [file, text] of Object.entries(programs)) {
      const path = join(packed.programFolder, file);
      writeFileSync(path, text);
      expect(execFileSync(process.execPath, [path], { encoding: "utf8" })).to.equal("");
    }
  });
});
