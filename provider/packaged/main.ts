#!/usr/bin/env node
// The plugin `pulumi-resource-esper`, as the engine starts it: with its own address as the last argument. The engine reads the
// port from the first line; everything else that is printed stays hidden. It ends with the engine.

import { PackagedProvider } from "./provider";
import { serve } from "./wire/server";

/** The engine may be killed, and then nobody says goodbye. */
const lookForParentMs = 1000;

async function main(): Promise<void> {
  const provider = new PackagedProvider(process.env);
  const address = process.argv.at(-1) ?? "";
  if (/^[\w.[\]:-]+:\d+$/.test(address)) provider.begin(address);
  const { port } = await serve(provider);
  process.stdout.write(`${port}\n`);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, lookForParentMs).unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`pulumi-resource-esper: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
