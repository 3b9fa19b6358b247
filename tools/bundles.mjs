// Writes what is loaded as one file, since an engine starts it with every command: dist/bundle/provider.js, which is
// `pulumi-esper/provider` (its modules one by one take more than twice as long to load), and dist/plugin, what Pulumi's
// plugin cache and a release asset hold, which needs nothing but Node. It runs after tsc, as the second half of
// `npm run build`.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "dist", "plugin");
const name = "pulumi-resource-esper";
const { name: packageName, version, license, engines } = readJson(join(root, "package.json"));

/** The package's own package.json, by which it knows its version; beside the bundle stands one of its own. */
const ownPackage = new RegExp(`^${packageName}/package\\.json$`);
function besideBundle() {
  return { path: "./package.json", external: true };
}

/** The licences of the packages whose code is in the bundle, as they ask for: each text with those who gave it. */
function licencesOf(inputs) {
  const packages = new Set(
    inputs.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter((found) => found),
  );
  const texts = new Map();
  for (const found of [...packages].sort()) {
    const { name: given, version: is, license: named } = readJson(join(root, found, "package.json"));
    const file = readdirSync(join(root, found)).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? `Licence: ${named}` : readFileSync(join(root, found, file), "utf8").trim();
    texts.set(text, [...(texts.get(text) ?? []), `${given} ${is}`]);
  }
  return [...texts].map(([text, users]) => `${users.join(", ")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

// The packages stay beside it: whoever installs them answers for their versions.
await build({
  ...common,
  entryPoints: ["provider/provider.ts"],
  outfile: join(root, "dist", "bundle", "provider.js"),
  packages: "external",
});

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  ...common,
  entryPoints: ["provider/packaged/main.ts"],
  outfile: join(folder, name),
  minify: true,
  keepNames: true,
  metafile: true,
  plugins: [{ name: "own-package", setup: (made) => void made.onResolve({ filter: ownPackage }, besideBundle) }],
});
const own = { name: packageName, version, license, type: "commonjs", engines };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(own, undefined, 2)}\n`);
writeFileSync(join(folder, `${name}.cmd`), `@node "%~dp0${name}" %*\r\n`);
writeFileSync(join(folder, "LICENSES.txt"), licencesOf(Object.keys(metafile.inputs)));
