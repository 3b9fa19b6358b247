import { expect } from "chai";
import { createServer as createTlsServer } from "node:https";
import forge from "node-forge";
import { isApiError, isDecodeError, isNetworkError } from "../../../provider/errors";
import { portOf, startAnswering, type AnsweringServer, type Reply } from "../../support/answering-server";
import { quickClock } from "../../support/quick-clock";
import { benchFor, refusalOf } from "../harness";

const group = "01922b24-adae-787f-a08a-778067704f57";

describe("the connection to Esper", () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  /** Lists devices at a server that answers so, in a client that lives fast. */
  const listAt = async (
    reply: (index: number) => Reply,
    speed: number,
  ): Promise<{ readonly error: Error; readonly tookMs: number; readonly asked: number }> => {
    server = await startAnswering((_, index) => reply(index));
    const { client, clock } = benchFor(server.url, quickClock(speed));
    const startedAtMs = clock.now();
    const error = await refusalOf(client.devices({ groups: [group] }, 0));
    return { error, tookMs: clock.now() - startedAtMs, asked: server.asked.length };
  };

  it("ends when a server accepts and never answers", async () => {
    const { error, tookMs, asked } = await listAt(() => () => undefined, 100);
    expect(error.message).to.match(/^Could not list devices: 127\.0\.0\.1:\d+ gave no whole answer within 30 s/);
    expect(error.message).to.include("esper:requestTimeoutSeconds");
    expect(tookMs).to.be.within(90_000, 300_000);
    expect(asked).to.be.within(3, 8);
  });

  it("ends when a server sends a byte a second", async () => {
    const drip: Reply = (response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      const timer = setInterval(() => response.write(" "), 5);
      response.on("close", () => {
        clearInterval(timer);
      });
    };
    const { error, tookMs } = await listAt(() => drip, 100);
    expect(isNetworkError(error) && error.reason).to.equal("timedOut");
    expect(tookMs).to.be.below(300_000);
  });

  it("ends when a server closes at once", async () => {
    const { error, asked } = await listAt(() => (response) => response.destroy(), 50);
    expect(error.message).to.match(/closed the connection before its answer was complete/);
    // Once to learn whether the page is too large, then as often as any read.
    expect(asked).to.equal(8);
  });

  it("takes a body that is cut short for no answer, and asks again", async () => {
    const cut: Reply = (response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write('{"content":{"count":0,');
      setTimeout(() => response.destroy(), 5);
    };
    server = await startAnswering((_, index) =>
      index === 0 ? cut : { body: { content: { count: 0, results: null } } },
    );
    const { client } = benchFor(server.url, quickClock(50));
    expect(await client.devices({}, 0)).to.deep.equal({ byId: new Map(), addsUp: true });
    expect(server.asked).to.have.length(2);
  });

  it("refuses a body of 50 MB by its size, without reading it all", async () => {
    let sentBytes = 0;
    const flood: Reply = (response) => {
      const chunk = Buffer.alloc(1024 * 1024, " ");
      const push = (): void => {
        while (!response.destroyed && sentBytes < 50 * chunk.length) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) {
            response.once("drain", push);
            return;
          }
        }
        response.end();
      };
      push();
    };
    const { error, asked } = await listAt(() => flood, 1);
    expect(error.message).to.include("more than 32 MB");
    expect(asked).to.equal(1);
    expect(sentBytes).to.be.below(40 * 1024 * 1024);
  });

  it("does not follow a redirect, and keeps the key from the other host", async () => {
    const other = await startAnswering(() => ({ body: {} }));
    try {
      const { error } = await listAt(() => ({ status: 302, headers: { Location: `${other.url}/v2/devices/` } }), 1);
      expect(isApiError(error) && error.meaning).to.equal("redirected");
      expect(error.message).to.include("esper:baseUrl").and.include("ESPER_BASE_URL");
      expect(other.asked).to.have.length(0);
    } finally {
      await other.close();
    }
  });

  it("never goes where a list's next link points", async () => {
    const other = await startAnswering(() => ({ body: {} }));
    server = await startAnswering((asked) => {
      const offset = Number(asked.query.get("offset"));
      const results = offset < 3 ? [{ id: `d${String(offset)}` }] : [];
      return { body: { content: { count: 3, next: `${other.url}/v2/devices/?offset=1`, prev: null, results } } };
    });
    const { client } = benchFor(server.url, quickClock(1));
    expect([...(await client.devices({}, 0)).byId.keys()]).to.deep.equal(["d0", "d1", "d2"]);
    expect(other.asked).to.have.length(0);
    await other.close();
  });

  it("says which settings to check when nothing listens", async () => {
    const { client } = benchFor("http://127.0.0.1:1/api", quickClock(50));
    const error = await refusalOf(client.devices({}, 0));
    expect(error.message).to.match(/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\).*esper:tenant.*ESPER_TENANT/);
  });

  it("uses few connections for many requests", async () => {
    const ports = new Set<number | undefined>();
    server = await startAnswering(() => (response, request) => {
      ports.add(request.socket.remotePort);
      response.end(JSON.stringify({ content: { count: 0, results: [] } }));
    });
    const { client } = benchFor(server.url, quickClock(1));
    for (let index = 0; index < 20; index += 1) await client.devices({ search: `d${String(index)}` }, 0);
    expect(ports.size).to.equal(1);
    expect(server.asked).to.have.length(20);
  });

  it("sends the key as a Bearer token in a header, and never in a URL", async () => {
    server = await startAnswering(() => ({ body: { content: { count: 0, results: [] } } }));
    const { client } = benchFor(server.url, quickClock(1));
    await client.devices({ search: "x y&z" }, 0);
    const [asked] = server.asked;
    expect(asked?.headers.authorization).to.equal("Bearer simulator-key");
    expect(asked?.query.get("search")).to.equal("x y&z");
    expect(asked?.query.toString()).not.to.include("simulator-key");
  });

  it("names NODE_EXTRA_CA_CERTS when a server's TLS certificate is not accepted", async () => {
    const tls = createTlsServer(selfSigned(), (_, response) => response.end("{}"));
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const port = portOf(tls);
    const { client } = benchFor(`https://127.0.0.1:${String(port)}/api`, quickClock(1));
    const error = await refusalOf(client.devices({}, 0));
    tls.close();
    expect(error.message).to.include("NODE_EXTRA_CA_CERTS").and.include("was not accepted");
  });
});

describe("an answer of Esper's", () => {
  let server: AnsweringServer | undefined;
  afterEach(async () => {
    await server?.close();
  });
  const refused = async (reply: Reply): Promise<Error> => {
    server = await startAnswering(() => reply);
    return refusalOf(benchFor(server.url, quickClock(200)).client.devices({}, 0));
  };

  const sentences: readonly [string, Reply, RegExp][] = [
    [
      "401",
      { status: 401, body: { code: 401, message: "Invalid token" } },
      /API key \(401\).*`pulumi config set esper:apiKey --secret`.*ESPER_API_KEY.*Invalid token/,
    ],
    ["403", { status: 403, body: { errors: ["no"], message: "", status: 403 } }, /not allowed.*to read devices.*role/],
    [
      "404 as HTML",
      { status: 404, body: "<html>not here</html>", headers: { "Content-Type": "text/html" } },
      /404.*ESPER_BASE_URL/,
    ],
    ["413", { status: 413, body: "" }, /larger than Esper takes/],
    ["500 as HTML", { status: 500, body: "<html><b>oops</b></html>" }, /Esper failed \(500\), also when asked again/],
    ["503 without a body", { status: 503 }, /Esper failed \(503\)/],
    [
      "400 in the form of DRF",
      { status: 400, body: { detail: "limit is wrong" } },
      /refused it \(400\).*"limit is wrong"/,
    ],
    ["400 as an array", { status: 400, body: ["first", "second"] }, /"first; second"/],
    ["a web page with 200", { body: "<!doctype html><p>Sign in" }, /a web page where its API describes JSON/],
    ["an empty body with 200", { body: "" }, /an empty body/],
    ["truncated JSON", { body: '{"content":{"cou' }, /no whole JSON/],
    [
      "rows without ids",
      { body: { content: { count: 2, results: [{ id: "a" }, { name: "b" }] } } },
      /lacks, or has in another kind, results\.1\.id/,
    ],
    ["something else altogether", { body: "[1,2]" }, /lacks, or has in another kind, /],
  ];
  for (const [name, reply, message] of sentences) {
    it(`that is ${name} becomes a sentence with the next step`, async () => {
      const error = await refused(reply);
      expect(error.message)
        .to.match(message)
        .and.match(/^Could not list devices: /);
      expect(error.message).not.to.include("<");
    });
  }

  it("without a field says where it is missing", async () => {
    const error = await refused({ body: { content: { count: 1, results: [{}] } } });
    expect(isDecodeError(error) && error.paths).to.deep.equal(["results.0.id"]);
  });

  it("is read whatever its content type, its envelope and its unknown fields", async () => {
    server = await startAnswering(() => ({
      headers: { "Content-Type": "text/plain" },
      body: `\uFEFF${JSON.stringify({ count: 1, previous: null, next: null, extra: 1, results: [{ id: "d", more: {} }] })}`,
    }));
    const { byId } = await benchFor(server.url, quickClock(1)).client.devices({}, 0);
    expect([...byId.keys()]).to.deep.equal(["d"]);
  });
});

function selfSigned(): { readonly key: string; readonly cert: string } {
  const keys = forge.pki.rsa.generateKeyPair(1024);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000);
  certificate.setSubject([{ name: "commonName", value: "localhost" }]);
  certificate.setIssuer([{ name: "commonName", value: "localhost" }]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  return { key: forge.pki.privateKeyToPem(keys.privateKey), cert: forge.pki.certificateToPem(certificate) };
}
