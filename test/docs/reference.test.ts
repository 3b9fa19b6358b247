// The API reference is made without a warning: every exported name and field has its words, every link of them leads
// somewhere, and nothing is referred to that is not exported.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "./markdown";

/** What TypeDoc says of a project, and how it ends; nothing is written, and types are the compiler's business. */
function typedoc(folder: string): { readonly said: string; readonly status: number | null } {
  const program = join(root, "node_modules", "typedoc", "bin", "typedoc");
  const env = { ...process.env, NO_COLOR: "1" };
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, "--emit", "none", "--skipErrorChecking"], {
    ...{ cwd: folder, env, encoding: "utf8" },
  });
  return { said: stdout + stderr, status };
}

describe("the API reference", function () {
  this.timeout(120_000);

  it("tells something of every exported name, and is made without a warning", () => {
    expect(typedoc(root)).to.deep.equal({ said: "", status: 0 });
  });

  it("is refused when an exported field has no words", () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-esper-reference-"));
    try {
      const config: unknown = JSON.parse(readFileSync(join(root, "typedoc.json"), "utf8"));
      const own = { tsconfig: "tsconfig.json", entryPoints: ["index.ts"] };
      writeFileSync(join(folder, "typedoc.json"), JSON.stringify(Object.assign({}, config, own)));
      writeFileSync(
        join(folder, "tsconfig.json"),
        JSON.stringify({ compilerOptions: { strict: true }, files: ["index.ts"] }),
      );
      cpSync(join(root, "provider", "clock.ts"), join(folder, "index.ts"));
      const text = readFileSync(join(folder, "index.ts"), "utf8");
      writeFileSync(
        join(folder, "index.ts"),
        text.replace("now(): number;", "now(): number;\n  readonly zone: string;"),
      );
      const { said, status } = typedoc(folder);
      expect(said).to.include("Clock.zone (Property)").and.to.include("does not have any documentation");
      expect(status).not.to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
