// The way in for `node tools/pulumi-cli/run.mjs <args>`: loads run.ts, whatever the Node it was started with.

import { tsImport } from "tsx/esm/api";

await tsImport("./run.ts", import.meta.url);
