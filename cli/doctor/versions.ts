// The versions that `doctor` looks at: Node, the Pulumi CLI, and in a program's folder the packages that its stacks load.
// The needs stand in the package's own package.json; it reads these files and asks the CLI, and judges the rest purely.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isRight } from "fp-ts/Either";
import * as t from "io-ts";
import type { Console } from "../terminal/console";
import { finding, wordsOf, type Finding } from "./checks";
import { pluginFinding, readProgram } from "./plugin";

const PackageJson = t.intersection([
  t.type({ version: t.string }),
  t.partial({ engines: t.partial({ node: t.string }), peerDependencies: t.record(t.string, t.string) }),
]);
type Package = t.TypeOf<typeof PackageJson>;

const sdk = "@pulumi/pulumi";

/** The nearest folder with a Pulumi.yaml, from this one upwards. */
export function findProject(folder: string): string | undefined {
  if (["Pulumi.yaml", "Pulumi.yml"].some((name) => existsSync(join(folder, name)))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : findProject(above);
}

/** @param project the program's folder; undefined where there is none */
export async function checkVersions(
  own: Console,
  nodeVersion: string,
  project: string | undefined,
): Promise<readonly Finding[]> {
  const wanted = readPackage(require.resolve("pulumi-esper/package.json"));
  if (wanted === undefined) throw new Error("pulumi-esper cannot read its own package.json; install it again.");
  const oldestSdk = numberIn(wanted.peerDependencies?.[sdk] ?? "");
  const program = project === undefined ? undefined : readProgram(project);
  return [
    finding("pulumi-esper", "ok", `This is ${wanted.version}.`),
    nodeFinding(nodeVersion, numberIn(wanted.engines?.node ?? "")),
    await cliFinding(own, oldestSdk),
    ...(program?.isTypeScript === true ? packageFindings(program.folder, wanted.version, oldestSdk) : []),
    pluginFinding(own.env, wanted.version, program),
  ];
}

export function nodeFinding(version: string, oldest: string): Finding {
  if (isAtLeast(version, oldest)) return finding("Node.js", "ok", `This is ${version}.`);
  return finding(
    "Node.js",
    "wrong",
    `This is ${version}, and pulumi-esper needs ${oldest} or later: install it (https://nodejs.org).`,
  );
}

async function cliFinding(own: Console, oldest: string): Promise<Finding> {
  try {
    const version = numberIn(await own.pulumi(["version"]));
    if (isAtLeast(version, oldest)) return finding("Pulumi CLI", "ok", `This is ${version}.`);
    const message = `This is ${version === "" ? "of no known version" : version}; pulumi-esper is made for ${oldest} and later: update it.`;
    return finding("Pulumi CLI", "warning", message);
  } catch (error) {
    return finding("Pulumi CLI", "wrong", wordsOf(error));
  }
}

/** The engine loads both from the program's folder, whichever copy this command was run from. */
function packageFindings(project: string, ownVersion: string, oldestSdk: string): readonly Finding[] {
  const own = installed(project, "pulumi-esper");
  const pulumi = installed(project, sdk);
  return [
    own === undefined
      ? finding(
          "program",
          "wrong",
          `${project} has no pulumi-esper installed, and stacks load it from there: npm install pulumi-esper.`,
        )
      : own.version === ownVersion
        ? finding("program", "ok", `${project} has the same pulumi-esper installed.`)
        : finding(
            "program",
            "warning",
            `${project} has pulumi-esper ${own.version}, which its stacks load; this command is ${ownVersion}.`,
          ),
    pulumi === undefined
      ? finding("Pulumi SDK", "wrong", `${project} has no ${sdk} installed: npm install ${sdk}.`)
      : isAtLeast(pulumi.version, oldestSdk)
        ? finding("Pulumi SDK", "ok", `${sdk} is ${pulumi.version}.`)
        : finding(
            "Pulumi SDK",
            "wrong",
            `${sdk} is ${pulumi.version}, and pulumi-esper needs ${oldestSdk} or later: npm install ${sdk}@latest.`,
          ),
  ];
}

function installed(project: string, name: string): Package | undefined {
  try {
    return readPackage(createRequire(join(project, "package.json")).resolve(`${name}/package.json`));
  } catch {
    // Not installed, or not readable, which is the same to the engine.
    return undefined;
  }
}

function readPackage(file: string): Package | undefined {
  const decoded = PackageJson.decode(JSON.parse(readFileSync(file, "utf8")));
  return isRight(decoded) ? decoded.right : undefined;
}

/** The first number such as `3.216.0` or `22` in a text; empty when there is none. */
function numberIn(text: string): string {
  return /\d+(\.\d+)*/u.exec(text)?.[0] ?? "";
}

function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [version, oldest].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  const different = [0, 1, 2].find((index) => (have?.[index] ?? 0) !== (need?.[index] ?? 0));
  return version !== "" && (different === undefined || (have?.[different] ?? 0) > (need?.[different] ?? 0));
}
