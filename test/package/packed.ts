// The package as npm makes it, for the tests that look into it: the tarball, and its files in a folder that programs can
// import from. It is packed from `dist` as it is; `npm test` builds before.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { at, listAt } from "../support/story";

export const root = join(__dirname, "..", "..");

const run = promisify(execFile);

export interface Packed {
  readonly tarball: string;
  /** Paths in the package, sorted. */
  readonly files: readonly string[];
  readonly unpackedBytes: number;
  /** A program's folder, in whose node_modules the package is, and beside it what it needs. */
  readonly programFolder: string;
  remove(): Promise<void>;
}

export async function pack(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-esper-packed-"));
  const npmPack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", npmPack, { cwd: root, shell: process.platform === "win32" });
  const { filename, files, unpackedSize } = readListing(JSON.parse(stdout));
  const tarball = join(folder, filename);
  const programFolder = join(folder, "program");
  const modules = join(programFolder, "node_modules");
  await mkdir(modules, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", modules]);
  await rename(join(modules, "package"), join(modules, "pulumi-esper"));
  for (const name of await packagesBeside()) await symlinkPackage(name, modules);
  return {
    ...{ tarball, programFolder },
    files: files.toSorted(),
    unpackedBytes: unpackedSize,
    remove: () => rm(folder, { recursive: true }),
  };
}

/** What an installation would put beside it: its own dependencies and what the program brings. */
async function packagesBeside(): Promise<readonly string[]> {
  const { dependencies } = await manifest();
  return [...Object.keys(dependencies), "@pulumi/pulumi", "@pulumi/policy", "@types/node"];
}

async function symlinkPackage(name: string, modules: string): Promise<void> {
  await mkdir(join(modules, name, ".."), { recursive: true });
  await symlink(join(root, "node_modules", name), join(modules, name), "junction");
}

interface Manifest {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

export async function manifest(): Promise<Manifest> {
  const read: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  return {
    version: String(at(read, "version")),
    scripts: texts(at(read, "scripts")),
    dependencies: texts(at(read, "dependencies")),
  };
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) throw new Error("package.json lacks a table.");
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
}

/** npm 11 and earlier print a list of packages, later ones may print a table by name. */
function readListing(printed: unknown): { filename: string; files: readonly string[]; unpackedSize: number } {
  const all: readonly unknown[] = typeof printed === "object" && printed !== null ? Object.values(printed) : [];
  const [listing] = all;
  const unpackedSize = at(listing, "unpackedSize");
  if (typeof unpackedSize !== "number") throw new Error("npm pack --json has told no size.");
  const files = listAt(listing, "files").map((file) => String(at(file, "path")));
  return { filename: String(at(listing, "filename")), files, unpackedSize };
}
