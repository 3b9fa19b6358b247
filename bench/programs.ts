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

/** `source` of certificates of devices: a folder in the program's. */
export function folderSource(folder: string): Readonly<Record<string, unknown>> {
  return { folder, passwordEnv: passwordVariable };
}

/** `source` of certificates of devices: an own authority, whose two files lie in the program's folder. */
export function authoritySource(certificate: string, key: string): Readonly<Record<string, unknown>> {
  return { issuer: { ca: { certificate: { file: certificate }, key: { file: key } } } };
}

/** A certificate of its own on each device of a group. */
export function deviceCertificatesProgram(group: string, source: Readonly<Record<string, unknown>>): string {
  const args = { alias: "client", target: { group }, source };
  return [
    `const { DeviceCertificates } = require("pulumi-esper");`,
    `new DeviceCertificates("certificates", ${JSON.stringify(args)});`,
    ``,
  ].join("\n");
}

export function floorProgram(resources: number): string {
  return idleProgram(resources, "nothing");
}

/** As many resources whose provider does nothing either, but stores what a certificate stores. */
export function echoProgram(resources: number): string {
  return idleProgram(resources, "echo");
}

function idleProgram(resources: number, provider: "nothing" | "echo"): string {
  return [
    `const { CustomResource } = require("@pulumi/pulumi");`,
    `const __provider = 'exports.handler = () => require("floor").${provider}()';`,
    `for (let number = 0; number < ${resources}; number++) {`,
    `  new CustomResource("pulumi-nodejs:dynamic/floor:Nothing", "nothing-" + number, { number, __provider });`,
    `}`,
    ``,
  ].join("\n");
}

/** What a resource has in the stack. */
export interface Stored {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

const nothingStored: Stored = { inputs: {}, outputs: {} };

const floorModule = ({ inputs, outputs }: Stored): string => `
const provider = (moreInputs, moreOutputs) => () => ({
  check: async (olds, news) => ({ inputs: { ...news, ...moreInputs } }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: "nothing", outs: { ...inputs, ...moreOutputs } }),
  read: async (id, props) => ({ id, props }),
  update: async (id, olds, news) => ({ outs: news }),
  delete: async () => undefined,
});
exports.nothing = provider({}, {});
exports.echo = provider(${JSON.stringify(inputs)}, ${JSON.stringify(outputs)});
`;

/** Puts the module that the no-op providers' text requires into a program's folder. */
export async function installFloorModule(programFolder: string, toEcho = nothingStored): Promise<void> {
  const folder = join(programFolder, "node_modules", "floor");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.js"), floorModule(toEcho));
}
