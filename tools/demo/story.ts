// The story of one certificate on a fleet, told with the real engine: installed, renewed, caught up with, removed; and in the end
// one of its own on each device.
// After each run it asks the simulated devices themselves what they hold.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, readPkcs12 } from "../../provider/pkcs12";
import type { Simulator } from "../../simulator";
import { makeIdentity, p12Of } from "../../test/support/certificates";
import { alias, comeBack, holders, offlineDevices } from "./fleet";
import { claim, heading, showCode, tell } from "./narrator";
import { tellOfOwnAuthority } from "./own-authority";
import type { Pulumi } from "./pulumi";

export interface Stage {
  readonly simulator: Simulator;
  /** In the program's folder. */
  readonly pulumi: Pulumi;
  readonly folder: string;
  /** Where the engine keeps the stack. */
  readonly stackFolder: string;
  readonly password: string;
  readonly interrupted: AbortSignal;
}

const dayMs = 24 * 3_600_000;

export async function tellStory(stage: Stage): Promise<void> {
  const { simulator, pulumi, folder } = stage;
  const { world } = simulator;
  const all = world.devices().length;
  const away = offlineDevices(simulator).length;

  heading("A fleet and a program");
  const groups = ["Shops", "Warehouses"].map((name) => world.group(name));
  tell(`An Esper tenant is simulated on a local port, with ${all} devices, ${away} of them offline:`);
  tell(groups.map(({ name, deviceCount }) => `${name} (with sub-groups) ${deviceCount}`).join(", ") + ".");
  tell("This program wants a certificate on all of them:");
  showCode(await readFile(join(folder, "index.ts"), "utf8"));

  heading("1. The certificate goes to the fleet");
  const first = await issue(stage, "Corp Client 1", { ageDays: 340, lifeDays: 365 });
  await pulumi.show("up", "--yes");
  expectHolders(
    simulator,
    first,
    all - away,
    "Every device that is online holds it. The others are a warning, no error",
  );

  heading("2. It runs out soon: a new one is put into the same file");
  const second = await issue(stage, "Corp Client 2", { ageDays: 1, lifeDays: 365 });
  await pulumi.show("preview", "--diff");
  await pulumi.show("up", "--yes", "--skip-preview");
  expectHolders(simulator, second, all - away, "Overwritten in place");
  const removals = world.commandLog.filter(({ command }) => command === "UNINSTALL_CERTIFICATE").length;
  claim(removals === 0, "No device was sent a removal: none lost the certificate on the way", `${removals} removals`);

  heading("3. The offline devices come back");
  tell(`The ${away} devices are switched on and do what Esper kept for them. Nothing has to be sent again.`);
  await comeBack(simulator, stage.interrupted);
  const sent = world.commandLog.length;
  await pulumi.show("up", "--yes", "--skip-preview", "--refresh");
  claim(world.commandLog.length === sent, "Pulumi only looked; no command was sent", "commands were sent");
  expectHolders(simulator, second, all, "The whole fleet holds it");

  heading("4. New devices join");
  for (let number = 0; number < 3; number++) world.join("Berlin", { online: true });
  await pulumi.show("up", "--yes", "--skip-preview", "--refresh");
  expectHolders(simulator, second, all + 3, "They have it too");
  const last = world.commandLog.at(-1);
  claim(last?.resolved === 3, "Only they were sent the certificate", `${last?.resolved ?? 0} devices were`);

  heading("5. The certificate is taken off");
  await pulumi.show("destroy", "--yes", "--skip-preview");
  claim(holders(simulator).size === 0, `No device holds "${alias}" any more`, describe(holders(simulator)));

  await tellOfOwnAuthority(stage);
}

/** Puts a new certificate into the file that the program names; the answer is its digest. */
async function issue(
  { folder, password }: Stage,
  commonName: string,
  { ageDays, lifeDays }: { readonly ageDays: number; readonly lifeDays: number },
): Promise<string> {
  const notBefore = new Date(Date.now() - ageDays * dayMs);
  const notAfter = new Date(notBefore.getTime() + lifeDays * dayMs);
  const bytes = await p12Of(makeIdentity(commonName, { notBefore, notAfter }), password, "modern");
  await writeFile(join(folder, "corp-client.p12"), bytes);
  return digestOf(await readPkcs12(bytes, password));
}

function expectHolders(simulator: Simulator, digest: string, number: number, sentence: string): void {
  const held = holders(simulator);
  const all = simulator.world.devices().length;
  const isSo = held.size === 1 && held.get(digest) === number;
  claim(isSo, `${sentence}: ${number} of ${all} devices, by their own keystores`, describe(held));
}

function describe(held: ReadonlyMap<string, number>): string {
  const parts = [...held].map(([digest, number]) => `${number} devices hold ${digest.slice(0, 12)}…`);
  return parts.join(", ") || "no device holds any";
}
