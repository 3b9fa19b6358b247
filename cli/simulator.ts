// `pulumi-esper simulator`: an Esper tenant on a local port, until it is interrupted.
// It prints what to set, a few groups to aim at, and a line for each command that arrives; nothing secret.

import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import type { Faults, GroupView, LoggedCommand, Simulator, SimulatorOptions } from "../simulator/index";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly key: string;
  readonly devices: number;
  readonly offline: number;
  readonly returnAfter?: number;
  readonly android?: readonly string[];
  readonly androidSupport: boolean;
  readonly pageSize: number;
  readonly deviceMs: number;
  readonly seed: number;
  readonly timeFactor: number;
  readonly faults?: unknown;
}

function readNumber(least: number, most: number): (text: string) => number {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

function readWhole(least: number, most: number): (text: string) => number {
  return (text: string): number => {
    const value = readNumber(least, most)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError("It must be a whole number.");
  };
}

function readShare(text: string): number {
  return text.endsWith("%") ? readNumber(0, 100)(text.slice(0, -1)) / 100 : readNumber(0, 1)(text);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("@") ? readFileSync(text.slice(1), "utf8") : text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function optionsOf(flags: Flags, faults: Faults): SimulatorOptions {
  return {
    port: flags.port,
    host: flags.host,
    apiKey: flags.key,
    devices: flags.devices,
    offlineShare: flags.offline,
    ...(flags.returnAfter !== undefined && { returnAfterMs: flags.returnAfter * 1000 }),
    ...(flags.android !== undefined && { osVersions: flags.android }),
    androidSupport: flags.androidSupport,
    pageSize: flags.pageSize,
    deviceMs: flags.deviceMs,
    seed: flags.seed,
    timeFactor: flags.timeFactor,
    faults,
    onCommand: (command) => process.stdout.write(`${commandLine(command)}\n`),
  };
}

function devices(count: number): string {
  return `${count} device${count === 1 ? "" : "s"}`;
}

function commandLine(command: LoggedCommand): string {
  const alias = command.certificateAlias === null ? "" : ` "${command.certificateAlias}"`;
  const schedule = command.schedule === "IMMEDIATE" ? "" : `, ${command.schedule}`;
  const label = command.label === null ? "" : `, label ${command.label}`;
  const at = new Date(command.at).toISOString();
  return `${at} ${command.command}${alias} as ${command.commandType} to ${devices(command.resolved)}${schedule}${label}`;
}

function groupLine({ id, path, deviceCount }: GroupView): string {
  return `  ${id}  ${path} (${devices(deviceCount)})`;
}

function welcome(simulator: Simulator): string {
  return [
    `An Esper tenant is simulated at ${simulator.url}; Ctrl+C ends it.`,
    "",
    `  export ESPER_BASE_URL=${simulator.url}`,
    `  export ESPER_API_KEY=${simulator.apiKey}`,
    "",
    "Groups:",
    ...simulator.world.groups().slice(0, 10).map(groupLine),
    "",
    `Look at it and trouble it in a browser: ${simulator.pageUrl}`,
    "",
  ].join("\n");
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      resolve();
    };
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
  });
}

async function run(flags: Flags): Promise<void> {
  const { readFaults, startSimulator } = await import("../simulator/index.js");
  const simulator = await startSimulator(optionsOf(flags, readFaults(flags.faults ?? {})));
  process.stdout.write(`${welcome(simulator)}\n`);
  await interrupted();
  await simulator.close();
}

export function simulatorCommand(): Command {
  return new Command("simulator")
    .description("An Esper tenant on a local port: devices with keystores and queues, groups, commands, faults.")
    .option("--port <number>", "port to listen on, 0 for a free one", readWhole(0, 65_535), 4010)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--key <text>", "the API key that is right", "simulator-key")
    .option("--devices <number>", "how many devices", readWhole(0, 1_000_000), 200)
    .option("--offline <share>", "share of devices that are offline, as 10% or 0.1", readShare, 0.1)
    .option("--return-after <seconds>", "offline devices come back after about this time", readNumber(0, 1e9))
    .option("--android <versions>", "Android versions, evenly mixed (default: 10 to 15)", (text) => text.split(","))
    .option("--android-support", "old Android versions fail on encodings that they cannot read", false)
    .option("--page-size <number>", "largest page of a list", readWhole(1, 1000), 7)
    .option("--device-ms <ms>", "mean time of a device for a command", readNumber(0, 1e9), 800)
    .option("--seed <number>", "the same seed makes the same fleet", readWhole(0, 2 ** 31), 1)
    .option("--time-factor <number>", "simulated seconds in a second", readNumber(0.001, 1e9), 1)
    .option("--faults <json>", "faults by name as JSON, or @file", readJson)
    .action((flags: Flags) => run(flags));
}
