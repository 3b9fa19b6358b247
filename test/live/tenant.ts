// The tenant that the live acceptance works on: its settings out of the environment, the test group with its devices, and
// raw exchanges whose words may be written down. It sends to devices of the test group only.

import { randomBytes, randomUUID } from "node:crypto";
import type { Client, Device, Group, StatusRow } from "../../provider/client/client";
import { unwrap } from "../../provider/client/codecs";
import { Connection } from "../../provider/client/http/connection";
import type { Method } from "../../provider/client/http/exchange";
import { createClient } from "../../provider/client/create";
import { messageIn } from "../../provider/client/http/api-errors";
import { Redaction } from "../../provider/redaction/redaction";
import { systemClock } from "../../provider/clock";
import { readSettings, type Environment, type Settings } from "../../provider/config";
import { base64Of, makeIdentity } from "../support/certificates";

/** Devices of a larger group are not a test group; ESPER_TEST_MAX_DEVICES says otherwise. */
const mostDevices = 25;
const defaultMinutes = 3;

export interface Answered {
  readonly status: number;
  /** The body as JSON, out of its envelope; undefined when it is no JSON. Never to be written down. */
  readonly body: unknown;
  /** The body's fields and their kinds, for example `{code: number, message: string}`. */
  readonly shape: string;
  /** Esper's own words, when they may be shown. */
  readonly words: string | undefined;
  readonly retryAfter: string | undefined;
}

type Ask = (
  method: Method,
  path: string,
  query?: Readonly<Record<string, string>>,
  body?: unknown,
) => Promise<Answered>;

export interface LiveTenant {
  readonly settings: Settings;
  readonly client: Client;
  readonly group: Group;
  readonly devices: readonly Device[];
  /** Devices of the group that are online and can hold a certificate. */
  readonly online: readonly Device[];
  /** The alias under which everything is installed, of this run alone. */
  readonly alias: string;
  readonly password: string;
  /** How long to wait for devices at each step. */
  readonly waitMs: number;
  /** A PKCS#12 file of a new key and a certificate that it signed itself. */
  readonly newFile: () => Promise<string>;
  readonly ask: Ask;
  readonly askWithKey: (apiKey: string, path: string) => Promise<Answered>;
  /** Sends a certificate command to devices of the group and waits for their answers. */
  readonly sendAndWait: (
    command: string,
    args: Readonly<Record<string, string>>,
    devices: readonly Device[],
  ) => Promise<readonly StatusRow[]>;
  /** Words of others made fit to be written down; undefined when they repeat a secret. */
  readonly quote: (text: string) => string | undefined;
}

/** @throws Error where the group is not found, is none to test on, or Esper refuses */
export async function openTenant(env: Environment): Promise<LiveTenant> {
  const settings = readSettings(() => undefined, env);
  const client = createClient({ settings, clock: systemClock, random: Math.random });
  const group = await findGroup(client, (env["ESPER_TEST_GROUP"] ?? "").trim());
  const devices = [...(await client.devices({ groups: [group.id] }, 0)).byId.values()];
  const most = Number(env["ESPER_TEST_MAX_DEVICES"] ?? mostDevices);
  if (devices.length > most) {
    throw new Error(
      `The test group has ${devices.length} devices with those of its sub-groups, more than ${most}: name a smaller one in ` +
        "ESPER_TEST_GROUP, or allow more with ESPER_TEST_MAX_DEVICES.",
    );
  }
  const secrecy = new Redaction();
  secrecy.learn(settings.apiKey);
  const password = randomBytes(12).toString("hex");
  secrecy.learn(password);
  const waitMs = 60_000 * Number(env["ESPER_TEST_WAIT_MINUTES"] ?? defaultMinutes);
  const ask = asker(settings, secrecy);
  return {
    ...{ settings, client, group, devices, password, waitMs },
    online: devices.filter(
      ({ online, platform, osVersion }) => online && platform === "ANDROID" && Number.parseInt(osVersion, 10) >= 9,
    ),
    alias: `pulumi-esper-test-${randomBytes(4).toString("hex")}`,
    newFile: async () => {
      const file = await base64Of(makeIdentity("pulumi-esper live test"), password);
      secrecy.learn(file);
      return file;
    },
    ask,
    askWithKey: (apiKey, path) => asker({ ...settings, apiKey }, secrecy)("GET", path),
    sendAndWait: (command, commandArgs, to) => sendAndWait(client, { command, commandArgs, to, waitMs }),
    quote: (text) => secrecy.quote(text),
  };
}

async function findGroup(client: Client, wanted: string): Promise<Group> {
  const byId = /^[0-9a-f-]{36}$/i.test(wanted) ? await client.group(wanted, 0) : undefined;
  const named = byId === undefined ? (await client.groups(wanted)).filter(({ name }) => name === wanted) : [byId];
  const [group] = named;
  if (group === undefined) throw new Error("Esper knows no group with the id or the exact name in ESPER_TEST_GROUP.");
  if (named.length > 1) throw new Error("Several groups have the name in ESPER_TEST_GROUP: give the group's id.");
  return group;
}

function asker(settings: Settings, secrecy: Redaction): Ask {
  const connection = new Connection({ ...settings, clock: systemClock });
  return async (method, path, query = {}, body) => {
    const exchange = { method, path, query: new URLSearchParams(query), attempt: "ask Esper" };
    const answer = await connection.exchange({
      ...exchange,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json = parsed(answer.text);
    const words = messageIn(answer.text);
    return {
      status: answer.status,
      body: unwrap(json),
      shape: json === undefined ? textShape(answer.text) : shapeOf(json),
      words: words === undefined ? undefined : secrecy.quote(words),
      retryAfter: answer.retryAfter,
    };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textShape(text: string): string {
  if (text.trim() === "") return "an empty body";
  return text.trimStart().startsWith("<") ? "a page of HTML" : "a text that is no JSON";
}

/** Names and kinds, no values; of a list its first entry. */
export function shapeOf(value: unknown, depth = 0): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${shapeOf(value[0], depth + 1)}]`;
  if (typeof value !== "object") return typeof value;
  if (depth > 2) return "{…}";
  return `{${Object.entries(value)
    .map(([name, inner]) => `${name}: ${shapeOf(inner, depth + 1)}`)
    .join(", ")}}`;
}

interface Sending {
  readonly command: string;
  readonly commandArgs: Readonly<Record<string, string>>;
  readonly to: readonly Device[];
  readonly waitMs: number;
}

async function sendAndWait(
  client: Client,
  { command, commandArgs, to, waitMs }: Sending,
): Promise<readonly StatusRow[]> {
  const devices = to.map(({ id }) => id);
  const label = `pulumi-esper-live-${randomUUID()}`;
  const sending = {
    command,
    commandArgs,
    devices,
    groups: [],
    commandType: "DEVICE",
    deviceType: "all",
    label,
  } as const;
  const { id: requestId } = await client.send(sending);
  const isOpen = ({ state }: StatusRow): boolean => !["Success", "Failure", "Cancelled"].includes(state);
  for await (const round of client.watch([{ requestId, devices: devices.length }], systemClock.now() + waitMs)) {
    const rows = round.get(requestId)?.rows ?? [];
    if (rows.length >= devices.length && !rows.some(isOpen)) return rows;
  }
  return await client.rows({ requestIds: [requestId] });
}
