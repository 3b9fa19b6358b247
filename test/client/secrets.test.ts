import { expect } from "chai";
import { inspect } from "node:util";
import { startAnswering, type AnsweringServer, type Asked, type Reply } from "../support/answering-server";
import { quickClock } from "../support/quick-clock";
import { benchFor, commandFor, FILE_BASE64, PASSWORD, refusalOf, tenantBench } from "./harness";

const KEY = "key-0123456789-that-nobody-may-see";

/** Every form in which a secret could be shown, whole or cut. */
const secretPieces = [
  KEY,
  PASSWORD,
  FILE_BASE64,
  Buffer.from(PASSWORD).toString("base64"),
  Buffer.from(KEY).toString("base64"),
].flatMap((secret) => [secret, secret.slice(0, 12), secret.slice(3, 15), secret.slice(-10)]);

function expectNoSecret(shown: string): void {
  for (const piece of secretPieces) expect(shown).not.to.include(piece);
}

/** All that an error shows to anyone: message, stack, cause and fields. */
function allOf(error: unknown): string {
  return `${inspect(error, { depth: 10, showHidden: true })}\n${JSON.stringify(error)}`;
}

describe("nothing secret is shown", () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const echoes: readonly [string, (asked: Asked) => unknown][] = [
    [
      "the whole request",
      ({ body, headers }) => ({ code: 400, message: `bad: ${body} ${headers.authorization ?? ""}` }),
    ],
    ["the password alone", () => ({ message: `cannot open with ${PASSWORD}` })],
    ["a piece of the file", () => ({ detail: `invalid base64 near ${FILE_BASE64.slice(40, 60)}` })],
    ["the password as base64", () => ({ errors: [Buffer.from(`p=${PASSWORD}`).toString("base64")] })],
    ["the password with blanks between", () => ({ message: PASSWORD.replace(/./g, "$& ") })],
    ["the key inside the content", ({ headers }) => ({ message: "", content: { header: headers.authorization } })],
    ["the request as a text that is no JSON", ({ body }) => `<pre>${body}</pre>`],
  ];
  for (const [name, echo] of echoes) {
    for (const status of [400, 401, 403, 404, 413, 422, 500]) {
      it(`when Esper's ${String(status)} repeats ${name}`, async () => {
        server = await startAnswering((asked) => ({ status, body: echo(asked) }));
        const { client, said } = benchFor(server.url, quickClock(2000), { apiKey: KEY });
        const error = await refusalOf(client.send(commandFor(["d"])));
        expectNoSecret(allOf(error));
        expectNoSecret(said.join("\n"));
        for (const { path, query } of server.asked) expectNoSecret(`${path}?${query.toString()}`);
      });
    }
  }

  const failures: readonly [string, Reply][] = [
    ["cut", (response) => response.destroy()],
    ["of another kind", { body: { id: 5, echo: PASSWORD } }],
    ["no JSON", { body: PASSWORD }],
    ["for ever 429", { status: 429, headers: { "Retry-After": PASSWORD }, body: PASSWORD }],
    ["a redirect", { status: 301, headers: { Location: `http://elsewhere.example/?k=${KEY}` } }],
  ];
  for (const [name, reply] of failures) {
    it(`when the answer is ${name}`, async () => {
      server = await startAnswering(() => reply);
      const { client, said } = benchFor(server.url, quickClock(5000), { apiKey: KEY });
      const error = await refusalOf(client.send(commandFor(["d"])));
      expectNoSecret(allOf(error) + said.join("\n"));
    });
  }

  it("when nothing can be reached", async () => {
    const { client } = benchFor("http://127.0.0.1:1/api", quickClock(500), { apiKey: KEY });
    expectNoSecret(allOf(await refusalOf(client.send(commandFor(["d"])))));
  });

  it("when a device's reason repeats the password", async () => {
    const bench = await tenantBench({ devices: 1, deviceMs: 1 }, { speed: 50 });
    const [device = ""] = bench.sim.world.devices().map(({ id }) => id);
    bench.sim.world.failWith(device, `cannot open with ${PASSWORD}`);
    const { id } = await bench.client.send(commandFor([device]));
    let shown = "";
    for await (const seen of bench.client.watch([{ requestId: id, devices: 1 }], bench.clock.now() + 60_000)) {
      shown = JSON.stringify(seen.get(id));
      if (seen.get(id)?.counts.Failure === 1) break;
    }
    await bench.sim.close();
    expect(shown).to.include("is not shown");
    expectNoSecret(shown);
  });

  for (const commandsApi of ["request", "v2"] as const) {
    it(`when the simulated tenant repeats requests in its errors (${commandsApi})`, async () => {
      const bench = await tenantBench({ apiKey: KEY }, { speed: 200, settings: { apiKey: KEY, commandsApi } });
      bench.sim.faults.set({ echoSecretsInErrors: {}, maxBodyBytes: { bytes: 50 } });
      const tooLarge = await refusalOf(bench.client.send(commandFor(["d"])));
      bench.sim.faults.set({ echoSecretsInErrors: {}, forbidden: {} });
      const forbidden = await refusalOf(bench.client.send(commandFor([bench.sim.world.devices()[0]?.id ?? ""])));
      await bench.sim.close();
      expectNoSecret(allOf([tooLarge, forbidden]) + bench.said.join("\n"));
    });
  }
});
