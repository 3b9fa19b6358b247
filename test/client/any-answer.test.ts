// Esper's answers in any shape, size and order, made by a seed: every operation ends, with plain data or with one of the
// client's own errors. More seeds than a test run has time for: `FUZZ_SEEDS=from-to npx mocha test/client/any-answer.test.ts`.

import { expect } from "chai";
import type { Client } from "../../provider/client/client";
import { startAnswering, type Reply } from "../support/answering-server";
import { quickClock } from "../support/quick-clock";
import { startTogether } from "../support/together";
import { benchFor, commandFor } from "./harness";

const ownErrors = ["ApiError", "NetworkError", "DecodeError", "OutcomeUnknownError"];
const install = "INSTALL_CERTIFICATE";

type Chance = () => number;

/** Weyl's sequence through an integer hash (splitmix32). */
function chanceOf(seed: number): Chance {
  let state = Math.imul(seed, 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const instants = [
  ...["2026-01-01T00:00:00Z", "2026-11-01T00:00:00.123456+05:30", "9999-12-31T23:59:59Z", "+275760-09-13T00:00:00Z"],
  ...["+999999-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", "yesterday", "", "0"],
];
const oddities: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e300, "", " ", "\u0000", "../..", "__proto__", "%", [], [null], {}, [[]], { id: 1 }],
  ...[...instants, "x".repeat(5000), "\ud800", { toString: 1 }, "Command Success", "COMMAND  success"],
];

function one<T>(chance: Chance, values: readonly T[], otherwise: T): T {
  return values[Math.floor(chance() * values.length)] ?? otherwise;
}

/** A row that has what a device, a group, a request and a status have, with some of it missing or odd. */
function rowBy(chance: Chance, spoilt: number): unknown {
  if (chance() < spoilt / 4) return one(chance, oddities, null);
  const id = `id-${String(Math.floor(chance() * 30))}`;
  const at = (): unknown => one(chance, instants, "");
  const state = one(chance, ["Command Success", "Command Queued", "Command Failure", "Requeued"], "");
  const row: Record<string, unknown> = {
    ...{ id, request: "r", device: `https://x/${id}/`, state, created_at: at(), updated_at: at(), reason: "why" },
    ...{ name: "n", alias: "a", platform: "ANDROID", os_version: "13", tags: ["t"], group_id: "g", last_seen: at() },
    ...{ command: install, command_type: "DEVICE", devices: [id], groups: [], command_args: {}, device_count: 3 },
    ...{ path: "All devices", enterprise: "e", network_info: { imei: "1" }, status: [{ state, total: 1 }] },
    ...{ schedule: "IMMEDIATE", schedule_args: {} },
  };
  for (const name of Object.keys(row)) {
    if (chance() >= spoilt) continue;
    if (chance() < 0.4) Reflect.deleteProperty(row, name);
    else row[name] = one(chance, oddities, null);
  }
  return row;
}

function bodyBy(chance: Chance, spoilt: number): string {
  const isList = chance() < 0.6;
  const rows = Array.from({ length: Math.floor(chance() * 12) }, () => rowBy(chance, spoilt));
  const results = chance() < spoilt ? one(chance, oddities, null) : rows;
  const count = chance() < 0.5 ? rows.length : one(chance, [...oddities, 7, 40, 1000], null);
  const inner = isList ? { count, results, next: one(chance, oddities, null) } : rowBy(chance, spoilt);
  const text = JSON.stringify(chance() < 0.5 ? { code: 200, content: inner } : inner);
  const befalls = chance();
  if (befalls > spoilt / 2) return text;
  return one(chance, [text.slice(0, Math.floor(text.length * chance())), "<html>", "", `\uFEFF ${text}`, "null"], "");
}

function replyBy(chance: Chance, spoilt: number): Reply {
  if (chance() < spoilt / 2) return { status: one(chance, [204, 302, 400, 403, 404, 409, 413, 429, 500, 503], 500) };
  return { status: one(chance, [200, 200, 200, 201, 202], 200), body: bodyBy(chance, spoilt) };
}

/** Plain data only, such as can be told and stored. */
function seemsPlain(value: unknown): boolean {
  if (value instanceof Map) return [...value.values()].every(seemsPlain);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "object" && value !== null) return Object.values(value).every(seemsPlain);
  return true;
}

const operations: readonly ((client: Client, nowMs: number) => Promise<unknown>)[] = [
  (client) => client.devices({}, 0),
  (client) => client.devicesById(["id-1", "id-2"], 0),
  (client) =>
    client.devicesById(
      ["1", "2", "3", "4", "5", "6"].map((id) => `id-${id}`),
      0,
    ),
  (client) => client.group("g", 0),
  (client) => client.groups("n"),
  (client) => client.send(commandFor(["id-1"])),
  (client) => client.commandsSince({ commands: [install], sinceAt: "2020-01-01T00:00:00Z", maxAgeMs: 0 }),
  (client) => client.counts("r"),
  async (client) => client.cancel(await client.rows({ requestIds: ["r"] })),
  async (client, nowMs) => {
    let last: unknown;
    for await (const seen of client.watch([{ requestId: "r", devices: 5 }], nowMs + 3000)) last = seen;
    return last;
  },
];

/** A server remembers what it was asked. */
const seedsPerServer = 200;
const seedsAtATime = 8;

/** How operations ended that should not have ended so. One server answers for many seeds, each below a path of its own. */
async function faultsOfSeeds(seeds: readonly number[]): Promise<readonly string[]> {
  const replies = new Map<string, () => Reply>();
  const server = await startAnswering(({ path }) => replies.get(path.split("/")[2] ?? "")?.() ?? { status: 500 });
  const faultsOf = startTogether(seeds, seedsAtATime, async (seed) => {
    const chance = chanceOf(seed);
    const spoilt = one(chance, [0.01, 0.05, 0.2], 0.1);
    replies.set(String(seed), () => replyBy(chance, spoilt));
    const faults = await faultsOfSeed(seed, `${server.url}/${String(seed)}`);
    replies.delete(String(seed));
    return faults;
  });
  const faults = (await Promise.all(seeds.map(faultsOf))).flat();
  await server.close();
  return faults;
}

async function faultsOfSeed(seed: number, url: string): Promise<readonly string[]> {
  // Three minutes of a busy machine.
  const settings = { requestTimeoutMs: 360_000_000, commandsApi: seed % 2 === 0 ? "v2" : "request" } as const;
  const { client, clock } = benchFor(url, quickClock(2000), settings);
  const ends = operations.map(async (operation, place) => {
    const name = `operation ${String(place)} of seed ${String(seed)}`;
    try {
      return seemsPlain(await operation(client, clock.now())) ? [] : [`${name} has given what is no plain data`];
    } catch (error) {
      return error instanceof Error && ownErrors.includes(error.name) ? [] : [`${name}: ${String(error)}`];
    }
  });
  return (await Promise.all(ends)).flat();
}

describe("any answer of Esper's", () => {
  const [from = 1, to = 300] = (process.env["FUZZ_SEEDS"] ?? "1-300").split("-").map(Number);
  it(`ends each operation with plain data or an error of the client's own (seeds ${String(from)} to ${String(to)})`, async function () {
    this.timeout((to - from + 1) * 1000);
    const faults: string[] = [];
    for (let first = from; first <= to; first += seedsPerServer) {
      const length = Math.min(seedsPerServer, to - first + 1);
      faults.push(...(await faultsOfSeeds(Array.from({ length }, (_, index) => first + index))));
    }
    expect(faults).to.deep.equal([]);
  });
});
