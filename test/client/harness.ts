// What the client's tests share: a client for a server, a simulated tenant in the same quick time, and a command to send.

import type { Client, CommandToSend } from "../../provider/client/client";
import { createClient } from "../../provider/client/create";
import type { Clock } from "../../provider/clock";
import type { Settings } from "../../provider/config";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator";
import { chanceOf } from "../support/chance";
import { quickClock } from "../support/quick-clock";

export const PASSWORD = "correct horse battery staple";
export const FILE_BASE64 = Buffer.from(
  "a file that nobody may see, long enough to be cut into pieces".repeat(3),
).toString("base64");

export interface Bench {
  readonly client: Client;
  readonly clock: Clock;
  readonly said: string[];
}

export function benchFor(url: string, clock: Clock, settings: Partial<Settings> = {}): Bench {
  const said: string[] = [];
  const client = createClient({
    settings: {
      baseUrl: url,
      apiKey: "simulator-key",
      commandsApi: "request",
      pollMs: 250,
      requestTimeoutMs: 30_000,
      ...settings,
    },
    clock,
    random: chanceOf(1),
    say: (line) => said.push(line),
  });
  return { client, clock, said };
}

export interface TenantBench extends Bench {
  readonly sim: Simulator;
}

/** A client and a tenant that live `speed` times as fast as the world. */
export async function tenantBench(
  options: SimulatorOptions = {},
  { speed = 20, settings = {} }: { readonly speed?: number; readonly settings?: Partial<Settings> } = {},
): Promise<TenantBench> {
  const clock = quickClock(speed);
  const sim = await startSimulator({
    clock,
    pageSize: 100,
    openPkcs12: () => Promise.resolve({ ok: true, digest: "d" }),
    ...options,
  });
  return { ...benchFor(sim.url, clock, settings), sim };
}

let labels = 0;

export function commandFor(devices: readonly string[], more: Partial<CommandToSend> = {}): CommandToSend {
  labels += 1;
  return {
    command: "INSTALL_CERTIFICATE",
    commandArgs: {
      cert_file_type: "pkcs12",
      cert_data_base64: FILE_BASE64,
      cert_password: PASSWORD,
      cert_alias_name: "corp-client",
      cert_storage_type: "system",
    },
    commandType: "DEVICE",
    devices,
    groups: [],
    deviceType: "all",
    label: `label-${String(labels)}`,
    ...more,
  };
}

/** What a promise is refused with. */
export async function refusalOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("It was expected to be refused with an Error.");
}
