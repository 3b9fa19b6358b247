// The SDKs that Pulumi's generators make of the schema: that of TypeScript compiles, those of .NET and Java have what programs
// name. (Those of Python and Go are imported and built by the examples.)

import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../package/packed";
import { generateSdk } from "./program";

const program = `
import * as esper from "./index";
const found = esper.getGroupOutput({ name: "Shops" });
const corp = new esper.Certificate("corp", {
  alias: "corp",
  target: { group: found.id },
  source: { file: "corp.p12", passwordEnv: "P12_PASSWORD" },
  wait: { for: "reachable" },
});
export const installed = corp.coverage.installed;
`;

async function withSdk(
  language: Parameters<typeof generateSdk>[0],
  look: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-esper-sdk-"));
  try {
    await generateSdk(language, folder);
    await look(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All files of the SDK that end so, by their paths in it. */
async function textsIn(folder: string, end: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(end));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)),
  );
}

describe("the generated SDK for .NET", function () {
  this.timeout(300_000);

  it("has both resources and both look-ups, and no member that is named as its class, which C# refuses (CS0542)", () =>
    withSdk("dotnet", async (folder) => {
      const texts = await textsIn(folder, ".cs");
      expect([...texts.keys()]).to.include.members([
        ...["Certificate.cs", "DeviceCertificates.cs", "GetDevices.cs", "GetGroup.cs", "Provider.cs"],
        join("Outputs", "CertificateSummary.cs"),
      ]);
      const [name, members] = membersOf(texts.get("Certificate.cs") ?? "");
      expect(name).to.equal("Certificate");
      expect(members).to.include.members(["Alias", "Summary", "Coverage"]);
      const sameAsClass = [...texts].filter(([, text]) => {
        const [className, names] = membersOf(text);
        return className !== undefined && names.includes(className);
      });
      expect(sameAsClass.map(([file]) => file)).to.deep.equal([]);
    }));
});

/** The class of a C# file, and its fields and properties. */
function membersOf(text: string): readonly [string | undefined, readonly string[]] {
  const [, name] = /\b(?:sealed|partial|static) class (\w+)/.exec(text) ?? [];
  const members = [...text.matchAll(/^\s+public (?!static|sealed|partial|override)[^(=\n]*?\b(\w+)(?:;| \{| =>)/gm)];
  return [name, members.flatMap(([, member]) => member ?? [])];
}

describe("the generated SDK for Java", function () {
  this.timeout(300_000);

  it("has both resources and both look-ups", () =>
    withSdk("java", async (folder) => {
      const names = [...(await textsIn(folder, ".java")).keys()].map((name) => basename(name));
      expect(names).to.include.members([
        "Certificate.java",
        "DeviceCertificates.java",
        "EsperFunctions.java",
        "Provider.java",
      ]);
    }));
});

describe("the generated SDK for TypeScript", function () {
  this.timeout(300_000);

  it("compiles strictly, with a program that uses it", () =>
    withSdk("nodejs", async (folder) => {
      await symlink(join(root, "node_modules"), join(folder, "node_modules"));
      await writeFile(join(folder, "program.ts"), program);
      const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "node16", "--types", "node"];
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      await promisify(execFile)(process.execPath, [tsc, ...options, "program.ts"], { cwd: folder }).catch(told);
    }));
});

/** The compiler prints what is wrong to its standard output. */
function told(error: unknown): never {
  throw new Error(error instanceof Error && "stdout" in error ? String(error.stdout) : String(error));
}
