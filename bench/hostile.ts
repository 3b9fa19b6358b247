// What hostile files cost: each is read in a process of its own, so that its memory can be told from others'. Prints a line for
// each. Wanted: below 10 s and 500 MB, and never more than 200 ms in which nothing else can run.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { hostileFiles } from "./hostile-files";

export async function benchHostile(print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "hostile-"));
  try {
    for (const [name, make] of Object.entries(hostileFiles)) {
      const path = join(folder, "hostile.p12");
      await writeFile(path, make());
      const arguments_ = ["--import", "tsx", join(__dirname, "hostile-one.ts"), path];
      const { stdout } = await promisify(execFile)(process.execPath, arguments_, { cwd: join(__dirname, "..") });
      print(`${name.padEnd(62)}${stdout.trim()}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
