// Builds the language host that the stories of YAML programs need, before any test begins; with --all those of Python and Go
// too, the generators of SDKs, and Python's packages. Beside the tests the build would take the time that they have. Where one
// cannot be built those stories fail, and say why.

import { helperFolder, type HelperName } from "./language-hosts";
import { pythonFolder } from "./python";

async function main(): Promise<void> {
  const names: readonly HelperName[] = process.argv.includes("--all") ? ["yaml", "python", "go", "sdks"] : ["yaml"];
  for (const name of names) await helperFolder(name).catch(tell);
  if (process.argv.includes("--all")) await pythonFolder().catch(tell);
}

function tell(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

main().catch(tell);
