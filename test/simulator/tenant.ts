// A simulator for a test: its clock stands still until the test moves it, and a helper asks its API over a real socket.

import { request } from "node:http";
import type { Clock } from "../../provider/clock";
import type { Simulator, SimulatorOptions } from "../../simulator";
import { startSimulator } from "../../simulator";
import { makeP12 } from "./make-p12";

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is empty or no JSON. */
  readonly body: unknown;
}

export interface Tenant {
  readonly simulator: Simulator;
  readonly world: Simulator["world"];
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
  /** Asks below /api with the right key, unless headers say otherwise. */
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Asked>;
  readonly get: (path: string) => Promise<Asked>;
  /** Sends a command and gives the request's id. */
  readonly send: (command: Record<string, unknown>) => Promise<string>;
  /** The state that each device of a request is shown in, by device id. */
  readonly states: (requestId: string) => Promise<Record<string, string>>;
}

export const startedAt = Date.parse("2026-06-01T08:00:00Z");

/** Field of something unknown; undefined when it is not there. */
export function field(value: unknown, ...names: readonly (string | number)[]): unknown {
  return names.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null
        ? Object.entries(inner).find(([key]) => key === String(name))?.[1]
        : undefined,
    value,
  );
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function withTenant(options: SimulatorOptions, story: (tenant: Tenant) => Promise<void>): Promise<void> {
  let now = startedAt;
  const clock: Clock = {
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
  const simulator = await startSimulator({ clock, deviceMs: 1000, deviceSpread: 0, readsBeforeAnswer: 0, ...options });
  const ask: Tenant["ask"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${simulator.apiKey}`, "content-type": "application/json", ...headers },
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  };
  const get: Tenant["get"] = (path) => ask("GET", path);
  try {
    await story({
      simulator,
      world: simulator.world,
      pass: (ms) => {
        now += ms;
      },
      ask,
      get,
      send: async (command) => {
        const answer = await ask("POST", "/commands/v0/commands/", { device_type: "all", ...command });
        if (answer.status !== 201) throw new Error(`The command was refused: ${answer.text}`);
        return String(field(answer.body, "content", "id"));
      },
      states: async (requestId) => {
        const answer = await get(`/commands/v0/status/?request=${requestId}&limit=1000`);
        const rows = list(field(answer.body, "content", "results"));
        return Object.fromEntries(rows.map((row) => [String(field(row, "device")), String(field(row, "state"))]));
      },
    });
  } finally {
    await simulator.close();
  }
}

let file: string | undefined;

/** An INSTALL_CERTIFICATE of a right file with a right password, for these devices. */
export function install(devices: readonly string[], args: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    command_type: "DEVICE",
    devices,
    command: "INSTALL_CERTIFICATE",
    command_args: {
      cert_file_type: "pkcs12",
      cert_data_base64: (file ??= makeP12("client", "secret")),
      cert_password: "secret",
      cert_alias_name: "corp",
      cert_storage_type: "system",
      ...args,
    },
  };
}

export function uninstall(devices: readonly string[], alias = "corp"): Record<string, unknown> {
  return {
    command_type: "DEVICE",
    devices,
    command: "UNINSTALL_CERTIFICATE",
    command_args: { cert_alias_name: alias, cert_storage_type: "system" },
  };
}

/** The status and the body of a request whose headers a browser, or somebody else, might send. */
export function raw(
  { simulator }: Tenant,
  wanted: { method: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const { method, headers = {} } = wanted;
    const sent = request(new URL(wanted.path, simulator.pageUrl), { method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        resolve({ status: response.statusCode, text });
      });
    });
    sent.on("error", reject);
    sent.end(wanted.body);
  });
}
