// `npm run demo`: sets the stage (simulated tenant, temporary folder, Pulumi CLI), has the story told, and clears up,
// however it ends. Exit code 0 only when everything was as told; 130 after Ctrl-C.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import type { Simulator } from "../../simulator";
import { pulumiCli } from "../pulumi-cli";
import { linkPackages, makeSandbox } from "../sandbox";
import { startFleet } from "./fleet";
import { StoryError, tell } from "./narrator";
import { pulumiIn } from "./pulumi";
import { tellStory } from "./story";

const password = "not a secret";

async function demo(interrupted: AbortSignal): Promise<void> {
  const simulator = await startFleet();
  try {
    await inSandbox(simulator, interrupted);
  } finally {
    await simulator.close();
  }
}

async function inSandbox(simulator: Simulator, interrupted: AbortSignal): Promise<void> {
  const connection = { ESPER_BASE_URL: simulator.url, ESPER_API_KEY: simulator.apiKey };
  const sandbox = await makeSandbox({ ...connection, P12_PASSWORD: password });
  try {
    const folder = join(sandbox.folder, "program");
    await cp(join(__dirname, "program"), folder, { recursive: true });
    await linkPackages(folder);
    const { command } = await pulumiCli();
    const pulumi = pulumiIn(folder, { command, env: sandbox.environment, interrupted });
    await pulumi.run("stack", "init", "demo");
    const stackFolder = join(sandbox.folder, "backend");
    await tellStory({ simulator, pulumi, folder, stackFolder, password, interrupted });
  } finally {
    await sandbox.remove();
  }
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interruption.abort();
  });
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  try {
    await demo(interruption.signal);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    tell(`\nEverything was as told, in ${seconds} s. Nothing is left behind.`);
  } catch (error) {
    const isInterrupted = interruption.signal.aborted;
    const message = error instanceof StoryError ? error.message : inspect(error);
    process.stderr.write(isInterrupted ? "\nInterrupted; cleared up.\n" : `\n✘ ${message}\n`);
    process.exitCode = isInterrupted ? 130 : 1;
  }
}

void main();
