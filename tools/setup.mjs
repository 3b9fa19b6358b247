// Brings a clone to the point where everything runs: dependencies, build, the package under its own name, Pulumi CLI.
// What is in place already is skipped silently; what is done is said in a line each, on the standard error.
// It runs first in most npm scripts, on Node 20 and with nothing installed: it may import only what Node has.
//
//   node tools/setup.mjs [--without-cli]

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const ownName = "pulumi-esper";
const built = ["provider", "cli", "simulator"];
const bundler = join("tools", "bundles.mjs");
const buildStamp = join(modules, ".cache", ownName, "build");

/** Whether every package of the lock file is installed in its version; only optional ones may be absent. */
function dependenciesAreInstalled() {
  // npm writes this second lock file as the last step of an installation: it says what is really there.
  const installed = join(modules, ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = Object.entries(readJson(join(root, "package-lock.json")).packages).filter(([path]) => path !== "");
  const present = readJson(installed).packages;
  return wanted.every(([path, { version, integrity, optional }]) => {
    const found = present[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
}

function installDependencies() {
  say("installing the dependencies (npm ci) …");
  run("npm", ["ci", "--include=dev"], "The dependencies could not be installed");
}

function sources() {
  const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const files = [...configs, bundler].map((name) => join(root, name)).filter((file) => existsSync(file));
  return hashOf([...files, ...built.flatMap((name) => filesIn(join(root, name)))]);
}

/** What the build made is part of its stamp, so that a `dist` from another build is not taken for this one. */
function stamp(builtFrom) {
  return `${builtFrom} ${hashOf(filesIn(join(root, "dist")))}`;
}

function isBuilt() {
  return (
    existsSync(join(root, "dist")) && existsSync(buildStamp) && readFileSync(buildStamp, "utf8") === stamp(sources())
  );
}

function build() {
  say("building (npm run build) …");
  const builtFrom = sources();
  // What was built from a file that is gone now must not stay.
  rmSync(join(root, "dist"), { recursive: true, force: true });
  run("npm", ["run", "--silent", "build"], "The build failed");
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, stamp(builtFrom));
}

/**
 * Lets programs in the clone import the package by its name. Node's own self-reference is not enough: the engine's
 * provider process loads the stored text as a module without a place, which has no package of its own.
 */
function linkItself() {
  const link = join(modules, ownName);
  if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return;
  // Windows allows junctions to everybody, links not; a junction needs a whole path.
  symlinkSync(process.platform === "win32" ? root : "..", link, "junction");
}

function placeCli() {
  const node = join(modules, "node", "bin", "node");
  const { status } = spawnSync(
    existsSync(node) ? node : process.execPath,
    [join(root, "tools", "pulumi-cli", "run.mjs"), "version"],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
  );
  if (status !== 0) process.exit(1);
}

/** Runs a command in the project's folder, its output on the standard error; ends this process when it fails. */
function run(command, args, failure) {
  // An installation replaces node_modules, also the Node in there: npm must run on the system's.
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(modules));
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  const why = error === undefined ? "the reason stands above" : error.message;
  say(`${failure}: "${command} ${args.join(" ")}" in ${root} did not end well; ${why}.`);
  process.exit(1);
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(`${relative(root, file)}\0`).update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.digest("hex");
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

if (!dependenciesAreInstalled()) installDependencies();
linkItself();
if (!isBuilt()) build();
if (!process.argv.includes("--without-cli")) placeCli();
