// What end-to-end stories share: programs out of plain arguments, what a run of the engine did in numbers, what the stack
// holds, and what the simulated tenant was told, in short lines that read like the story.
// It starts no engine and no simulator; engine.ts and ../../simulator do.

import { expect } from "chai";
import type { Simulator } from "../../simulator";
import type { Ran, Stack } from "./engine";

/** A CommonJS program with certificates, each an argument object by its name; it exports each one's coverage. */
export function programOf(certificates: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(certificates).flatMap(([name, args]) => [
    `const ${name} = new esper.Certificate("${name}", ${JSON.stringify(args)});`,
    `exports.${name} = ${name}.coverage;`,
  ]);
  return [`const esper = require("pulumi-esper");`, ...lines, ""].join("\n");
}

export function connectionTo(simulator: Pick<Simulator, "url" | "apiKey">): Readonly<Record<string, string>> {
  return { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: simulator.apiKey };
}

/** How many resources had what done to them, for example `{ created: 1, unchanged: 1 }`. The stack itself counts as one. */
export function operationsOf({ text }: Ran): Readonly<Record<string, number>> {
  const summary = text.slice(text.lastIndexOf("\nResources:"));
  const lines = summary.matchAll(/^\s+(?:[-+~><]+ ?)?(\d+) ([a-z ]+?)$/gm);
  return Object.fromEntries([...lines].map(([, count, what]) => [what ?? "", Number(count)]));
}

export function expectOperations(ran: Ran, wanted: Readonly<Record<string, number>>): void {
  expect(ran.code, ran.text).to.equal(0);
  expect(operationsOf(ran), ran.text).to.deep.equal(wanted);
}

/** A second `up` of the same program: nothing changes, and Esper is asked nothing at all. */
export async function expectNothingToDo(stack: Stack, simulator: Simulator, resources: number): Promise<void> {
  simulator.resetTraffic();
  const ran = await stack.up();
  expectOperations(ran, { unchanged: resources });
  expect(simulator.traffic.byRoute, "requests of an up that changes nothing").to.deep.equal({});
}

/** The value at a path of an unknown value; undefined when there is none. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const entry = Object.entries(value).find(([key]) => key === String(name));
  return at(entry?.[1], ...rest);
}

/** The list at a path; empty when there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? [...(list as unknown[])] : [];
}

/** A resource as the stack holds it; undefined when it does not. */
export async function storedResource(stack: Stack, name: string): Promise<unknown> {
  const exported: unknown = JSON.parse(await stack.exported());
  const resources = listAt(exported, "deployment", "resources");
  return resources.find((resource) => String(at(resource, "urn")).endsWith(`::${name}`));
}

/** What the tenant was told, oldest first, for example `INSTALL corp GROUP 3`: the number is that of devices. */
export function commandsOf({ world }: Simulator): readonly string[] {
  return world.commandLog.map(({ command, commandType, certificateAlias, resolved }) => {
    return `${command.replace("_CERTIFICATE", "")} ${certificateAlias ?? "?"} ${commandType} ${resolved}`;
  });
}

/** Names of the devices that hold a certificate under the alias, sorted. */
export function holdersOf({ world }: Simulator, alias: string): readonly string[] {
  const holders = world.devices().filter(({ keystore }) => keystore.has(alias));
  return holders.map((device) => device.alias ?? device.name).sort();
}

/** The digests under which devices hold the alias, doubles folded. */
export function digestsOf({ world }: Simulator, alias: string): readonly string[] {
  const digests = world.devices().flatMap(({ keystore }) => keystore.get(alias)?.digest ?? []);
  return [...new Set(digests)];
}

/**
 * No secret stands in a text, also not in another writing: as JSON, in a URL, in base64 or hex, or as a list of bytes.
 * Of bytes (a file), several parts are looked for.
 */
export function expectNoSecret(text: string, secrets: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const writing of typeof secret === "string" ? writingsOf(secret) : partsOf(secret)) {
      const found = text.indexOf(writing);
      const around = found < 0 ? "" : text.slice(Math.max(0, found - 150), found);
      expect(found, `the ${name} is shown after: ${around}`).to.equal(-1);
    }
  }
}

function writingsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1);
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64];
}

function partsOf(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes);
  // From every third byte, so that each is a whole part of the file's base64.
  const starts = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => Math.floor((bytes.length * share) / 3) * 3);
  return starts.flatMap((start) => {
    const part = buffer.subarray(start, start + 15);
    return [part.toString("base64"), part.toString("base64url"), part.toString("hex"), [...part].join(",")];
  });
}
