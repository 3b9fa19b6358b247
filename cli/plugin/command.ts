// `pulumi-esper plugin install`: puts the plugin for YAML, Python, Go and the other languages into Pulumi's own cache, from the
// one-file bundle in the package. It downloads nothing, and needs no Pulumi CLI.

import { rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { packageVersion } from "../../provider/packaged/schema";
import { type Terminal, processTerminal } from "../terminal/terminal";
import { cachedFolderName, pluginCache, pluginName } from "./cache";
import { placeFolder, type Placed } from "./place";

const afterHelp = `
Examples:
  $ npx pulumi-esper plugin install
      into ~/.pulumi/plugins, or below PULUMI_HOME where that is set
  $ pulumi package add esper
      after that: an SDK for the program's language; a YAML program needs none

The plugin runs on the node of the PATH, 22 or later. Pulumi removes it: pulumi plugin rm resource esper.

Exit codes:
  0  the plugin is in its place
  1  nothing has changed`;

export function pluginCommand(terminal: Terminal = processTerminal, bundle: string = ownBundle()): Command {
  const install = new Command("install")
    .description("Put the plugin into Pulumi's plugin cache, for programs in every language.")
    .addHelpText("after", afterHelp)
    .action(async () => {
      const version = packageVersion();
      const folder = join(pluginCache(terminal.env), cachedFolderName(version));
      terminal.print(`${sentence(await placePlugin(bundle, folder), version, folder)}\n`);
    });
  return new Command("plugin").description("The plugin for YAML, Python, Go and other languages.").addCommand(install);
}

async function placePlugin(bundle: string, folder: string): Promise<Placed> {
  await stat(join(bundle, pluginName)).catch((cause: unknown) => {
    throw new Error(`The package has no plugin in ${bundle}: install pulumi-esper again.`, { cause });
  });
  try {
    const placed = await placeFolder(bundle, folder, pluginName);
    // An installation of Pulumi's own that was broken off leaves this mark, and the engine passes the folder over.
    await rm(`${folder}.partial`, { force: true });
    return placed;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The plugin could not be put into ${folder} (${why}): make that folder writable, or set PULUMI_HOME to another one.`,
      { cause },
    );
  }
}

function sentence(placed: Placed, version: string, folder: string): string {
  if (placed === "same") return `The plugin esper ${version} is in ${folder} already.`;
  if (placed === "replaced") return `Replaced other files of the plugin esper ${version} in ${folder}.`;
  return `Installed the plugin esper ${version} in ${folder}.`;
}

function ownBundle(): string {
  return join(dirname(require.resolve("pulumi-esper/package.json")), "dist", "plugin");
}
