// Builds the language host that the stories of YAML programs need, before any test begins: beside them the build would take
// the time that they have. Where it cannot be built those stories fail, and say why.

import { yamlHostFolder } from "./language-yaml";

yamlHostFolder().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
});
