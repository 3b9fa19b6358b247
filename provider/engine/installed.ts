// Whether the engine will find this package. It runs the stored text in the program's folder, and a program can have the
// package without that folder having it: from a component's package with pnpm, or inside a bundle.
// Follows docs/background/pulumi-dynamic-providers.md, section 3. It knows no certificates.

import { createRequire } from "node:module";
import { join } from "node:path";

/** The CLI starts a program by the SDK's `cmd/run`; tests and the Automation API start it otherwise, in any folder. */
export function isStartedByCli(processArguments: readonly string[]): boolean {
  return /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run(?:[\\/]|$)/u.test(processArguments[1] ?? "");
}

/** Folders in which it was found: looking takes longer than all else that a resource costs in its program. */
const found = new Set<string>();

/** What to do where the engine would not find the package; undefined where it will. */
export function notInstalledIn(folder: string): string | undefined {
  if (found.has(folder)) return undefined;
  try {
    createRequire(join(folder, "program.js")).resolve("pulumi-esper/provider");
    found.add(folder);
    return undefined;
  } catch {
    // Whatever the reason, the engine would meet it too, in words of Node's.
    return (
      `The package pulumi-esper is not installed in ${folder}, and Pulumi loads it from there, also when a component's ` +
      "package or a bundle brings a copy of its own: install it beside the program " +
      "(npm install pulumi-esper, pnpm add pulumi-esper, yarn add pulumi-esper)."
    );
  }
}
