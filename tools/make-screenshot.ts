// Makes the picture of the simulator's page in the README anew: docs/simulator.png. The fleet, its time, its troubles and the
// font are always the same, so that the picture looks the same until the page does not.
// Run by hand: npx tsx tools/make-screenshot.ts

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../provider/clock";
import { startSimulator, type Simulator } from "../simulator";
import { findBrowser, noBrowser, startBrowser } from "../test/support/browser";
import { makeIdentity, p12Of } from "../test/support/certificates";

const password = "changeit";
const fleet = {
  groups: [
    { name: "Shops" },
    { name: "Berlin", parent: "Shops", devices: 42 },
    { name: "Hamburg", parent: "Shops", devices: 21 },
    { name: "Warehouse", devices: 21 },
    { name: "Offices", devices: 14 },
  ],
};
const clock: Clock = { now: () => Date.parse("2026-06-01T08:00:00Z"), sleep: () => Promise.resolve() };

async function send({ url, apiKey }: Simulator, order: object): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const body = JSON.stringify({ command_type: "GROUP", device_type: "all", ...order });
  const { status } = await fetch(`${url}/commands/v0/commands/`, { method: "POST", headers, body });
  if (status !== 201) throw new Error(`The simulator answered ${status} to a command.`);
}

/** An installation that has come to most devices, and a second one that is under way. */
async function play(simulator: Simulator): Promise<void> {
  const { world } = simulator;
  const file = Buffer.from(await p12Of(makeIdentity("Corp Client"), password)).toString("base64");
  const install = (group: string): Promise<void> =>
    send(simulator, {
      groups: [world.group(group).id],
      command: "INSTALL_CERTIFICATE",
      command_args: {
        cert_file_type: "pkcs12",
        cert_data_base64: file,
        cert_password: password,
        cert_alias_name: "corp-client",
        cert_storage_type: "system",
      },
    });
  for (const { id } of world.devices("Shops").filter((_, place) => place % 29 === 11)) {
    world.failWith(id, "Storage is full");
  }
  await install("Shops");
  world.advance(75_000);
  await install("Warehouse");
  world.advance(800);
}

async function main(): Promise<void> {
  const program = findBrowser();
  if (program === undefined) throw new Error(`The picture needs a browser: ${noBrowser}.`);
  const faults = { slowMs: { ms: 200 }, failEveryNthRead: { n: 3 } };
  const simulator = await startSimulator({ port: 4010, fleet, readsBeforeAnswer: 0, offlineShare: 0.1, clock, faults });
  const browser = await startBrowser(program);
  try {
    await play(simulator);
    const page = await browser.newPage({
      viewport: { width: 1180, height: 850 },
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    await page.goto(simulator.pageUrl);
    await page.locator("#log li").first().waitFor();
    await page.locator('.cell[data-state="H"] >> nth=9').waitFor();
    await writeFile(join(__dirname, "..", "docs", "simulator.png"), await page.screenshot());
  } finally {
    await browser.close();
    await simulator.close();
  }
}

void main();
