// The Pulumi programs that are measured: certificates, and beside them as many resources of a provider that does nothing.
// Both have the same form: a constant text in the state that requires a module of the program's folder.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface CertificateToDeclare {
  readonly alias: string;
  readonly target: { readonly group: string } | { readonly devices: readonly string[] };
  /** In the program's folder. */
  readonly file: string;
}

/** The password comes from this environment variable. */
export const passwordVariable = "P12_PASSWORD";

export function certificateProgram(certificates: readonly CertificateToDeclare[]): string {
  return [
    `const { Certificate } = require("pulumi-esper");`,
    `const declared = ${JSON.stringify(certificates)};`,
    `declared.forEach(({ alias, target, file }, number) => {`,
    `  new Certificate("certificate-" + number, { alias, target, source: { file, passwordEnv: "${passwordVariable}" } });`,
    `});`,
    ``,
  ].join("\n");
}

export function floorProgram(resources: number): string {
  return [
    `const { CustomResource } = require("@pulumi/pulumi");`,
    `const __provider = 'exports.handler = () => require("floor").nothing()';`,
    `for (let number = 0; number < ${resources}; number++) {`,
    `  new CustomResource("pulumi-nodejs:dynamic/floor:Nothing", "nothing-" + number, { number, __provider });`,
    `}`,
    ``,
  ].join("\n");
}

const floorModule = `
exports.nothing = () => ({
  check: async (olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "nothing", outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (id, olds, news) => ({ outs: news }),
  delete: async () => undefined,
});
`;

/** Puts the module that the no-op provider's text requires into a program's folder. */
export async function installFloorModule(programFolder: string): Promise<void> {
  const folder = join(programFolder, "node_modules", "floor");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.js"), floorModule);
}
