// Each answer of Esper's that is a refusal, and each way in which no whole answer comes. By meaning, so that a new one must
// come in here. A real server on a loopback socket answers; the client's waits pass quickly.

import { createServer as createTlsServer } from "node:https";
import { once } from "node:events";
import type { Client } from "../../../provider/client/client";
import type { Settings } from "../../../provider/config";
import type { ApiMeaning, NetworkReason } from "../../../provider/errors";
import { benchFor, commandFor, tenantBench } from "../../client/harness";
import { groupA, uuid } from "../../lifecycle/given";
import { portOf, startAnswering, type Asked, type Reply } from "../../support/answering-server";
import { makeIdentity } from "../../support/certificates";
import { startProxy, withProxies, type Temper } from "../../support/proxy";
import { quickClock } from "../../support/quick-clock";
import { behindProxy } from "../../support/tls-behind-proxy";
import { messageOf, type Provocations, type Provoke, type Shown } from "./provocation";

type Operation = (client: Client) => Promise<unknown>;

const listDevices: Operation = (client) => client.devices({ groups: [groupA] }, 0);
const readOne: Operation = (client) => client.devicesById([uuid(1)], 0);
const sendOne: Operation = (client) => client.send(commandFor([uuid(1)]));

/** Most answers come within milliseconds; where waits of minutes pass, `speed` makes them short. */
interface Ways {
  readonly operation?: Operation;
  readonly settings?: Partial<Settings>;
  readonly speed?: number;
}

async function endOf(
  answer: (asked: Asked) => Reply,
  { operation = listDevices, settings = {}, speed = 100 }: Ways = {},
): Promise<Shown> {
  const server = await startAnswering(answer);
  try {
    const { client, said } = benchFor(server.url, quickClock(speed), settings);
    return { errors: [await messageOf(() => operation(client))], said };
  } finally {
    await server.close();
  }
}

const status =
  (code: number, ways?: Ways): Provoke =>
  () =>
    endOf(() => ({ status: code, body: { message: "Words of Esper" } }), ways);

const words =
  (message: string): Provoke =>
  () =>
    endOf(() => ({ status: 400, body: { message } }), { operation: sendOne });

const refusals: Readonly<Record<ApiMeaning, Provoke>> = {
  unauthorized: status(401),
  forbidden: status(403, { operation: sendOne }),
  notFound: status(404),
  // In time this quick a busy machine would take longer for an answer than a request may.
  rateLimited: status(429, { speed: 2_000, settings: { requestTimeoutMs: 36_000_000 } }),
  tooLarge: status(413, { operation: sendOne }),
  redirected: () => endOf(() => ({ status: 302, headers: { Location: "https://elsewhere.example/" } })),
  commandNotKnown: () =>
    endOf(() => ({ status: 400 }), { operation: sendOne, settings: { commandsApi: "v2", enterpriseId: groupA } }),
  unknownTarget: words(`Invalid device id ${uuid(4)}`),
  labelRefused: words("alias: Ensure this field has no more than 32 characters."),
  deviceTypeRefused: words("device_type: 'active' is not a valid choice."),
  refused: status(400),
  serverError: status(500),
};

const address = (url: string): Promise<readonly string[]> =>
  messageOf(() => listDevices(benchFor(url, quickClock(50)).client)).then((message) => [message]);

async function throughProxy(temper: Temper): Promise<readonly string[]> {
  const proxy = await startProxy(temper);
  const ended = await withProxies({ HTTPS_PROXY: proxy.url }, () => address("https://acme-api.esper.invalid/api"));
  proxy.close();
  return ended;
}

const failures: Readonly<Record<NetworkReason, Provoke>> = {
  unreachable: () => address("http://127.0.0.1:9/api"),
  proxyRefused: () => throughProxy(403),
  certificate: async () => {
    const { certificate, privateKey } = makeIdentity("127.0.0.1");
    const server = createTlsServer({ cert: certificate, key: privateKey }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const ended = await address(`https://127.0.0.1:${portOf(server)}/api`);
    server.close();
    return ended;
  },
  timedOut: () => endOf(() => () => undefined, { speed: 2_000 }),
  cut: () => endOf(() => (response) => response.destroy()),
  answerTooLarge: () =>
    endOf(() => ({ body: JSON.stringify("x".repeat(33 * 1024 * 1024)) }), { operation: readOne, speed: 1 }),
};

const row = { requestId: uuid(2), deviceId: uuid(3), state: "Queued", stateText: "Queued", updatedAt: "" } as const;

const device = (number: number): unknown => ({ id: uuid(number), name: "d", os: "Android", state: 1 });

const oddities: Provocations = {
  "an Esper that is not available for longer than anybody waits": () =>
    endOf(() => ({ status: 503, headers: { "Retry-After": "7200" } })),
  "a rate limit that lasts longer than anybody waits": () =>
    endOf(() => ({ status: 429, headers: { "Retry-After": "7200" } })),
  // A label of more than 63 letters exists nowhere, and no name server needs to be asked.
  "a host that does not exist": () => address(`https://${"x".repeat(64)}-api.invalid/api`),
  "a proxy that wants a sign-in": () => throughProxy(407),
  "a proxy that speaks no HTTP": () => throughProxy(Number.NaN),
  "a certificate that is not valid yet": () =>
    behindProxy("acme-api.esper.invalid", { fromDays: 5, toDays: 30 }, () =>
      address("https://acme-api.esper.invalid/api"),
    ),
  "a proxy that does not reach Esper": () => throughProxy(502),
  "a proxy that closes the connection": () => throughProxy("close"),
  "a proxy that cannot be reached": () =>
    withProxies({ HTTPS_PROXY: "http://127.0.0.1:9" }, () => address("https://acme-api.esper.invalid/api")),
  "a web page": () => endOf(() => ({ body: "<html>Sign in</html>" })),
  "an answer with parts missing": () => endOf(() => ({ body: { content: { results: [{}] } } })),
  "a list that repeats itself": () =>
    endOf(() => ({ body: { content: { count: 9_000, next: "x", prev: null, results: [device(1)] } } })),
  "a command of which nobody knows whether it was accepted": () =>
    endOf(({ method }) => ({ status: method === "POST" ? 502 : 403 }), { operation: sendOne }),
  "a command in a state that nobody knows": async () => {
    // Three quarters of its time have passed, so the device is in progress, and that is shown under another name.
    const slow = { devices: 1, deviceMs: 100_000, deviceSpread: 0, faults: { unknownState: {} } };
    const { client, said, sim } = await tenantBench(slow, { speed: 1 });
    try {
      const devices = sim.world.devices().map(({ id }) => id);
      const { id } = await client.send(commandFor(devices));
      sim.world.advance(75_000);
      await client.rows({ requestIds: [id] });
    } finally {
      await sim.close();
    }
    return { errors: [], said };
  },
  "a command that cannot be withdrawn": async () => {
    const settings = { commandsApi: "v2", enterpriseId: groupA } as const;
    const { client, said } = benchFor("http://127.0.0.1:9/api", quickClock(50), settings);
    await client.cancel([{ id: uuid(1), ...row }]);
    return { errors: [], said };
  },
};

export const esper: Provocations = { ...refusals, ...failures, ...oddities };
