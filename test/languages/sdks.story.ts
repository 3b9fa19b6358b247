// The SDKs that Pulumi's generators make of the schema compile. (Those of Python and Go are imported and built by the examples.)

import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

describe("the generated SDK for TypeScript", function () {
  this.timeout(300_000);

  it("compiles strictly, with a program that uses it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-esper-sdk-"));
    try {
      await generateSdk("nodejs", folder);
      await symlink(join(root, "node_modules"), join(folder, "node_modules"));
      await writeFile(join(folder, "program.ts"), program);
      const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "node16", "--types", "node"];
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      await promisify(execFile)(process.execPath, [tsc, ...options, "program.ts"], { cwd: folder }).catch(told);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** The compiler prints what is wrong to its standard output. */
function told(error: unknown): never {
  throw new Error(error instanceof Error && "stdout" in error ? String(error.stdout) : String(error));
}
