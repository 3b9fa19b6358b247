// The end of the demo's story: a certificate of its own on each device of a group, signed by an authority that the demo makes.
// Afterwards the stack as it is stored is searched for keys.

import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeIdentity } from "../../test/support/certificates";
import { holders } from "./fleet";
import { claim, heading, showCode, tell } from "./narrator";
import type { Stage } from "./story";

export async function tellOfOwnAuthority({ simulator, pulumi, folder, stackFolder }: Stage): Promise<void> {
  heading("6. Each device gets a certificate of its own");
  const { certificate, privateKey } = makeIdentity("Demo Authority", { isAuthority: true });
  await writeFile(join(folder, "ca.pem"), certificate);
  await writeFile(join(folder, "ca.key"), privateKey);
  await copyFile(join(folder, "own-authority.ts"), join(folder, "index.ts"));
  tell("Another program has no file for any device. Keys are made when they are sent, and signed by an own authority:");
  showCode(await readFile(join(folder, "index.ts"), "utf8"));
  await pulumi.show("up", "--yes", "--skip-preview");
  const { deviceCount } = simulator.world.group("Hamburg");
  const held = [...holders(simulator).values()];
  claim(
    held.length === deviceCount && held.every((devices) => devices === 1),
    `${deviceCount} devices hold ${deviceCount} certificates, by their own keystores`,
    `${held.length} certificates`,
  );
  const withKeys = await filesWith(beginningsOfKeys, stackFolder);
  claim(withKeys.length === 0, "No key is left in the stack, its history or its backups", withKeys.join(", "));
  await pulumi.show("destroy", "--yes", "--skip-preview");
  claim(holders(simulator).size === 0, "No device holds any", `${holders(simulator).size} certificates`);
}

/** Of a key in PEM, and in base64 of a P-256 key as PKCS#8 and of a PKCS#12 file. */
const beginningsOfKeys = /PRIVATE KEY|MIGHAgEAMBMGByqGSM49|MII[\w+/]{2}[AQgw]IBAzCC/u;

async function filesWith(words: RegExp, folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, "latin1") })));
  return texts.filter(({ text }) => words.test(text)).map(({ file }) => file);
}
