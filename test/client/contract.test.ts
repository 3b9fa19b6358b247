// What the client sends, against Esper's own API description: every path, method, query parameter and body.
// The known deviations of the live service from its description are listed here, each with its source.

import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { startAnswering, type AnsweringServer, type Asked, type Reply } from "../support/answering-server";
import { quickClock } from "../support/quick-clock";
import { benchFor, commandFor } from "./harness";

const ENTERPRISE = "01922b24-adae-787f-a08a-778067704f57";
const REQUEST = "11922b24-adae-787f-a08a-778067704f57";
const DEVICE = "21922b24-adae-787f-a08a-778067704f57";
const GROUP = "31922b24-adae-787f-a08a-778067704f57";
const ROW = "41922b24-adae-787f-a08a-778067704f57";

/** Sent though the description does not have it; the sections are those of docs/background/esper-api.md. */
const DEVIATIONS: Readonly<Record<string, string>> = {
  "GET /v0/enterprise/{enterprise_id}/command/ ?limit":
    "the operation is marked limit-offset without declaring it (1b)",
  "GET /v0/enterprise/{enterprise_id}/command/ ?offset":
    "the operation is marked limit-offset without declaring it (1b)",
  "GET /v0/enterprise/{enterprise_id}/command/{request_id}/status/ ?limit": "as its list of requests (1b)",
  "GET /v0/enterprise/{enterprise_id}/command/{request_id}/status/ ?offset": "as its list of requests (1b)",
  "GET /v2/devices/ ?group_multi=csv": "format uuid though the text says several ids (2e)",
  "POST /v0/enterprise/{enterprise_id}/command/ command": "the certificate commands are not in V2's list (1)",
  "POST /commands/v0/commands/ device_type": "only `all` is described; `active` is documented elsewhere (2a)",
};

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

const isDescription = (value: unknown): value is Description =>
  typeof value === "object" && value !== null && "paths" in value && "components" in value;

const file: unknown = JSON.parse(readFileSync(`${__dirname}/../fixtures/esper/openapi.json`, "utf8"));
if (!isDescription(file)) throw new Error("openapi.json is no API description.");
const description = file;
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);

function validate(schema: object, value: unknown): string[] {
  const check = ajv.compile({ ...schema, components: description.components });
  if (check(value)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath.slice(1)} ${message ?? ""}`);
}

/** The operation of the description that a request is, with its values. */
function operationOf(asked: Asked): { readonly name: string; readonly operation: Operation } | undefined {
  const path = asked.path.replace(/^\/api/, "");
  for (const [template, operations] of Object.entries(description.paths)) {
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`);
    const operation = operations[asked.method.toLowerCase()];
    if (pattern.test(path) && operation !== undefined) return { name: `${asked.method} ${template}`, operation };
  }
  return undefined;
}

/** How a request differs from the description. */
function differences(asked: Asked): string[] {
  const found = operationOf(asked);
  if (found === undefined) return [`${asked.method} ${asked.path} is not described`];
  const { name, operation } = found;
  const ofQuery = [...asked.query].flatMap(([key, value]) => {
    const parameter = operation.parameters?.find((one) => one.name === key && one.in === "query");
    if (parameter === undefined) return [`${name} ?${key}`];
    const isNumber =
      "type" in parameter.schema && (parameter.schema.type === "integer" || parameter.schema.type === "number");
    const wrong = validate(parameter.schema, isNumber ? Number(value) : value).length > 0;
    if (!wrong) return [];
    return value.includes(",") ? [`${name} ?${key}=csv`] : [`${name} ?${key}=${value}`];
  });
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body: unknown = asked.body === "" ? undefined : JSON.parse(asked.body);
  if ((schema === undefined) !== (body === undefined)) return [...ofQuery, `${name} body`];
  const ofBody =
    schema === undefined ? [] : validate(schema, body).map((path) => `${name} ${path.split(/[ /]/)[0] ?? ""}`);
  return [...ofQuery, ...new Set(ofBody)];
}

const row = { id: ROW, request: REQUEST, device: DEVICE, state: "Command Queued", updated_at: "2026-01-01T00:00:00Z" };
const request = {
  id: REQUEST,
  command: "INSTALL_CERTIFICATE",
  command_type: "DEVICE",
  created_at: "2026-01-01T00:00:00Z",
};

function answer({ method, path }: Asked): Reply {
  if (method === "POST") return { status: 201, body: { content: request } };
  if (path.endsWith("/stats/")) return { status: 404 };
  if (path.includes("/token-info/")) return { body: { id: 1, enterprise: ENTERPRISE } };
  if (path.endsWith(`/${ROW}/`)) return method === "PUT" ? { status: 304 } : { body: { content: row } };
  if (path.includes("/status/")) return { body: { content: { count: 1, results: [row] } } };
  if (path.endsWith("/command/") || path.endsWith("/commands/")) return { body: { count: 1, results: [request] } };
  if (path.endsWith(GROUP) || path.endsWith(`${GROUP}/`)) return { body: { id: GROUP, name: "Shops" } };
  if (path.endsWith("/devices/")) return { body: { content: { count: 1, results: [{ id: DEVICE }] } } };
  return { body: { content: { count: 0, results: null, id: DEVICE } } };
}

for (const commandsApi of ["request", "v2"] as const) {
  describe(`what the client sends (${commandsApi})`, () => {
    let server: AnsweringServer;
    beforeEach(async () => {
      server = await startAnswering(answer);
    });
    afterEach(() => server.close());

    it("is what Esper describes, but for the known deviations of the live service", async () => {
      const { client, clock } = benchFor(server.url, quickClock(50), { commandsApi });
      const schedule = {
        schedule: "RECURRING",
        scheduleArgs: {
          name: "nightly",
          start_datetime: "2030-01-01T00:00:00Z",
          end_datetime: "2030-02-01T00:00:00Z",
          time_type: "console",
          window_start_time: "22:00",
          window_end_time: "23:30",
          days: ["Monday", "Sunday"],
        },
      } as const;
      await client.send(commandFor([DEVICE], { schedule }));
      await client.send(
        commandFor([], {
          commandType: "GROUP",
          groups: [GROUP],
          deviceType: "active",
          command: "UNINSTALL_CERTIFICATE",
        }),
      );
      await client.send(commandFor([DEVICE], { commandType: "DYNAMIC", groups: [GROUP] }));
      await client.commandsSince({ commands: ["INSTALL_CERTIFICATE"], sinceAt: "2026-01-01T00:00:00Z", maxAgeMs: 0 });
      await client.counts(REQUEST);
      await client.rows({
        requestIds: [REQUEST, ROW],
        states: ["Failure", "TimeOut", "In Progress"],
      });
      for await (const seen of client.watch([{ requestId: REQUEST, devices: 900 }], clock.now() + 1000))
        expect(seen.size).to.equal(1);
      await client.cancel({
        ...row,
        requestId: REQUEST,
        deviceId: DEVICE,
        state: "Queued",
        stateText: "Command Queued",
        updatedAt: "",
      });
      await client.devices(
        { groups: [GROUP, DEVICE], search: "till", serial: "S1", tags: [ROW, GROUP], osVersion: "13" },
        0,
      );
      await client.devicesById([DEVICE], 0);
      await client.group(GROUP, 0);
      await client.groups("Shops");
      const seen = new Set(server.asked.flatMap(differences));
      expect([...seen].filter((difference) => !(difference in DEVIATIONS))).to.deep.equal([]);
      expect(new Set(server.asked.flatMap((asked) => operationOf(asked)?.name ?? [])).size).to.be.at.least(8);
    });
  });
}

describe("the check of what is sent", () => {
  it("sees a wrong path, parameter and body", () => {
    const asked = (method: string, path: string, query = "", body = ""): Asked => ({
      method,
      path: `/api${path}`,
      query: new URLSearchParams(query),
      headers: {},
      body,
      atMs: 0,
    });
    expect(differences(asked("GET", "/commands/v0/commands"))).to.have.length(1);
    expect(differences(asked("GET", "/commands/v0/status/", "states=x"))).to.deep.equal([
      "GET /commands/v0/status/ ?states",
    ]);
    expect(differences(asked("GET", "/commands/v0/status/", "state=Failure"))).to.have.length(1);
    expect(differences(asked("POST", "/commands/v0/commands/", "", '{"command":"NO_SUCH"}'))).to.deep.equal([
      "POST /commands/v0/commands/ command",
    ]);
  });
});
