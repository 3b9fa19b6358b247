// The `pulumi-esper` command where `npm install` puts it, run from this clone's sources: for tests that type commands as the
// documents print them.

import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Puts it into the folder's node_modules; `npx pulumi-esper` finds it there. Gives the folder for a PATH. */
export async function installCommand(folder: string): Promise<string> {
  const bin = join(folder, "node_modules", ".bin");
  await mkdir(bin, { recursive: true });
  const command = join(bin, "pulumi-esper");
  const [tsx, main] = [join(root, "node_modules", "tsx", "dist", "loader.mjs"), join(root, "cli", "main.ts")];
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" --import "${tsx}" "${main}" "$@"\n`);
  await chmod(command, 0o755);
  return bin;
}
