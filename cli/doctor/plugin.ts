// The plugin for other languages, as `doctor` sees it: in which place the engine finds it first, and whether its version is the
// one of the SDK that the program's folder has, or of this command where it has none. It reads folders and changes nothing.

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import { cachedFolderName, cachedVersion, pluginCache, pluginName } from "../plugin/cache";
import { finding, type Finding } from "./checks";

type Environment = Readonly<Record<string, string | undefined>>;

interface Found {
  readonly place: string;
  /** Undefined where nothing tells it. */
  readonly version: string | undefined;
}

/** A package.json, or the pulumi-plugin.json of a generated SDK. */
const Named = t.type({ name: t.string, version: t.string });

const bin = join("node_modules", ".bin");
const install = "npx pulumi-esper plugin install";

/** A program's folder, as far as its Pulumi.yaml tells. */
export interface Program {
  readonly folder: string;
  /** TypeScript or JavaScript, or not told. */
  readonly isTypeScript: boolean;
  /** Whether the engine is sent to the folder's own node_modules for plugins. */
  readonly hasLocalPlugins: boolean;
}

export function readProgram(folder: string): Program {
  const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(folder, name)).find(isFile);
  const text = file === undefined ? "" : readFileSync(file, "utf8");
  const [, runtime = "nodejs"] = /(?:^|[{,]\s*)["']?runtime["']?:\s*(?:name:\s*)?["']?([\w-]+)/mu.exec(text) ?? [];
  return { folder, isTypeScript: runtime === "nodejs", hasLocalPlugins: text.includes("node_modules/.bin") };
}

/** @param program undefined where there is none */
export function pluginFinding(env: Environment, own: string, program: Program | undefined): Finding {
  const sdk = program === undefined ? undefined : sdkVersion(join(program.folder, "sdks", "esper"));
  const wanted = sdk ?? own;
  const [found] = places(env, program, wanted);
  if (found === undefined) {
    return program === undefined || program.isTypeScript
      ? finding("plugin", "ok", `There is none; a TypeScript program needs none. For other languages: ${install}.`)
      : finding("plugin", "wrong", `There is none, and a program in this language needs it: ${install}.`);
  }
  const { place, version } = found;
  if (version === undefined)
    return finding("plugin", "unknown", `It is ${place}, and nothing there tells its version.`);
  if (version === wanted) return finding("plugin", "ok", `It is ${place}, ${version}.`);
  const other = sdk === undefined ? `this command is ${own}` : `the program's SDK is ${sdk}`;
  return finding("plugin", "warning", `It is ${place}, ${version}, and ${other}: ${install}.`);
}

/** The places in the order in which the engine takes them; of the cache the wanted version, else the newest name. */
function places(env: Environment, program: Program | undefined, wanted: string): readonly Found[] {
  const local = program?.hasLocalPlugins === true ? [join(program.folder, bin)] : [];
  // npx puts such folders on the PATH of this command, and the shell has none.
  const isOwn = (folder: string): boolean => isAbsolute(folder) && !folder.endsWith(bin);
  const onPath = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter(isOwn);
  const programs = [...local, ...onPath].map((folder) => join(folder, pluginName)).filter(isFile);
  const cache = pluginCache(env);
  const cached = list(cache).filter(
    (name) => cachedVersion(name) !== undefined && isFile(join(cache, name, pluginName)),
  );
  const chosen = cached.find((name) => name === cachedFolderName(wanted)) ?? cached.toSorted().at(-1);
  return [
    ...programs.map((place) => ({ place, version: versionAbove(place) })),
    ...(chosen === undefined ? [] : [{ place: join(cache, chosen), version: cachedVersion(chosen) }]),
  ];
}

/** npm puts a link on the PATH, which leads into the package. */
function versionAbove(place: string): string | undefined {
  for (let folder = dirname(realpathSync(place)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = readNamed(join(folder, "package.json"));
    if (found?.name === "pulumi-esper") return found.version;
  }
  return undefined;
}

function sdkVersion(folder: string): string | undefined {
  const files = list(folder, true).filter((name) => /(?:^|[\\/])pulumi-plugin\.json$/u.test(name));
  return files.map((name) => readNamed(join(folder, name))).find((found) => found?.name === "esper")?.version;
}

function readNamed(file: string): t.TypeOf<typeof Named> | undefined {
  try {
    const decoded = Named.decode(JSON.parse(readFileSync(file, "utf8")));
    return isRight(decoded) ? decoded.right : undefined;
  } catch {
    // Absent or no JSON: it tells no version.
    return undefined;
  }
}

function list(folder: string, recursive = false): readonly string[] {
  try {
    return readdirSync(folder, { recursive, encoding: "utf8" });
  } catch {
    // A folder that is not there, or may not be read, holds nothing that the engine would find.
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
