// What the plugin for other languages refuses beside the certificate's own arguments.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pluginName } from "../../../cli/plugin/cache";
import { pluginCommand } from "../../../cli/plugin/command";
import { readSettings } from "../../../provider/config";
import { oneForAll } from "../../../provider/operations/kinds";
import { ResourceOperations } from "../../../provider/operations/resource";
import { limited, type Limit } from "../../../provider/packaged/limit";
import { checkSettings } from "../../../provider/packaged/settings";
import { AliasTurns } from "../../../provider/lifecycle/alias-turns";
import { Claims } from "../../../provider/lifecycle/claims";
import { consoleOf } from "../../cli/report-console";
import { fakeClient } from "../../lifecycle/fake-client";
import { messageOf, urn, type Provocations } from "./provocation";

const silent = (): void => undefined;

function refused(args: Readonly<Record<string, unknown>>): readonly string[] {
  return checkSettings({ args, name: "other" }, {}).failures.map(({ reason }) => reason);
}

function imported(id: string): Promise<string> {
  const settings = () => readSettings(() => undefined, { ESPER_TENANT: "acme", ESPER_API_KEY: "a-key" });
  const operations = new ResourceOperations(oneForAll, {
    urn,
    progress: { status: silent, note: silent, warn: silent },
    settings,
  });
  return messageOf(() => operations.import(id));
}

/** What is said where something was still to be sent. */
async function cutShort(limit: Limit, passMs: number): Promise<string> {
  const { client, clock } = fakeClient(() => []);
  const context = {
    ...{ client, clock, random: () => 0, urnHash: "0123456789ab", instance: "abcdefgh" },
    ...{ claims: new Claims(), turns: new AliasTurns(), status: silent, note: silent },
  };
  const within = limited(context, limit);
  await clock.pass(passMs);
  return messageOf(() =>
    within.client.send({
      ...{ command: "INSTALL_CERTIFICATE", commandArgs: {}, commandType: "DEVICE", groups: [], devices: ["d1"] },
      ...{ deviceType: "all", label: "l" },
    }),
  );
}

/** @param bundle whether the package has the plugin */
async function notInstalled(bundle: boolean): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-esper-provoked-"));
  try {
    if (bundle) writeFileSync(join(folder, pluginName), "");
    // A file stands where the cache is to be.
    const file = join(folder, "home");
    writeFileSync(file, "");
    const command = pluginCommand(consoleOf({ env: { PULUMI_HOME: file } }), folder);
    return await messageOf(() => command.parseAsync(["install"], { from: "user" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const plugin: Provocations = {
  "a setting that there is not": () => Promise.resolve(refused({ tenant: "acme", apiKey: "k", pollSecond: 1 })),
  "a tenant without its key": () => Promise.resolve(refused({ tenant: "acme" })),
  "an import without an @": async () => [await imported("corp")],
  "an import of no group": async () => [await imported("corp@shops")],
  "an import of a set": async () => [await imported("corp@set-0123456789ab")],
  "a run that was cancelled": async () => [await cutShort({ cancelled: AbortSignal.abort(), timeoutMs: 0 }, 0)],
  "a run that has no time left": async () => [
    await cutShort({ cancelled: new AbortController().signal, timeoutMs: 2_000 }, 3_000),
  ],
  "a package without the plugin": async () => [await notInstalled(false)],
  "a cache that cannot be written to": async () => [await notInstalled(true)],
};
